"""The shapes that all rooms share. Imports nothing of ours."""
