"""Following the policy and the experiments that were defined in the console into this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from jhalak.config.experiments import Override
from jhalak.config.policy import FILE, holding
from jhalak.config.settings import Settings
from jhalak.ports.definitions import Definition, DefinitionStore
from jhalak.ports.policies import PolicyStore, PolicyVersion

log = logging.getLogger(__name__)

Obey = Callable[[Settings, Override], None]
"""Takes the settings as they hold, and the policy that is in them."""


class FollowPolicy:
    """Asks the records, and hands what holds to `obey` whenever it has changed.

    Every process that serves asks every second: what is saved holds everywhere within two.
    """

    def __init__(
        self, settings: Settings, policies: PolicyStore, definitions: DefinitionStore, obey: Obey
    ) -> None:
        self._settings, self._obey = settings, obey
        self._policies, self._definitions = policies, definitions
        self._known: tuple[PolicyVersion | None, list[Definition]] = (None, [])
        self.version = 0
        """Of the policy that is obeyed; 0: the settings alone."""

    async def step(self) -> bool:
        """Look once; never more to do at once."""
        found = await asyncio.to_thread(self._read)
        if found == self._known:
            return False
        policy, definitions = found
        override = policy.override if policy else FILE
        try:
            held = holding(self._settings, override, [d.settings for d in definitions])
        except ValueError as error:
            # The file changed under a definition. What holds goes on; the file is to be mended.
            log.error("experiments of the console do not fit those of jhalak.toml: %s", error)
            held = holding(self._settings, override)
        self._obey(held, override)
        self._known, self.version = found, policy.version if policy else 0
        return False

    def _read(self) -> tuple[PolicyVersion | None, list[Definition]]:
        return self._policies.newest(), self._definitions.all()
