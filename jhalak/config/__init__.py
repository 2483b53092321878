"""Typed settings as plain structs, read once. Imports nothing of ours."""
