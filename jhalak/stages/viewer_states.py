"""Viewers' states in memory: read once from profile, relations and log, then folded as they act.

A state is the profile (what was kept at some position of the log) and the viewer's own records
after it, so it is exact whatever the age of the profile. It is kept for the most recent viewers;
the profile of one that leaves memory is written first.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import islice, takewhile

from jhalak.learning import profile
from jhalak.learning.going import FilmOf, no_films
from jhalak.learning.relating import note_relation, relate
from jhalak.learning.viewer import EmbeddingOf, ViewerFold
from jhalak.ports.errors import PortError
from jhalak.ports.event_log import EventLog
from jhalak.ports.profile_store import ProfileStore
from jhalak.ports.relations import RelationRow, RelationStore
from jhalak.residency.seal import seal, unseal
from jhalak.schema.activity import TOPIC, Activity, Relation, decode
from jhalak.schema.viewer_state import ViewerState

log = logging.getLogger(__name__)

FLUSH: int = 5
"""Profiles written at once: making their bytes holds the serving thread for about 1 ms."""


class ViewerStates:
    """The states of at most `size` viewers. Used by one thread."""

    def __init__(
        self,
        event_log: EventLog,
        profiles: ProfileStore,
        relations: RelationStore,
        embedding_of: EmbeddingOf,
        clock: Callable[[], int],
        film_of: FilmOf = no_films,
        *,
        size: int,
        keep_days: int,
        hide_days: int,
    ) -> None:
        self._log, self._profiles, self._relations = event_log, profiles, relations
        self._clock, self._size = clock, size
        self._keep_ms, self._hide_ms = keep_days * 86_400_000, hide_days * 86_400_000
        self._fold = ViewerFold(embedding_of, self._keep_ms, self._hide_ms, film_of)
        self._states: OrderedDict[int, ViewerState] = OrderedDict()
        self._loading: dict[int, asyncio.Task[ViewerState]] = {}
        self._waiting: dict[int, list[tuple[int, Activity]]] = {}
        self._dirty: dict[int, int] = {}
        """Viewer to the time since which their profile is behind, longest first."""
        self._unprofiled: set[int] = set()
        self.erased: set[int] = set()
        """Viewers who were erased: nothing is noted, loaded or written about them any more."""
        self.failures = 0
        """Profiles that could not be read."""
        self.refolded = 0
        """Profiles of an earlier format, made anew from the log."""

    def __len__(self) -> int:
        return len(self._states)

    def at_hand(self, viewer: int, *, profiled: bool = True) -> ViewerState | None:
        """The viewer's state if it is in memory."""
        state = self._states.get(viewer)
        if state is None or (profiled and viewer in self._unprofiled):
            return None
        self._states.move_to_end(viewer)
        return state

    async def get(self, viewer: int, *, profiled: bool = True) -> tuple[ViewerState, bool]:
        """The viewer's state, and whether their profile could be read. Not profiled: none is.

        A load that the caller gives up on goes on, for the next call.
        """
        state = self.at_hand(viewer, profiled=profiled)
        if state is None:
            task = self._loading.get(viewer)
            if task is None:
                task = asyncio.create_task(self._load(viewer, profiled))
                self._loading[viewer] = task
                task.add_done_callback(lambda done: self._loaded(viewer, done))
            state = await asyncio.shield(task)
        return state, not profiled or viewer not in self._unprofiled

    def note(self, viewer: int, n: int, record: Activity) -> None:
        """Fold a record of the viewer that was just appended at `n` (0: not known yet)."""
        if viewer in self.erased:
            return
        state = self._states.get(viewer)
        if state is not None:
            self._fold.apply(state, n, record)
            self._dirty.setdefault(viewer, self._clock())
        if viewer in self._loading:
            self._waiting.setdefault(viewer, []).append((n, record))

    def renew(self, viewer: int) -> None:
        """The viewer chose anew what they want: the edition that they hold is not good any more."""
        state = self._states.get(viewer)
        if state is not None:
            state.events_since_edition += 1

    def relate(self, viewer: int, rows: Sequence[RelationRow]) -> None:
        """What the viewer hides, blocks and follows is what the store says, and nothing else."""
        state = self._states.get(viewer)
        if state is not None:
            self._relate(state, rows)

    def drop(self, viewer: int) -> None:
        """Let go of the viewer's state."""
        self._states.pop(viewer, None)
        self._dirty.pop(viewer, None)
        self._unprofiled.discard(viewer)

    def erase(self, viewer: int) -> None:
        """The viewer was erased: forget them, whatever is under way."""
        self.erased.add(viewer)
        self.drop(viewer)

    async def flush(self, limit: int = FLUSH, *, behind_ms: int = 0) -> int:
        """Write up to `limit` profiles that are behind for `behind_ms` or longer, and let go of
        viewers beyond `size`. The log has it all: a profile only makes the next load shorter."""
        surplus = max(len(self._states) - self._size, 0)
        leaving = list(islice(self._states, surplus))
        gone = set(leaving)
        since_ms = self._clock() - behind_ms
        due = takewhile(lambda entry: entry[1] <= since_ms, self._dirty.items())
        chosen = leaving + list(islice((v for v, _ in due if v not in gone), limit))
        values = {}
        for viewer in chosen:
            state = self._states.get(viewer)
            if state is not None and viewer in self._dirty and viewer not in self._unprofiled:
                values[viewer] = seal(viewer, profile.dump(state))
        # Clean from here on: what is noted while they are being written makes them dirty again.
        for viewer in chosen:
            self._dirty.pop(viewer, None)
        if values:
            try:
                await self._profiles.put_many(values)
            except BaseException:
                for viewer in values:
                    if viewer in self._states:
                        self._dirty.setdefault(viewer, self._clock())
                raise
        for viewer in leaving:
            if viewer not in self._dirty:
                self.drop(viewer)
        return len(values)

    def _loaded(self, viewer: int, task: asyncio.Task[ViewerState]) -> None:
        self._loading.pop(viewer, None)
        self._waiting.pop(viewer, None)
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody did, the next call tries again

    async def _load(self, viewer: int, profiled: bool) -> ViewerState:
        recent_ms = self._clock() - self._keep_ms
        state, read, since_ms = (
            await self._profile(viewer, recent_ms)
            if profiled
            else (ViewerState(viewer), False, recent_ms)
        )
        known = self._states.get(viewer)
        if not read and known is not None:
            return known  # it was noted all along: the log alone would say less
        for entry in await self._log.read_key(TOPIC, viewer, after=state.n, since_ms=since_ms):
            self._fold.apply(state, entry.n, decode(unseal(viewer, entry.payload)))
        # Relations are hard: what the store says stands, whatever the log still holds. Read after
        # the log, so that none that the log told of is missed.
        rows = await asyncio.to_thread(self._relations.of_viewer, viewer)
        self._relate(state, rows)
        for n, record in self._waiting.pop(viewer, ()):
            if n == 0 or n > state.n:
                self._fold.apply(state, n, record)
            elif isinstance(record, Relation):
                note_relation(state, record, self._hide_ms)
        if known is not None:
            profile.see_too(state, known)  # what it was served may not be on disk yet
        if viewer in self.erased:
            return state
        self._states[viewer] = state
        if not read:
            self._unprofiled.add(viewer)
        else:
            self._unprofiled.discard(viewer)
        return state

    def _relate(self, state: ViewerState, rows: Sequence[RelationRow]) -> None:
        for chosen in (state.hidden_creators, state.hidden_topics, state.hidden_items):
            chosen.clear()
        for followed in (
            state.followed_creators, state.followed_topics, state.followed_channels
        ):  # fmt: skip
            followed.clear()
        for row in rows:
            relate(state, row.verb, row.kind, row.target, row.at_ms, True, self._hide_ms)

    async def _profile(self, viewer: int, recent_ms: int) -> tuple[ViewerState, bool, int]:
        """The viewer's profile, whether it could be read, and since when the log is to be."""
        try:
            value = await self._profiles.get(viewer)
            if value is None:
                return ViewerState(viewer), True, recent_ms
            return profile.load(viewer, unseal(viewer, value)), True, recent_ms
        except profile.OlderFormat as error:
            if not self.refolded:
                log.info("profiles are made anew from the log: %s", error)
            self.refolded += 1
            return ViewerState(viewer), True, 0
        except (PortError, ValueError, OSError) as error:
            self.failures += 1
            if self.failures == 1:
                log.error("a profile could not be read: %s", error)
            return ViewerState(viewer), False, recent_ms
