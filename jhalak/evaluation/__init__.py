"""Replay of real logs through the real features, model and learner, and what it is measured by."""
