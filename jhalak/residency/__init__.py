"""Rules of where data may lie, how long, and who may read it. Knows no store."""
