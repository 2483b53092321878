"""What we ask of the outside. Each port is small and has one contract suite in tests/ports."""
