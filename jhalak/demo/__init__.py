"""The starter catalogue and the simulated crowd of `make demo`."""
