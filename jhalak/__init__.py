"""Jhalak: AI-personalised content on the lock screen and in a short-video feed."""

__version__ = "0.1.0"
