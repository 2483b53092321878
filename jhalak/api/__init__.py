"""HTTP: decode, call one feed or room, encode. Alone with the web framework."""
