"""The operator's console: its API, under /console/api."""
