"""Serves an H.264 clip by RTSP in real time and prints when each frame leaves.

Usage: stamped_rtsp.py CLIP. Prints {"port": N} once, then "FRAME NANOSECONDS" a line (CLOCK_MONOTONIC, the clock that Node's
process.hrtime reads), where FRAME counts from 0 for each client's session. Ends when its standard input closes.
"""

import json
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    f"( filesrc location={sys.argv[1]} ! qtdemux ! h264parse config-interval=1 ! video/x-h264,alignment=au "
    "! identity name=pace sync=true ! rtph264pay name=pay0 pt=96 config-interval=1 )"
)


def configure(_factory, media):
    frame = [0]

    def leaves(_pad, _info):
        sys.stdout.write(f"{frame[0]} {time.monotonic_ns()}\n")
        sys.stdout.flush()
        frame[0] += 1
        return Gst.PadProbeReturn.OK

    media.get_element().get_by_name("pace").get_static_pad("src").add_probe(Gst.PadProbeType.BUFFER, leaves)

    def playing(media, _state):
        # The frames are paced already. The sinks, told by PLAY to keep time as well, would hold each back for another 20 ms.
        media.get_element().get_parent().iterate_sinks().foreach(lambda sink: sink.set_property("sync", False))

    media.connect("new-state", playing)


factory.connect("media-configure", configure)
server.get_mount_points().add_factory("/stamped", factory)
server.attach(None)
print(json.dumps({"port": server.get_bound_port()}), flush=True)

loop = GLib.MainLoop()
GLib.io_add_watch(0, GLib.IO_HUP, lambda *_: loop.quit())
loop.run()
