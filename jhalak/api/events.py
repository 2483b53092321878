"""POST /v1/events: batches of what devices saw, verified without I/O, on disk before the answer."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from litestar.types import Receive, Scope, Send

from jhalak.api.event_times import time_of, times_of
from jhalak.api.raw import JSON, PRIVATE, Refused, claim_of, not_taken, read_body, respond
from jhalak.api.reports import CODES, Reports
from jhalak.api.services import Services
from jhalak.api.shares import count_shares
from jhalak.feeds import slot_batch
from jhalak.feeds.slot_batch import claims_of
from jhalak.feeds.slot_token import BadToken, Claim
from jhalak.ports.errors import PortError
from jhalak.residency.seal import seal
from jhalak.schema.activity import EVENT_INDEX, TOPIC, Outcome, Outcomes, encode

LONGEST_MS: Final = 86_400_000
ID_MOST: Final = 64
_BARE: Final = frozenset(EVENT_INDEX[name] for name in ("impression", "tap", "complete", "share"))
"""Types that need no value."""
_LASTING: Final = frozenset((EVENT_INDEX["dwell"], EVENT_INDEX["play"]))
_NOTHING_MORE: Final = {type_: (type_, 0, (), "") for type_ in _BARE}
"""A whole number takes a byte in the log, where 0.0 takes nine; both are read as the same."""
RANGES: Final = 16


class EventIn(msgspec.Struct, forbid_unknown_fields=True):
    """One event of a device."""

    id: str
    """Made by the device, 1 to 64 characters, unique for the viewer; sent again it counts as a
    duplicate."""
    slot: str
    """The slot token of the card or video."""
    type: str
    """impression, dwell, tap, play, complete, share, report or undo."""
    at: str
    """RFC 3339; clamped to [served, received]."""
    value: int | float | str | bool | None = None
    """dwell, play: milliseconds; report: reason code; undo: the id of the event taken back."""
    ranges: list[tuple[int, int]] | None = None
    """play: the parts watched, at most 16 of [from_ms, to_ms]."""


class EventsIn(msgspec.Struct, forbid_unknown_fields=True):
    """A batch."""

    events: list[EventIn]


class Rejected(msgspec.Struct):
    """An event that was not taken."""

    id: str
    code: str
    """bad_id, bad_token, wrong_viewer_or_forged, expired_token, unknown_type, bad_value or
    bad_time."""
    reason: str


class EventsOut(msgspec.Struct):
    """What became of a batch."""

    accepted: int
    duplicates: int
    rejected: list[Rejected]


class _Bad(Exception):
    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class EventRoutes:
    """POST /v1/events."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._decoder = msgspec.json.Decoder(EventsIn)
        self._encoder = msgspec.json.Encoder()
        self._reports = Reports(services)
        # The kernels are loaded before the first batch waits for them.
        slot_batch.warm()
        times_of(["2026-11-23T18:47:00.000Z"])
        services.world.catalogue.facts_of(np.zeros(0, np.int64))

    async def post(self, scope: Scope, receive: Receive, send: Send) -> None:
        s = self._s
        claim = claim_of(scope, s.viewer_tokens)
        body = await read_body(scope, receive, s.settings.server.body_limit)
        batch = self._decode(body)
        now_ms = s.clock()
        async with s.event_ids.of(claim.viewer, now_ms) as known:
            outcomes = self._all_good(batch.events, claim.viewer, now_ms, known)
            if outcomes is not None:
                answer = EventsOut(len(outcomes), 0, [])
            else:
                answer, outcomes = self._sort(batch, claim.viewer, now_ms, known)
            if outcomes:
                await self._reports.open(claim.viewer, outcomes, now_ms)
                await count_shares(s, claim.viewer, outcomes, now_ms)
                await self._append(claim.viewer, now_ms, outcomes)
                known.update([outcome.id for outcome in outcomes])
        s.count("events accepted", answer.accepted)
        s.count("events duplicate", answer.duplicates)
        s.count("events rejected", len(answer.rejected))
        await respond(send, 202, self._encoder.encode(answer), [JSON, PRIVATE])

    def _decode(self, body: bytes) -> EventsIn:
        try:
            batch = self._decoder.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Refused(400, "bad_body", str(error) or "the body nests too deep") from None
        limit = self._s.settings.server.events_limit
        if len(batch.events) > limit:
            raise Refused(400, "too_many", f"a batch has at most {limit} events")
        return batch

    def _all_good(
        self, events: list[EventIn], viewer: int, now_ms: int, known: set[str]
    ) -> list[Outcome] | None:
        """The outcomes of a batch in which every event is new and good, as nearly every batch of a
        device is; None for any other one, that `_sort` looks at event by event."""
        ids = [event.id for event in events]
        sizes = set(map(len, ids))
        if not ids or min(sizes) < 1 or max(sizes) > ID_MOST:
            return None
        if len(set(ids)) < len(ids) or not known.isdisjoint(ids):
            return None
        at_ms = times_of([event.at for event in events])
        claims = claims_of(
            self._s.slot_tokens.keys, [event.slot for event in events], viewer, now_ms
        )
        if at_ms is None or claims is None:
            return None
        try:
            said = [_said(event) for event in events]
        except _Bad:
            return None
        types, values, ranges, undoes = zip(*said, strict=True)
        facts = self._s.world.catalogue.facts_of(claims.item)
        at_ms = np.minimum(np.maximum(at_ms, claims.issued_ms), now_ms)
        return list(map(
            Outcome, ids, types, at_ms.tolist(), values, claims.slate, claims.item.tolist(),
            claims.position, claims.surface, claims.issued_ms.tolist(), ranges, undoes,
            *facts[1:].tolist(),
        ))  # fmt: skip

    def _sort(
        self, batch: EventsIn, viewer: int, now_ms: int, known: set[str]
    ) -> tuple[EventsOut, list[Outcome]]:
        """What became of each event, and the outcomes of those to append."""
        answer = EventsOut(0, 0, [])
        outcomes: list[Outcome] = []
        fresh: set[str] = set()
        claims: dict[str, Claim] = {}
        verify = self._s.slot_tokens.of(viewer, now_ms)
        for event in batch.events:
            if event.id in known or event.id in fresh:
                answer.duplicates += 1
                continue
            try:
                if not 1 <= len(event.id) <= ID_MOST:
                    raise _Bad("bad_id", f"an event's id has 1 to {ID_MOST} characters")
                claim = claims.get(event.slot)
                if claim is None:
                    claim = claims[event.slot] = verify(event.slot)
                outcomes.append(self._outcome(event, claim, now_ms))
                fresh.add(event.id)
            except (BadToken, _Bad) as error:
                answer.rejected.append(Rejected(event.id[:ID_MOST], error.code, str(error)))
        answer.accepted = len(outcomes)
        return answer, outcomes

    def _outcome(self, event: EventIn, claim: Claim, now_ms: int) -> Outcome:
        type_, value, ranges, undoes = _said(event)
        catalogue = self._s.world.catalogue
        row = catalogue.find(claim.item)
        topic, language, creator = catalogue.facts[row] if row >= 0 else (-1, -1, 0)
        at_ms = _time(event.at)
        return Outcome(
            event.id, type_, min(max(at_ms, claim.issued_ms), now_ms), value, claim.slate,
            claim.item, claim.position, claim.surface, claim.issued_ms, ranges, undoes,
            topic, language, creator,
        )  # fmt: skip

    async def _append(self, viewer: int, now_ms: int, outcomes: list[Outcome]) -> None:
        s = self._s
        known = s.directory.at_hand(viewer)
        if known is None:
            try:
                known = await s.directory.get(viewer)
            except PortError:
                known = None
        profiled = known is not None and known.profiled
        if viewer in s.states.erased:
            raise Refused(401, "no_such_viewer", "this viewer was erased")
        record = Outcomes(viewer, now_ms, profiled, tuple(outcomes))
        payload = seal(viewer, encode(record))
        try:
            _, n = await s.event_log.append(TOPIC, viewer, payload, now_ms)
        except PortError as error:
            raise not_taken(error) from None
        s.states.note(viewer, n, record)


Ranges = tuple[tuple[int, int], ...]


def _said(event: EventIn) -> tuple[int, float, Ranges, str]:
    """(type, value, ranges, undone id) of an event. Raises _Bad."""
    type_ = EVENT_INDEX.get(event.type)
    value = event.value
    if not event.ranges:
        if value is None and type_ in _BARE:
            return _NOTHING_MORE[type_]
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if number and type_ in _LASTING and 0 <= value <= LONGEST_MS:  # type: ignore[operator]
            return type_, float(value), (), ""  # type: ignore[arg-type]
    if type_ is None:
        kinds = ", ".join(EVENT_INDEX)
        raise _Bad("unknown_type", f"there is no type {event.type[:32]!r}: {kinds}")
    value, undoes = (0.0, "") if event.value is None and type_ in _BARE else _value(event)
    return type_, value, _ranges(event) if event.ranges else (), undoes


def _time(text: str) -> int:
    """RFC 3339 to Unix milliseconds. Raises _Bad."""
    at_ms = time_of(text)
    if at_ms is None:
        raise _Bad("bad_time", "at is a time of RFC 3339, such as 2026-11-23T18:47:00Z")
    return at_ms


def _value(event: EventIn) -> tuple[float, str]:
    """(number, undone id) of an event. Raises _Bad."""
    value = event.value
    if isinstance(value, bool) or (isinstance(value, str) and len(value) > ID_MOST):
        raise _Bad("bad_value", f"{event.type} has no such value")
    if event.type in ("dwell", "play"):
        if isinstance(value, str) or value is None or not 0 <= value <= LONGEST_MS:
            raise _Bad("bad_value", f"{event.type} has milliseconds from 0 to {LONGEST_MS}")
        return float(value), ""
    if event.type == "report":
        if value not in CODES:
            raise _Bad("bad_value", f"report has a reason code: {', '.join(CODES)}")
        return float(CODES.index(str(value))), ""
    if event.type == "undo":
        if not isinstance(value, str) or not value:
            raise _Bad("bad_value", "undo has the id of the event that it takes back")
        return 0.0, value
    if isinstance(value, str):
        raise _Bad("bad_value", f"{event.type} has no value")
    return 0.0, ""


def _ranges(event: EventIn) -> Ranges:
    """The parts watched. Raises _Bad."""
    ranges = event.ranges or []
    if event.type != "play" or len(ranges) > RANGES:
        raise _Bad("bad_value", f"only play has ranges, at most {RANGES}")
    if any(not 0 <= start <= end <= LONGEST_MS for start, end in ranges):
        raise _Bad("bad_value", "a range is [from_ms, to_ms] with 0 <= from_ms <= to_ms")
    return tuple(ranges)
