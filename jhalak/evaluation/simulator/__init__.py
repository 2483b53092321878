"""A world of simulated viewers and items around the real feeds and the real learner: for what no
log can show, because there what people like is hidden. See docs/simulator.md."""
