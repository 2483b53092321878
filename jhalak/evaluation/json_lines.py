"""Importer of generic logs in JSON Lines: one object an impression, in any order.

A folder's `*.jsonl` are impressions, but for `items.jsonl`, which may say what the items are. The
fields are those of the structs below; docs/replay.md lists them. A name that is not among them is
an error, so that a misspelt one is not taken for silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from jhalak.evaluation.gather import (
    Numbers,
    embeddings,
    first_seen,
    in_time_order,
    lines,
    milliseconds,
)
from jhalak.evaluation.kuairand import topics_of
from jhalak.evaluation.log import ACTIONS, SCENES, BadLog, Log, bare_items, no_histories
from jhalak.learning.features import ItemColumns
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES

ITEMS: Final = "items.jsonl"
LIFETIME_H: Final = 7 * 24.0
FIELD_OF_ACTION: Final = {
    "tap": "tap", "long": "long", "complete": "complete", "likes": "like", "share": "share",
    "follows": "follow", "hides": "hide", "report": "report",
}  # fmt: skip
"""What each of ACTIONS is called in the file."""

Id = str | int
Seconds = Annotated[float, Meta(ge=0.0)]
"""Below 0 a feature of the item would be no number, and with it all weights that learn it."""
Time = str | int
"""Unix milliseconds, or ISO 8601; without a zone it is UTC."""


class ItemFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of items.jsonl: an item, as far as it is known."""

    item: Id
    language: str = ""
    """One of LANGUAGES."""
    topic: str = ""
    creator: Id = ""
    duration_s: Seconds = 0.0
    title: str = ""
    published: Time | None = None
    """Left out: when it was shown first."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a log: one impression, and what the viewer did with it."""

    viewer: Id
    item: Id
    at: Time
    scene: str = ""
    """Where it was shown: a surface or tab."""
    request: Id | None = None
    """Rows of one request were ranked and shown at once. Left out: each row alone."""
    position: int = -1
    """Slot within the request, from 0."""
    language: str = ""
    topic: str = ""
    creator: Id = ""
    duration_s: Seconds = 0.0
    title: str = ""
    watched_s: float | None = None
    tap: bool | None = None
    long: bool | None = None
    complete: bool | None = None
    like: bool | None = None
    share: bool | None = None
    follow: bool | None = None
    hide: bool | None = None
    report: bool | None = None


T = TypeVar("T")


def read_json_lines(folder: Path) -> Log:
    """A folder's log, or one file's. Raises BadLog. About 1 s for 100,000 impressions."""
    rows, times, copies, facts = _all(folder)
    if not rows:
        raise BadLog(f"{folder} holds no impression; each line of a *.jsonl is one JSON object")
    names = Numbers()
    row = np.array([names[str(one.item)] for one in rows], np.int32)
    at_ms, offset_ms = (np.array(column, np.int64) for column in zip(*times, strict=True))
    viewers, requests, scenes = Numbers(), Numbers(), Numbers()
    recorded = [_recorded(one) for one in rows]
    observed = [any(one[a] is not None for one in recorded) for a in range(len(ACTIONS))]
    impressions = in_time_order(
        viewer=np.array([viewers[str(one.viewer)] for one in rows]),
        row=row,
        at_ms=at_ms,
        request=np.array([requests[_request(n, one)] for n, one in enumerate(rows)]),
        actions=np.array([[bool(done) for done in one] for one in recorded]),
        utc_offset_ms=offset_ms,
        scene=np.array([min(scenes[one.scene], SCENES - 1) for one in rows]),
        position=np.array([one.position for one in rows]).clip(-1, 32_767),
        watched_s=np.array([np.nan if one.watched_s is None else one.watched_s for one in rows]),
    )
    known = [facts[name] for name in names]
    strange = sum(one.language not in ("", *LANGUAGES) for one in known)
    return Log(
        impressions=impressions,
        histories=no_histories(len(viewers)),
        items=_items(known, first_seen(len(known), row, at_ms)),
        numbers=np.arange(1, len(known) + 1),
        viewers=len(viewers),
        copies=copies,
        left_out=0,
        observed=tuple(name for name, is_ in zip(ACTIONS, observed, strict=True) if is_),
        scenes=tuple(scenes)[:SCENES] if any(scenes) else (),
        omitted=(("languages that are none of ours", strange),),
    )


def _all(
    folder: Path,
) -> tuple[list[Row], list[tuple[int, int]], int, dict[str, ItemFacts]]:
    """(rows, their times, copies left out, what is known of each item)."""
    paths = [folder] if folder.is_file() else sorted(folder.glob("*.jsonl"))
    facts: dict[str, ItemFacts] = {}
    for path in paths:
        if path.name == ITEMS:
            facts |= _item_facts(path)
    rows, times, copies = _rows([path for path in paths if path.name != ITEMS])
    for one in rows:
        facts.setdefault(str(one.item), _facts(one))
    return rows, times, copies, facts


def _item_facts(path: Path) -> dict[str, ItemFacts]:
    """By id; `published` in Unix milliseconds."""
    facts = {}
    for n, one in _read(path, ItemFacts):
        if one.published is not None:
            one = msgspec.structs.replace(one, published=_time(path, n, one.published)[0])
        facts[str(one.item)] = one
    return facts


def _rows(paths: list[Path]) -> tuple[list[Row], list[tuple[int, int]], int]:
    """(rows, (Unix ms, zone's offset) of each, how many copies were left out)."""
    found: dict[tuple[str, str, int], tuple[Row, tuple[int, int]]] = {}
    read = 0
    for path in paths:
        for n, one in _read(path, Row):
            time = _time(path, n, one.at)
            found.setdefault((str(one.viewer), str(one.item), time[0]), (one, time))
            read += 1
    rows, times = [one for one, _ in found.values()], [time for _, time in found.values()]
    return rows, times, read - len(rows)


def _read(path: Path, kind: type[T]) -> Iterator[tuple[int, T]]:
    """(line from 1, object) of each line that is not blank. Raises BadLog."""
    decoder = msgspec.json.Decoder(kind)
    for n, line in enumerate(lines(path), 1):
        if not line.strip():
            continue
        try:
            yield n, decoder.decode(line)
        except msgspec.MsgspecError as error:
            fields = ", ".join(kind.__annotations__)
            raise BadLog(f"{path}, line {n}: {error}; the fields are {fields}") from None


def _time(path: Path, line: int, at: Time) -> tuple[int, int]:
    if isinstance(at, int):
        return at, 0
    try:
        return milliseconds(at)
    except ValueError:
        raise BadLog(
            f"{path}, line {line}: the time {at!r} is neither Unix milliseconds nor ISO 8601"
            " such as 2026-11-23T08:30:00+05:30"
        ) from None


def _request(n: int, row: Row) -> Any:
    return n if row.request is None else (str(row.viewer), str(row.request))


def _recorded(row: Row) -> list[bool | None]:
    return [getattr(row, FIELD_OF_ACTION[name]) for name in ACTIONS]


def _facts(row: Row) -> ItemFacts:
    return ItemFacts(
        item=row.item, language=row.language, topic=row.topic, creator=row.creator,
        duration_s=row.duration_s, title=row.title,
    )  # fmt: skip


def _items(known: list[ItemFacts], seen_ms: NDArray[np.int64]) -> ItemColumns:
    creators = Numbers({"": 0})
    published = [
        min(one.published, seen) if isinstance(one.published, int) else seen
        for one, seen in zip(known, seen_ms.tolist(), strict=True)
    ]
    return bare_items(len(known), 0, LIFETIME_H)._replace(
        topic=np.array(topics_of([one.topic for one in known]), np.int8),
        language=np.array([LANGUAGE_INDEX.get(one.language, 0) for one in known], np.int8),
        creator=np.array([creators[str(one.creator)] for one in known], np.int32),
        published_ms=np.array(published, np.int64),
        duration_s=np.array([one.duration_s for one in known], np.float32),
        embedding=embeddings([one.title for one in known]),
    )
