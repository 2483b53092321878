"""Importer of MIND logs: impressions of a news site, lists of candidates with what was clicked.

A folder holds `behaviors.tsv` and `news.tsv`, or several folders that do (train, dev). Behaviours:
impression, user, time, news clicked before, candidates (`N123-1` clicked, `N456-0` not). News: id,
category, subcategory, title, abstract, and columns that are not read. An impression is a request:
its candidates were shown at once; their order in the file is shuffled and says nothing. How many
they were says much: of a long list most were never looked at. So the length of the list, in powers
of 2, is the scene.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from jhalak.evaluation.co_watching import item_vectors
from jhalak.evaluation.gather import (
    Numbers,
    first_seen,
    in_time_order,
    lines,
    milliseconds,
)
from jhalak.evaluation.log import (
    ACTIONS,
    SCENES,
    BadLog,
    Histories,
    Log,
    bare_items,
)
from jhalak.evaluation.word_vectors import word_vectors
from jhalak.learning.features import ItemColumns
from jhalak.schema.viewer_state import TOPICS_MAX

LIFETIME_H: Final = 48.0
FEW: Final = 8
"""With fewer categories than this, the most frequent subcategories have topics of their own."""
TIME: Final = "%m/%d/%Y %I:%M:%S %p"
MOST: Final = 0.5
"""Where fewer of what is shown have a text, an embedding is of who read it before, not of words."""
_TAP: Final = ACTIONS.index("tap")


class News(NamedTuple):
    """What news.tsv says of one."""

    category: str = ""
    subcategory: str = ""
    text: str = ""


class Behaviour(NamedTuple):
    """One line of behaviors.tsv."""

    viewer: int
    at_ms: int
    history: str
    candidates: str


def read_mind(folder: Path) -> Log:
    """All of a folder. Raises BadLog. About 1 s for 10,000 impressions."""
    rows = Numbers()
    news = _all_news(_found(folder, "news.tsv"), rows)
    viewers = Numbers()
    behaviours, repeated = _behaviours(_found(folder, "behaviors.tsv"), viewers)
    request, row, clicked, unlabelled = _candidates(behaviours, rows)
    if not row:
        raise BadLog(
            f"the behaviors.tsv of {folder} hold no candidate with a label (N123-0, N123-1)"
        )
    viewer = np.array([line.viewer for line in behaviours])
    at_ms = np.array([line.at_ms for line in behaviours])
    actions = np.zeros((len(row), len(ACTIONS)), np.bool_)
    actions[:, _TAP] = clicked
    past = _histories(behaviours, len(viewers), rows)
    seen_row = np.append(row, past.row)
    owner = np.repeat(np.arange(len(viewers)), np.diff(past.offsets))
    seen_ms = np.append(at_ms[request], past.last_ms[owner])
    unknown = len(rows) - len(news)
    news += [News()] * unknown
    told = np.array([bool(one.text) for one in news])
    embedding = (
        word_vectors([one.text for one in news])
        if told[row].mean() >= MOST
        else item_vectors(owner, past.row, len(viewers), len(rows))
    )
    return Log(
        impressions=in_time_order(
            viewer=viewer[request], row=np.array(row, np.int32), at_ms=at_ms[request],
            request=np.array(request, np.int64), actions=actions,
            scene=_scenes(request),
        ),
        histories=past,
        items=_items(news)._replace(
            published_ms=first_seen(len(rows), seen_row, seen_ms), embedding=embedding
        ),
        numbers=np.arange(1, len(rows) + 1),
        viewers=len(viewers),
        copies=repeated,
        left_out=0,
        observed=("tap",),
        scenes=tuple(f"list of {1 << k} to {(2 << k) - 1}" for k in range(SCENES)),
        omitted=(
            ("candidates without a label", unlabelled),
            ("news that news.tsv does not have", unknown),
        ),
    )  # fmt: skip


def _found(folder: Path, name: str) -> list[Path]:
    paths = sorted(folder.rglob(name)) if folder.is_dir() else []
    if not paths:
        raise BadLog(f"{folder} holds no {name}; MIND has behaviors.tsv and news.tsv in one folder")
    return paths


def _all_news(paths: list[Path], rows: Numbers) -> list[News]:
    """News by row; `rows` learns their ids. What several files have is taken from the first."""
    news: list[News] = []
    for path in paths:
        for n, line in enumerate(lines(path), 1):
            if not line.strip():
                continue
            cells = line.rstrip("\r").split("\t")
            if len(cells) < 4:
                raise BadLog(
                    f"{path}, line {n}: {len(cells)} columns; a line of news.tsv begins with id,"
                    " category, subcategory, title, divided by tabs"
                )
            if cells[0] not in rows:
                rows[cells[0]] = len(news)
                news.append(News(cells[1], cells[2], " ".join(cells[3:5]).strip()))
    return news


def _behaviours(paths: list[Path], viewers: Numbers) -> tuple[list[Behaviour], int]:
    """(all behaviours, how many candidates were left out because their line is a copy)."""
    found: dict[tuple[int, int, str], Behaviour] = {}
    repeated = 0
    for path in paths:
        for n, line in enumerate(lines(path), 1):
            if not line.strip():
                continue
            cells = line.rstrip("\r").split("\t")
            if len(cells) != 5:
                raise BadLog(
                    f"{path}, line {n}: {len(cells)} columns; a line of behaviors.tsv has five:"
                    " impression, user, time, history, candidates, divided by tabs"
                )
            _, user, time, history, candidates = cells
            try:
                at_ms, _ = milliseconds(time.strip(), TIME)
            except ValueError:
                raise BadLog(
                    f"{path}, line {n}: the time {time!r} is not written as 11/15/2019 8:55:22 AM"
                ) from None
            key = viewers[user], at_ms, candidates
            if key in found:
                repeated += len(candidates.split())
            found.setdefault(key, Behaviour(key[0], at_ms, history, candidates))
    return list(found.values()), repeated


def _candidates(
    behaviours: list[Behaviour], rows: Numbers
) -> tuple[list[int], list[int], list[bool], int]:
    """(behaviour, row, clicked) of each candidate with a label, and how many have none."""
    request: list[int] = []
    row: list[int] = []
    clicked: list[bool] = []
    unlabelled = 0
    for n, behaviour in enumerate(behaviours):
        for candidate in behaviour.candidates.split():
            name, _, label = candidate.rpartition("-")
            if not name or label not in ("0", "1"):
                unlabelled += 1
                continue
            request.append(n)
            row.append(rows[name])
            clicked.append(label == "1")
    return request, row, clicked, unlabelled


def _scenes(request: list[int]) -> NDArray[np.int8]:
    """int8[n]: how many candidates each one's request has, in powers of 2."""
    _, of, sizes = np.unique(request, return_inverse=True, return_counts=True)
    found: NDArray[np.int8] = np.minimum(np.log2(sizes[of]), SCENES - 1).astype(np.int8)
    return found


def _histories(behaviours: list[Behaviour], viewers: int, rows: Numbers) -> Histories:
    """What each viewer clicked before their first behaviour, taken to have ended just before it."""
    first: dict[int, Behaviour] = {}
    for line in sorted(behaviours, key=lambda line: line.at_ms):
        first.setdefault(line.viewer, line)
    past = [[rows[name] for name in first[viewer].history.split()] for viewer in range(viewers)]
    row = np.array([row for mine in past for row in mine], np.int32)
    nothing = np.zeros(len(row), np.bool_)
    sizes = np.array([len(mine) for mine in past], np.int64)
    last_ms = np.array([first[viewer].at_ms for viewer in range(viewers)], np.int64)
    return Histories(
        offsets=np.concatenate([[0], np.cumsum(sizes)]),
        row=row,
        tap=~nothing,
        long=nothing,
        like=nothing,
        last_ms=np.where(sizes > 0, last_ms - 1, 0),
        whole=False,
    )


def _items(news: list[News]) -> ItemColumns:
    """Topics are categories, creators subcategories; without embeddings."""
    subcategories = Numbers({"": 0})
    return bare_items(len(news), 0, LIFETIME_H)._replace(
        topic=np.array(topics_of(news), np.int8),
        creator=np.array([subcategories[one.subcategory] for one in news], np.int32),
    )


def topics_of(news: list[News]) -> list[int]:
    """A topic for each: its category's, the rarest sharing the last one; where there are few
    categories, the most frequent subcategories have their own."""
    categories = Counter(one.category for one in news)
    own = [(name, "") for name in sorted(categories, key=lambda name: (-categories[name], name))]
    if len(own) < FEW:
        finer = Counter((one.category, one.subcategory) for one in news if one.subcategory)
        own += sorted(finer, key=lambda pair: (-finer[pair], pair))
    number = {pair: topic for topic, pair in enumerate(own[: TOPICS_MAX - 1])}
    rest = TOPICS_MAX - 1
    return [
        number.get((one.category, one.subcategory), number.get((one.category, ""), rest))
        for one in news
    ]
