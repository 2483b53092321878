"""The stage protocols and the runner. Knows no domain."""
