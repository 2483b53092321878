"""Claim: what must not be shown while locked is found, and little else; and what is quick is.

python -m benchmarks.understanding_safety ../shared/data
"""

from __future__ import annotations

import time

import numpy as np

from benchmarks.understanding_data import LINES, Data, data, say
from jhalak.ingest.compose import Composed
from jhalak.ingest.quick import Quick
from jhalak.schema.item import Item
from jhalak.understanding.embedding import HashedNgrams
from jhalak.understanding.safety import verdicts
from jhalak.understanding.words import Words


def main() -> None:
    found = data(__doc__ or "")
    lines = [line.split("\t") for line in (LINES / "safety.tsv").read_text("utf-8").splitlines()]
    judged = lines[1::2]  # lists and thresholds were set on the others
    for vectors in (False, True):
        _judge(found, judged, vectors)
    _throughput(found)


def _judge(found: Data, lines: list[list[str]], vectors: bool) -> None:
    texts = [text for _, _, text in lines]
    codes = ["hi-Latn" if code == "hi" and text.isascii() else code for code, _, text in lines]
    centred = found.centred(texts, codes) if vectors else None
    unsafe = np.array([bool(one.classes) for one in verdicts(texts, codes, Words(), centred)])
    harmful = np.array([label != "clean" for _, label, _ in lines])
    how = "words and meaning" if vectors else "words"
    recall, false = float(unsafe[harmful].mean()), float(unsafe[~harmful].mean())
    say(f"{how}: recall", recall, "at least 0.85", recall >= 0.85, "best package 0.3")
    say(f"{how}: false alarms", false, "at most 0.05", false <= 0.05)


def _throughput(found: Data) -> None:
    """Everything that is done before an item is live."""
    titles = [title for code in ("en", "hi", "ta") for title, _ in found.headlines(code)[:400]]
    batch = [
        Composed(Item(id=str(at), language="en", topic="general", title=title), title, 1)
        for at, title in enumerate(titles)
    ]
    quick = Quick(HashedNgrams(), Words())
    quick(batch[:10])
    begin = time.process_time()
    for at in range(0, len(batch), 200):
        quick(batch[at : at + 200])
    each = (time.process_time() - begin) / len(batch)
    say("quick steps, items a second of one core", 1 / each, "at least 20", 1 / each >= 20)


if __name__ == "__main__":
    main()
