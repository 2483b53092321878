"""The worker that replays drafts of policies, one after the other, in a process of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec

from jhalak.config.experiments import Override
from jhalak.config.policy import FILE
from jhalak.config.settings import Settings
from jhalak.evaluation.policy_log import chosen_of, read_newest, world_at
from jhalak.evaluation.policy_replay import PolicyReplay, TooFew
from jhalak.ports.event_log import EventLog
from jhalak.ports.items import ItemStore
from jhalak.ports.learned import Learned
from jhalak.ports.policies import Draft, DraftStore, PolicyStore
from jhalak.ports.viewers import ViewerStore

log = logging.getLogger(__name__)

TOLD: Final = 20
"""Progress is written about so many times a replay."""


class ReplayDrafts:
    """Takes the drafts that wait. `settings` are those of the file: policies lie over them."""

    def __init__(
        self, drafts: DraftStore, policies: PolicyStore, items: ItemStore, viewers: ViewerStore,
        event_log: EventLog, learned: Learned, settings: Settings, clock: Callable[[], int],
    ) -> None:  # fmt: skip
        self._drafts, self._policies, self._items = drafts, policies, items
        self._viewers, self._log, self._learned = viewers, event_log, learned
        self._settings, self._clock = settings, clock
        self.replayed = 0

    async def step(self) -> bool:
        """Replay the next draft; True when there was one. A draft that fails says why, and the
        next one is taken."""
        draft = self._drafts.take()
        if draft is None:
            return False
        try:
            result = await self._replay(draft)
        except TooFew as error:
            self._fail(draft, str(error))
        except Exception as error:
            log.exception("draft %s could not be replayed", draft.num)
            self._fail(draft, f"the replay broke off: {error!r}")
        else:
            self._drafts.finish(draft.num, "done", msgspec.json.encode(result))
        self.replayed += 1
        return True

    def _fail(self, draft: Draft, why: str) -> None:
        self._drafts.finish(draft.num, "failed", msgspec.json.encode({"error": why}))

    async def _replay(self, draft: Draft) -> dict[str, Any]:
        asked = chosen_of(await read_newest(self._log))
        from_ms = asked.span_ms()[0] or self._clock()
        world = world_at(self._items, self._learned, from_ms)
        replay = PolicyReplay(
            world, self._log, self._viewers, self._settings, self._base(draft), draft.override
        )
        told = 0

        def progress(done: int, total: int) -> None:
            nonlocal told
            if done * TOLD // max(total, 1) > told:
                told = done * TOLD // total
                self._drafts.advance(draft.num, done, total)

        return await replay.run(asked, progress)

    def _base(self, draft: Draft) -> Override:
        """The policy that the draft is compared with."""
        found = (p.override for p in self._policies.all() if p.version == draft.base)
        return next(found, FILE)
