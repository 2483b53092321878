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


@dataclass(slots=True)
class Member:
    """One viewer of the crowd. `tastes` are the topics that they like."""

    language: str
    tastes: tuple[str, ...]
    token: str = ""
    edition: str = ""


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
        self.shares: list[float] = []
        """For each round, the share of cards that are to the taste of those who got them."""

    def run(
        self, rounds: int, pause_s: float, stop: threading.Event, say: Callable[[str], None]
    ) -> None:
        """Ask, look and tap until `stop` (or for `rounds` rounds, if there are any)."""
        while not stop.is_set() and (not rounds or len(self.shares) < rounds):
            liked = shown = 0
            for member in self.members:
                if stop.is_set():
                    return
                try:
                    found = self._visit(member)
                except (OSError, http.client.HTTPException, KeyError, ValueError) as error:
                    say(f"crowd: the server did not answer as expected: {error!r}")
                    stop.wait(2.0)
                    continue
                liked, shown = liked + found[0], shown + found[1]
            if shown:
                self.shares.append(liked / shown)
                say(self._line())
            stop.wait(pause_s)

    def _line(self) -> str:
        first, now = self.shares[0], self.shares[-1]
        bar = "#" * round(40 * now)
        return (
            f"round {len(self.shares):3}: {100 * now:4.0f} % of the cards are to the taste of those"
            f" who got them (first round {100 * first:.0f} %)  {bar}"
        )

    def _visit(self, member: Member) -> tuple[int, int]:
        """One edition: (cards to the member's taste, cards)."""
        if not member.token:
            made = self._ask("POST", "/v1/viewers", "", {"languages": [member.language]})
            member.token = made["token"]
        edition = self._ask("GET", "/v1/lockscreen/edition?slots=12", member.token)
        member.edition = edition["edition"]
        cards = [card for card in edition["cards"] if "topic" in card]
        now = rfc3339(time.time_ns() // 1_000_000)
        events = []
        liked = 0
        for card in cards:
            events.append(self._event(card, "impression", now, None))
            to_taste = card["topic"] in member.tastes
            liked += to_taste
            if self._rng.random() < (LIKES if to_taste else ELSE):
                events.append(self._event(card, "tap", now, None))
                events.append(self._event(card, "dwell", now, 6000 + self._rng.randrange(9000)))
        self._ask("POST", "/v1/events", member.token, {"events": events})
        return liked, len(cards)

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
