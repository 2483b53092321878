"""Embeddings of texts from which words stand together in them: a truncated SVD of words by texts.

For logs that bring all their texts at once. A word that few texts hold counts more, and the
direction that all texts share is left out; hashed n-grams, which know one text at a time, can do
neither. Of real headlines with simulated readers the nearness to what was read before told clicks
from others, where that of hashed n-grams did not. Words only: what anybody did with a text is not
looked at.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from jhalak.evaluation.co_watching import item_vectors
from jhalak.evaluation.gather import Numbers
from jhalak.schema.candidates import Floats
from jhalak.understanding.embedding import prepare

RARE: Final = 2
"""Texts that must hold a word."""
COMMON: Final = 0.1
"""A word that this share of the texts holds says nothing."""
FEW: Final = 20
"""No word of as many texts is too common."""
_WORD: Final = re.compile(r"\w+")


def word_vectors(texts: list[str]) -> Floats:
    """float32[n, EMBEDDING_SIZE], unit length; zero for a text without words that others share.
    About 10 s of CPU for 60,000 news."""
    words = Numbers()
    pairs = [
        (words[word], row)
        for row, text in enumerate(texts)
        for word in dict.fromkeys(_WORD.findall(prepare(text)))
    ]
    word, row = np.array(pairs, np.int64).reshape(-1, 2).T
    held = np.bincount(word, minlength=len(words))
    kept = (held >= RARE) & (held <= max(FEW, COMMON * len(texts)))
    said = kept[word]
    return item_vectors(word[said], row[said].astype(np.int32), len(words), len(texts))
