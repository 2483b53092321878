"""Reports of viewers, where an account stands, and appeals."""
