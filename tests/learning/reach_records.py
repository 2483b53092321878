"""Logs of a video feed, and what they say by plain recomputation."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

import numpy as np

from jhalak.learning.reach import DAY_MS, HOUR_MS, VERB_ROW
from jhalak.schema.activity import (
    EVENT_INDEX,
    EVENT_TYPES,
    Activity,
    Erased,
    Outcome,
    Outcomes,
    Relation,
    Served,
)
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.reason import REASONS
from tests.worlds import NOW_MS

JOIN_MS = 3 * DAY_MS
OFFSET_MS = 19_800_000
VIDEO = 1


def served(
    slate: int, viewer: int = 1, at_ms: int = NOW_MS, items: tuple[int, ...] = (1, 2, 3),
    reasons: tuple[int, ...] = (), language: tuple[int, ...] = (), profiled: bool = True,
    surface: int = VIDEO, creators: tuple[int, ...] = (),
) -> Served:  # fmt: skip
    k = len(items)
    return Served(
        slate=slate, viewer=viewer, surface=surface, at_ms=at_ms, level=0, model=1,
        profiled=profiled, valid_until_ms=0, items=np.array(items, np.int64).tobytes(),
        propensity=np.ones(k, np.float32).tobytes(), features=b"", contributions=b"",
        reason=bytes(reasons or k), topic=bytes(k), language=bytes(language or k),
        creator=np.array(creators or [7] * k, np.int32).tobytes(), ref=bytes(k),
    )  # fmt: skip


def event(id_: str, kind: str, slate: int, item: int = 1, **more: Any) -> Outcome:
    usual: dict[str, Any] = {"at_ms": NOW_MS, "value": 0.0, "issued_ms": NOW_MS, "surface": VIDEO}
    return Outcome(
        id=id_, type=EVENT_INDEX[kind], slate=slate, item=item, position=0, **{**usual, **more}
    )


def outcomes(
    *events: Outcome, viewer: int = 1, at_ms: int = NOW_MS, profiled: bool = True
) -> Outcomes:
    return Outcomes(viewer, at_ms, profiled, events)


def relation(
    verb: Any, slate: int, item: int = 1, *, on: bool = True, viewer: int = 1, at_ms: int = NOW_MS
) -> Relation:
    return Relation(
        id=f"{verb}{slate}{on}", viewer=viewer, at_ms=at_ms, verb=verb, kind="item", target=item,
        on=on, profiled=True, slate=slate, item=item,
    )  # fmt: skip


Log = list[tuple[int, Activity]]


def happenings(seed: int, count: int, partitions: int = 3, hours: float = 2.0) -> Log:
    """(partition, record): a viewer's records lie in one; erasures in the first."""
    random = Random(seed)
    log: Log = []
    slates: dict[int, list[tuple[int, tuple[int, ...]]]] = defaultdict(list)
    events: list[tuple[int, Outcome]] = []
    gone: set[int] = set()
    for n in range(1, count + 1):
        at_ms = NOW_MS + round(n * hours * HOUR_MS)
        viewer = random.choice([v for v in range(1, 9) if v not in gone] or [99])
        partition, what = viewer % partitions, random.random()
        known = slates[viewer][-6:]
        if what < 0.3 or not known:
            items = tuple(random.sample(range(1, 6), 3))
            reasons = tuple(random.randrange(len(REASONS)) for _ in items)
            languages = tuple(random.randrange(len(LANGUAGES)) for _ in items)
            slates[viewer].append((n, items))
            made = served(n, viewer, at_ms, items, reasons, languages, random.random() < 0.95)
            log.append((partition, made))
        elif what < 0.8:
            slate, items = random.choice(known)
            batch = []
            for _ in range(random.randrange(1, 4)):
                batch.append(_any_event(random, viewer, slate, random.choice(items), events))
            log.append((partition, outcomes(*batch, viewer=viewer, at_ms=at_ms)))
        elif what < 0.96:
            slate, items = random.choice(known)
            verb = random.choice([*VERB_ROW, "barred"])
            put = relation(
                verb, random.choice((slate, 0)), random.choice(items), on=random.random() < 0.7,
                viewer=viewer, at_ms=at_ms,
            )  # fmt: skip
            log.append((partition, put))
        else:
            gone.add(viewer)
            log.append((0, Erased(at_ms, tuple(slate for slate, _ in slates[viewer]))))
    return log


def _any_event(
    random: Random, viewer: int, slate: int, item: int, events: list[tuple[int, Outcome]]
) -> Outcome:
    own = [one for who, one in events if who == viewer]
    if own and random.random() < 0.15:
        return random.choice(own)  # a retry
    kind = random.choice(("impression", "play", "play", "complete", "share", "report", "undo"))
    more: dict[str, Any] = {}
    if kind == "play":
        parts = [sorted((random.randrange(20_000), random.randrange(20_000))) for _ in range(3)]
        ranges = tuple((start, end) for start, end in parts[: random.randrange(4)])
        more = {"value": float(sum(b - a for a, b in ranges)), "ranges": ranges}
    of = [one for one in own if one.item == item and EVENT_TYPES[one.type] != "undo"]
    if kind == "undo":
        more = {"undoes": random.choice(of).id if of else "nothing"}
    made = event(f"e{len(events)}", kind, slate, item, **more)
    events.append((viewer, made))
    return made


class Met:
    """One viewer's meeting with a video, as the raw records have it."""

    def __init__(self, first: Served) -> None:
        self.first, self.newest = first, first
        self.slots: dict[int, int] = {}
        self.events: list[Outcome] = []
        self.verbs: dict[str, bool] = {}


def recomputed(log: Log) -> dict[tuple[int, str], int]:
    """(item, figure) to what the raw records say: every meeting is looked at whole, second by
    second; figures that are 0 are left out."""
    times: dict[int, int] = defaultdict(int)
    slates: dict[int, Served] = {}
    met: list[tuple[int, int, int, Met]] = []
    """(viewer, item, partition, meeting), also of long ago."""
    gone: set[int] = set()

    def is_open(slate: Served, partition: int) -> bool:
        return slate.at_ms >= times[partition] - JOIN_MS

    def meet(slate: Served, partition: int, item: int) -> Met | None:
        for viewer, other, _, one in met:
            if (viewer, other) == (slate.viewer, item) and is_open(one.newest, partition):
                return one
        place = np.frombuffer(slate.items, np.int64).tolist().index(item)
        if REASONS[slate.reason[place]] == "repeat":
            return None
        met.append((slate.viewer, item, partition, Met(slate)))
        return met[-1][3]

    def see(one: Met, slate: Served, item: int) -> None:
        place = np.frombuffer(slate.items, np.int64).tolist().index(item)
        one.slots.setdefault(slate.slate, slate.reason[place])
        one.newest = max(one.newest, slate, key=lambda s: s.at_ms)

    for partition, record in log:
        at_ms = record.received_ms if isinstance(record, Outcomes) else record.at_ms
        times[partition] = max(times[partition], at_ms)
        if isinstance(record, Served) and record.profiled:
            slates[record.slate] = record
        elif isinstance(record, Outcomes):
            for one in record.events:
                slate = slates.get(one.slate)
                if slate is None or not is_open(slate, partition) or slate.slate in gone:
                    continue
                known = meet(slate, partition, one.item)
                if known is not None and one.id not in {e.id for e in known.events}:
                    see(known, slate, one.item)
                    known.events.append(one)
        elif isinstance(record, Relation) and record.verb in VERB_ROW:
            slate = slates.get(record.slate)
            known = None
            if slate is not None and is_open(slate, partition) and slate.slate not in gone:
                known = meet(slate, partition, record.item)
                if known is not None:
                    see(known, slate, record.item)
            else:
                for viewer, item, _, one in met:
                    same = (viewer, item) == (record.viewer, record.item)
                    if same and is_open(one.newest, partition):
                        known = one
            if known is not None:
                known.verbs[record.verb] = record.on
        elif isinstance(record, Erased):
            gone |= set(record.slates)
            who = {slates[n].viewer for n in record.slates if n in slates}
            met[:] = [m for m in met if m[0] not in who or not is_open(m[3].newest, m[2])]
    return _figures(met)


def _figures(met: list[tuple[int, int, int, Met]]) -> dict[tuple[int, str], int]:
    found: dict[tuple[int, str], int] = defaultdict(int)
    for _, item, _, one in met:
        if not one.slots:
            continue
        undone = {e.undoes for e in one.events if EVENT_TYPES[e.type] == "undo"}
        stand = [e for e in one.events if e.id not in undone]
        plays = [e for e in stand if EVENT_TYPES[e.type] == "play"]
        local_ms = one.first.at_ms + OFFSET_MS
        languages = list(one.first.language)
        spoken = min(languages, key=lambda code: (-languages.count(code), code))
        said = {
            "viewers": 1, "impressions": len(one.slots), "players": bool(plays),
            "plays": len(plays), "watch_ms": round(sum(e.value for e in plays)),
            f"language {LANGUAGES[spoken]}": 1, f"hour {local_ms // HOUR_MS % 24}": 1,
            f"first {REASONS[next(iter(one.slots.values()))]}": 1,
        }  # fmt: skip
        for kind, name in (("complete", "completed"), ("share", "shared"), ("report", "reported")):
            said[name] = any(EVENT_TYPES[e.type] == kind for e in stand)
        for name in set(VERB_ROW.values()):
            said[name] = any(on for verb, on in one.verbs.items() if VERB_ROW[verb] == name)
        for reason in one.slots.values():
            said[f"from {REASONS[reason]}"] = said.get(f"from {REASONS[reason]}", 0) + 1
        for second in range(20):
            middle = second * 1000 + 500
            times = sum(start <= middle < end for e in plays for start, end in e.ranges)
            said[f"seen {second}"], said[f"played {second}"] = times > 0, times
            said["rewatched"] = said.get("rewatched", False) or times > 1
        for name, amount in said.items():
            found[item, name] += amount
    return {key: amount for key, amount in found.items() if amount}
