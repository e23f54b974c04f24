"""onnxruntime tells its maker about machine and models (its docs/Privacy.md), unless this is set before it loads."""
import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
