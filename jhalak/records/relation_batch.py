"""Many changes of relations in one transaction: what they need is read at once, they are applied
in memory one after another, and what came of them is written at once.

One viewer's changes wait for each other: the rows of the viewers are locked, in the order of their
ids. Who is barred from somebody, and what a block ends, changes under the locks of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert

from jhalak.ports.errors import Conflict
from jhalak.ports.relations import Apart, Change, Changed, NeedsAccount, RelationRow
from jhalak.records.comment_counts import counted, hold, written_by
from jhalak.records.relation_counts import add_counts, items_by_accounts
from jhalak.records.relation_statements import (
    ANSWERED,
    BY_CREATOR,
    BY_VIEWER,
    FIND,
    HOLD,
    TURN,
    WAITING,
    among,
)
from jhalak.records.tables import follow_requests, relations
from jhalak.schema.activity import TargetKind, Verb

Key = tuple[int, Verb, TargetKind, int]
"""Viewer, verb, kind and target."""
Request = tuple[int, int]
"""Account and viewer."""


class _Account(NamedTuple):
    num: int
    creator: int
    viewer: int
    private: bool


class _Known(NamedTuple):
    standing: bool
    at_ms: int
    version: int


def write_changes(
    connection: Connection, changes: Sequence[Change], *, accepted: bool = False
) -> list[Changed | Conflict]:
    """As RelationBatches.write (ports/relations.py) says, in the transaction of `connection`.
    `accepted`: who is followed has said that they may."""
    batch = _Batch(connection, changes, accepted)
    outcomes = [batch.apply(change) for change in changes]
    batch.write()
    return outcomes


class _Batch:
    """What is known of what the changes may touch, and what becomes of it."""

    def __init__(self, connection: Connection, changes: Sequence[Change], accepted: bool) -> None:
        self._connection, self._accepted = connection, accepted
        self._read_accounts(changes)
        held = {change.viewer for change in changes}
        blocked = [
            other for change in changes
            if change.verb == "blocks" and (other := self._other(change)) is not None
        ]  # fmt: skip
        held.update(other.viewer for other in blocked if other.viewer)
        hold(connection, [other.num for other in blocked])
        found = connection.execute(HOLD, {"among": sorted(held)})
        self._held: dict[int, bool] = {row[0]: row[1] for row in found}
        """Viewers that there are, and whether something may be learned about them."""
        liked = {c.target for c in changes if c.kind == "item" and c.verb in ("likes", "saves")}
        self._creator_of = items_by_accounts(connection, liked)
        self._known: dict[Key, _Known] = {}
        self._fresh: set[Key] = set()
        self._turned: set[Key] = set()
        self._counts: dict[tuple[str, str, int], int] = {}
        self._requests: dict[Request, int] = {}
        self._answers: dict[Request, int | None] = {}
        """What is to be written: when it was asked; None: the request goes."""
        self._read(changes)

    def _read_accounts(self, changes: Sequence[Change]) -> None:
        between = [c for c in changes if c.kind == "creator" and c.verb in ("follows", "blocks")]
        targets = sorted({change.target for change in between})
        askers = sorted({change.viewer for change in between})
        run = self._connection.execute
        found = run(BY_CREATOR, {"among": targets}).all() if targets else []
        self._by_creator = {row.creator: _Account(*row) for row in found}
        found = run(BY_VIEWER, {"among": askers}).all() if self._by_creator else []
        self._by_viewer = {row.viewer: _Account(*row) for row in found if row.viewer}

    def _read(self, changes: Sequence[Change]) -> None:
        wanted: set[Key] = set()
        asked: set[Request] = set()
        for change in changes:
            wanted.add(_key(change))
            other = self._other(change)
            if change.kind == "item" and change.on and change.target in self._creator_of:
                wanted.add((change.viewer, "barred", "creator", self._creator_of[change.target]))
            if other is not None:
                wanted.update(self._keys_between(change, other))
                asked.update(self._requests_between(change, other))
        for row in among(self._connection, FIND, wanted):
            self._known[row[0], row[1], row[2], row[3]] = _Known(*row[4:])
        for account, viewer in among(self._connection, WAITING, asked):
            self._requests[account, viewer] = 1

    def _other(self, change: Change) -> _Account | None:
        """The account that a follow or block is of."""
        if change.kind != "creator" or change.verb not in ("follows", "blocks"):
            return None
        return self._by_creator.get(change.target)

    def _keys_between(self, change: Change, other: _Account) -> Iterable[Key]:
        own = self._by_viewer.get(change.viewer)
        yield (change.viewer, "follows", "creator", other.creator)
        yield (change.viewer, "blocks", "creator", other.creator)
        yield (change.viewer, "barred", "creator", other.creator)
        if own is not None and other.viewer:
            yield (other.viewer, "follows", "creator", own.creator)
            yield (other.viewer, "barred", "creator", own.creator)

    def _requests_between(self, change: Change, other: _Account) -> Iterable[Request]:
        own = self._by_viewer.get(change.viewer)
        yield (other.num, change.viewer)
        if own is not None and other.viewer:
            yield (own.num, other.viewer)

    # --- one change after another

    def apply(self, change: Change) -> Changed | Conflict:
        profiled = self._held.get(change.viewer)
        if profiled is None:
            return Conflict("no such viewer") if change.on else Changed(None, False)
        done = self._apply(change)
        return done._replace(profiled=profiled) if isinstance(done, Changed) else done

    def _apply(self, change: Change) -> Changed | Conflict:
        refused = self._refused(change) if change.on else None
        if refused is not None:
            return refused
        other = self._other(change)
        if change.verb == "follows" and other is not None:
            return self._follow(change, other)
        row, changed = self._turn(_key(change), change.on, change.at_ms)
        if change.verb != "blocks" or other is None or row is None:
            return Changed(row, changed)
        return Changed(row, changed, also=tuple(self._part(change, other, row)))

    def _refused(self, change: Change) -> Conflict | None:
        """Why it may not be put: one of the two blocks the other."""
        if change.verb in ("likes", "saves") and change.kind == "item":
            barring = self._creator_of.get(change.target, 0)
            between = [(change.viewer, "barred", "creator", barring)] if barring else []
        elif change.verb == "follows" and change.kind == "creator":
            verbs = ("blocks", "barred")
            between = [(change.viewer, verb, "creator", change.target) for verb in verbs]
        else:
            return None
        stands = any(self._known[key].standing for key in between if key in self._known)
        return Apart("one of the two blocks the other") if stands else None

    def _follow(self, change: Change, other: _Account) -> Changed | Conflict:
        key, request = _key(change), (other.num, change.viewer)
        known = self._known.get(key)
        waits = request in self._requests
        if not change.on or self._accepted or not other.private or (known and known.standing):
            self._drop(request)
            row, changed = self._turn(key, change.on, change.at_ms)
            return Changed(row, changed or waits)
        own = self._by_viewer.get(change.viewer)
        if own is None:
            return NeedsAccount("only who has an account may ask to follow a private one")
        if own.num == other.num:
            return Apart("nobody follows themselves")
        if not waits:
            self._requests[request] = change.at_ms
            self._answers[request] = change.at_ms
        return Changed(None, not waits, asked=True)

    def _part(
        self, change: Change, other: _Account, row: RelationRow
    ) -> Iterable[tuple[RelationRow, bool]]:
        """The mirror of a block; put, it ends what either follows or asked for."""
        own = self._by_viewer.get(change.viewer)
        both = own is not None and bool(other.viewer) and own.viewer != other.viewer
        if both and own is not None and other.viewer in self._held:
            mirror, _ = self._turn(
                (other.viewer, "barred", "creator", own.creator), change.on, row.at_ms
            )
            if mirror is not None:
                yield mirror, change.on
        if not change.on:
            return
        for request in self._requests_between(change, other):
            self._drop(request)
        for key in self._keys_between(change, other):
            if key[1] == "follows":
                ended, _ = self._turn(key, False, row.at_ms)
                # Those that this block ended, also when it is put again.
                if ended is not None and ended.at_ms == row.at_ms:
                    yield ended, False

    def _drop(self, request: Request) -> None:
        if self._requests.pop(request, None) is not None:
            self._answers[request] = None

    def _turn(self, key: Key, on: bool, at_ms: int) -> tuple[RelationRow | None, bool]:
        """The relation as it is then, and whether this changed it."""
        known = self._known.get(key)
        if known is None and not on:
            return None, False
        changed = known is None or known.standing != on
        if changed:
            if known is None:
                self._fresh.add(key)
            known = _Known(on, at_ms, known.version + 1 if known else 1)
            self._known[key] = known
            self._turned.add(key)
            self._count(key, 1 if on else -1)
        assert known is not None
        return RelationRow(*key, known.at_ms, known.version), changed

    def _count(self, key: Key, by: int) -> None:
        for counter in counters_of(key, self._creator_of):
            self._counts[counter] = self._counts.get(counter, 0) + by

    # --- all of it

    def write(self) -> None:
        """What a creator blocks, or blocks no more, is counted below their videos."""
        blocked = self._blocked()
        said = written_by(self._connection, blocked) if blocked else []
        if said:
            counted(self._connection, said, self._write)
        else:
            self._write()

    def _blocked(self) -> list[tuple[int, int]]:
        """Accounts that are blocked or are so no more, and by whom."""
        return sorted(
            (self._by_creator[target].num, self._by_viewer[viewer].num)
            for viewer, verb, kind, target in self._turned
            if (verb, kind) == ("blocks", "creator")
            and target in self._by_creator
            and viewer in self._by_viewer
        )

    def _write(self) -> None:
        run = self._connection.execute
        rows = [self._row(key) for key in self._fresh]
        if rows:
            run(insert(relations), rows)
        turned = [
            self._known[key]._asdict()
            | dict(zip(("of_viewer", "of_verb", "of_kind", "of_target"), key, strict=True))
            for key in self._turned - self._fresh
        ]
        if turned:
            run(TURN, turned)
        add_counts(self._connection, self._counts)
        gone = [_request(one, "of_") for one, at_ms in self._answers.items() if at_ms is None]
        if gone:
            run(ANSWERED, gone)
        new = [
            _request(one) | {"at_ms": at_ms}
            for one, at_ms in self._answers.items()
            if at_ms is not None
        ]
        if new:
            run(insert(follow_requests), new)

    def _row(self, key: Key) -> dict[str, Any]:
        viewer, verb, kind, target = key
        named = {"viewer": viewer, "verb": verb, "kind": kind, "target": target}
        return named | self._known[key]._asdict()


def counters_of(
    key: tuple[int, str, str, int], creator_of: dict[int, int]
) -> Iterable[tuple[str, str, int]]:
    """The (verb, kind, target) of each counter that a relation counts in."""
    viewer, verb, kind, target = key
    if verb == "barred":
        return
    yield verb, kind, target
    if verb == "follows" and kind == "creator":
        yield verb, "viewer", viewer
    if verb == "likes" and kind == "item" and target in creator_of:
        yield verb, "items_of", creator_of[target]


def _key(change: Change) -> Key:
    return change.viewer, change.verb, change.kind, change.target


def _request(request: Request, before: str = "") -> dict[str, Any]:
    return {f"{before}account": request[0], f"{before}viewer": request[1]}
