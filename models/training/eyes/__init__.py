"""Eyes: the network that finds people in one picture, its data and its training."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # onnxruntime tells its maker about machine and models, unless this is set before it loads
