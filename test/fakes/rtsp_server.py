"""A real RTSP(S) server (GStreamer) that shows four colour patches.

Usage: rtsp_server.py '{"codec": "h264", "width": 320, "height": 240, "fps": 15, ...}'
Prints one JSON line {"port": N} when it listens; ends when its standard input closes.
"""

import json
import os
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

Gst.init(None)
options = json.loads(sys.argv[1])
width, height, fps = options["width"], options["height"], options["fps"]

# Four patches: red, green / blue, white; the same picture at every size.
left, right = width // 2, width - width // 2
upper = bytes([255, 0, 0]) * left + bytes([0, 255, 0]) * right
lower = bytes([0, 0, 255]) * left + bytes([255, 255, 255]) * right
picture = os.memfd_create("picture")
os.write(picture, upper * (height // 2) + lower * (height - height // 2))


def launch():
    encoder = {
        "h264": f"x264enc tune=zerolatency speed-preset=ultrafast bitrate=2000 key-int-max={fps} ! rtph264pay name=pay0 pt=96 config-interval=1",
        "h265": f"x265enc tune=zerolatency speed-preset=ultrafast bitrate=2000 key-int-max={fps} ! rtph265pay name=pay0 pt=96 config-interval=1",
        "mjpeg": "jpegenc ! rtpjpegpay name=pay0 pt=26",
    }[options["codec"]]
    # One picture shown again and again, not a composition: that one's first pictures lack parts.
    return (
        f"( filesrc location=/proc/self/fd/{picture} blocksize={width * height * 3} ! rawvideoparse format=rgb width={width} height={height} "
        f"framerate={fps}/1 ! imagefreeze is-live=true ! video/x-raw,framerate={fps}/1 ! videoconvert ! "
        f"video/x-raw,format=I420,colorimetry=bt601 ! {encoder} )"
    )


server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(str(options.get("port", 0)))

factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(launch() if "launch" not in options else options["launch"])
factory.set_shared(True)

if "user" in options or "certificate" in options:
    auth = GstRtspServer.RTSPAuth()
    if "certificate" in options:
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(options["certificate"], options["key"]))
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if "user" in options:
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(options["user"], options["password"], token)
    else:
        auth.set_default_token(token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions()
    permissions.add_role("viewer")
    permissions.add_permission_for_role("viewer", "media.factory.access", True)
    permissions.add_permission_for_role("viewer", "media.factory.construct", True)
    factory.set_permissions(permissions)

server.get_mount_points().add_factory("/cam", factory)
if server.attach(None) == 0:
    sys.exit("cannot listen")

loop = GLib.MainLoop()


def ended(*_):
    loop.quit()
    return False


GLib.io_add_watch(sys.stdin.fileno(), GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP, ended)
print(json.dumps({"port": server.get_bound_port()}), flush=True)
loop.run()
