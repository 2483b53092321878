"""Long-running loops: each a function of ports and a clock."""
