"""A creator's video by itself, and what was made with it."""
