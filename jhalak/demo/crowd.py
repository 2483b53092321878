"""A small crowd of simulated viewers, each with a hidden taste that the learner must find.

They speak HTTP like any device: ask for an edition, look, tap what they like, tell the server,
and come again.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from jhalak.feeds.edition import rfc3339

LIKES, ELSE = 0.65, 0.04
"""How probably a viewer taps a card of a topic they like, or of another."""


VISITS = 3
"""Editions that one viewer asks for; then another one with the same taste comes in their place,
so that a small catalogue is not used up."""


@dataclass(slots=True)
class Member:
    """One viewer of the crowd. `tastes` are the topics that they like."""

    language: str
    tastes: tuple[str, ...]
    token: str = ""
    visits: int = 0


class Crowd:
    """`size` viewers on the server at `host`:`port`; `topics` by language are what there is."""

    def __init__(
        self, host: str, port: int, topics: Mapping[str, Sequence[str]], size: int, seed: int = 7
    ) -> None:
        self._host, self._port = host, port
        self._rng = Random(seed)
        languages = sorted(code for code, names in topics.items() if len(names) > 3)
        self.members = []
        for i in range(size if languages else 0):
            language = languages[i % len(languages)]
            tastes = tuple(self._rng.sample(sorted(topics[language]), 2))
            self.members.append(Member(language, tastes))
        self.liked = [0] * VISITS
        """By how many-th edition of a viewer: cards to their taste."""
        self.shown = [0] * VISITS
        self.rounds = 0

    def run(
        self, rounds: int, pause_s: float, stop: threading.Event, say: Callable[[str], None]
    ) -> None:
        """Ask, look and tap until `stop` (or for `rounds` rounds, if there are any)."""
        while not stop.is_set() and (not rounds or self.rounds < rounds):
            for member in self.members:
                if stop.is_set():
                    return
                try:
                    self._visit(member)
                except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
                    say(f"crowd: the server did not answer as expected: {error!r}")
                    stop.wait(2.0)
            self.rounds += 1
            say(self._line())
            stop.wait(pause_s)

    def shares(self) -> list[float]:
        """Share of cards to a viewer's taste in their first, second... edition."""
        pairs = zip(self.liked, self.shown, strict=True)
        return [liked / shown for liked, shown in pairs if shown]

    def _line(self) -> str:
        told = "  ".join(f"{i + 1}: {100 * share:3.0f} %" for i, share in enumerate(self.shares()))
        return f"round {self.rounds:3}   cards to a viewer's hidden taste, by edition   {told}"

    def _visit(self, member: Member) -> None:
        """One edition: look at every card, tap what is to the member's taste."""
        if not member.token or member.visits == VISITS:
            made = self._ask("POST", "/v1/viewers", "", {"languages": [member.language]})
            member.token, member.visits = made["token"], 0
        edition = self._ask("GET", "/v1/lockscreen/edition?slots=8", member.token)
        now = rfc3339(time.time_ns() // 1_000_000)
        events = []
        for card in edition["cards"]:
            events.append(self._event(card, "impression", now, None))
            to_taste = card["topic"] in member.tastes
            self.liked[member.visits] += to_taste
            self.shown[member.visits] += 1
            if self._rng.random() < (LIKES if to_taste else ELSE):
                events.append(self._event(card, "tap", now, None))
                events.append(self._event(card, "dwell", now, 6000 + self._rng.randrange(9000)))
        self._ask("POST", "/v1/events", member.token, {"events": events})
        member.visits += 1

    def _event(self, card: dict[str, Any], type_: str, at: str, value: int | None) -> Any:
        name = str(UUID(int=self._rng.getrandbits(128), version=4))
        return {"id": name, "slot": card["slot"], "type": type_, "at": at, "value": value}

    def _ask(self, method: str, path: str, token: str, body: Any = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            data = None
            if body is not None:
                data = json.dumps(body)
                headers["Content-Type"] = "application/json"
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status >= 400:
                raise ValueError(f"{method} {path} answered {answer.status}: {text[:200]!r}")
            found: dict[str, Any] = json.loads(text)
            return found
        finally:
            connection.close()
