"""Viewers: their tokens, and what feeds need to know about them at hand."""
