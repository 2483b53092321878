"""`jhalak train`: models of an operator's own labelled data, and those that ship."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST = 20
"""Labelled texts a topic."""


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import open_encoder
    from jhalak.config.settings import read_settings
    from jhalak.understanding.linear import dump
    from jhalak.understanding.topic import FILE
    from jhalak.understanding.topic_training import train_own

    with explained():
        texts, labels, languages = _labelled(arguments.source)
        encoder, meaning = open_encoder(read_settings(arguments.data))
        vectors = None
        if encoder is not None and meaning is not None:
            vectors = meaning.centred(_encoded(encoder, texts), languages)
        name = encoder.model if encoder is not None else ""
        model = train_own(f"topics-own-{len(texts)}", texts, labels, name, vectors)
        out = arguments.out or arguments.data / "models" / FILE
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(dump(model))
    print(f"learned {len(model.labels)} topics from {len(texts):,} texts; wrote {out}")
    last_line({"texts": len(texts), "topics": list(model.labels), "out": str(out)},
              wanted=arguments.json)  # fmt: skip
    return 0


def _labelled(source: Path) -> tuple[list[str], list[str], list[str]]:
    """Texts, topics and languages of the rows below `source` that `jhalak ingest` would take and
    whose label means a topic."""
    from collections import Counter

    from jhalak.catalogue.topics import GENERAL
    from jhalak.ingest.columns import Columns
    from jhalak.ingest.compose import Composer, Refused
    from jhalak.ingest.files import find
    from jhalak.ingest.formats import read
    from jhalak.ingest.quick import text_of
    from jhalak.ingest.rows import Row
    from jhalak.ingest.tongues import Tongues

    found: dict[tuple[str, str], str] = {}
    for file in find([source])[0]:
        if file.problem:
            raise Failure(f"{file.path}: {file.problem}", 2)
        composer = Composer(Tongues(folder=file.folder_language))
        for row in read(file.path, Columns({}), lambda _: None):
            if isinstance(row, Row):
                try:
                    one = composer.compose(row.fields, 0)
                except Refused:
                    continue
                text = text_of(one.title, one.item.summary)
                found[(one.item.language, text)] = one.item.topic
    kept = {topic for topic, count in Counter(found.values()).items() if count >= FEWEST}
    rows = [(*key, topic) for key, topic in found.items() if topic in kept - {GENERAL}]
    if len({topic for *_, topic in rows}) < 2:
        raise Failure(
            f"{source}: fewer than two topics with {FEWEST} texts each; label texts with names of"
            " topics, as `jhalak ingest` reads them", 1,
        )  # fmt: skip
    return [text for _, text, _ in rows], [topic for *_, topic in rows], [code for code, *_ in rows]


def _encoded(encoder: Any, texts: list[str]) -> NDArray[Any]:
    import numpy as np

    return np.concatenate([encoder.encode(texts[at : at + 64]) for at in range(0, len(texts), 64)])
