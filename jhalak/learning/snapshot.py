"""What a snapshot's arrays are (learning.fold.Fold.arrays, learning.decay.Decay.arrays)."""

from typing import Final

FORMAT: Final = "38bb9d0649cac759"
"""Names their names, types and widths, the features and the actions: a digest, which
tests/learning/test_snapshot.py works out. What another version of the program has learned lies
otherwise, and is not read."""
