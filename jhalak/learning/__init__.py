"""Features, counters, models: kernels on arrays, with slow references. Knows no catalogue."""
