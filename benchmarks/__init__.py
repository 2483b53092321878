"""Benchmarks: one script a claim, each printing one figure and its ratio to an anchor.

`python -m benchmarks` runs them all; docs/benchmarks.md says what each measures.
"""

import os

# Before NumPy is imported: its threads would spin on the core of what is measured.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
