"""Shared stages, one concern a file. Each is one promise: see pipeline/stage.py."""
