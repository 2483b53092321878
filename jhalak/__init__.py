"""Jhalak: AI-personalised content on the lock screen and in a short-video feed."""

import os

__version__ = "0.1.0"

# What runs the picture model (onnxruntime, 1.32 also on Linux) gives each machine a number
# and tells its maker abroad what is run on it, unless this says no before it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
