"""A small crowd of simulated viewers, each with a hidden taste that the learner must find.

They speak HTTP like any device: ask for an edition, look, tap what they like, tell the server,
and come again. What they like and do is the simulator's (evaluation/simulator).
"""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import numpy as np

from jhalak.evaluation.simulator.behaviour import Reaction, react
from jhalak.evaluation.simulator.fit import probability
from jhalak.evaluation.simulator.oracle import attention
from jhalak.evaluation.simulator.rules import Nature
from jhalak.evaluation.simulator.viewers import Viewers
from jhalak.feeds.edition import rfc3339
from jhalak.schema.slate import SURFACES

NATURE: Final = Nature(patience=1.0, topic=2.0)
"""People with time and marked tastes, so that a few editions show that these are found."""
BASE: Final = -1.2
"""Log-odds of a tap on a usual card by a usual viewer."""
QUALITY: Final = 0.6
"""Log-odds of one standard deviation of a card's hidden quality."""
LIKED: Final = 0.5
"""A topic is to a viewer's taste when its share is at least so much of their top topic's."""
VISITS: Final = 3
"""Editions that one viewer asks for; then another one with the same taste comes in their place,
so that a small catalogue is not used up."""


@dataclass(slots=True)
class Member:
    """One viewer of the crowd: the `place`-th of the simulated `people` of their language, among
    whose `topics` they like `tastes`."""

    language: str
    tastes: tuple[str, ...]
    people: Viewers
    place: int
    topics: tuple[str, ...]
    token: str = ""
    visits: int = 0


class Crowd:
    """`size` viewers on the server at `host`:`port`; `topics` by language are what there is."""

    def __init__(
        self, host: str, port: int, topics: Mapping[str, Sequence[str]], size: int, seed: int = 7,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._connect = (
            partial(http.client.HTTPSConnection, host, port, context=tls)
            if tls
            else partial(http.client.HTTPConnection, host, port)
        )
        self._rng = np.random.default_rng((seed, 1))
        languages = sorted(code for code, names in topics.items() if len(names) > 3)
        each = -(-size // max(len(languages), 1))
        people = {
            code: Viewers(seed + i, each, len(topics[code]), NATURE)
            for i, code in enumerate(languages)
        }
        self.members = [
            _member(languages[i % len(languages)], topics, people, i // len(languages))
            for i in range(size if languages else 0)
        ]
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
            member.people.refresh(member.place)
        edition = self._ask("GET", "/v1/lockscreen/edition?slots=8", member.token)
        now_ms = time.time_ns() // 1_000_000
        member.people.rest(member.place, now_ms)
        heed = attention(NATURE, len(edition["cards"]), SURFACES.index("lockscreen"))
        events: list[dict[str, Any]] = []
        for slot, card in enumerate(edition["cards"]):
            did = self._look(member, card, float(heed[slot]))
            events += self._events(card, did, rfc3339(now_ms))
            self.liked[member.visits] += card["topic"] in member.tastes
            self.shown[member.visits] += 1
        self._ask("POST", "/v1/events", member.token, {"events": events})
        member.visits += 1

    def _look(self, member: Member, card: Mapping[str, Any], heed: float) -> Reaction:
        """What the member does with a card; a topic that they do not know leaves them cold."""
        people, topic = member.people, card["topic"]
        logit = BASE + QUALITY * _quality(card["item"])
        if topic in member.topics:
            at = np.array([member.topics.index(topic)])
            logit += float(people.appeal(member.place, at, np.zeros(1, np.int64))[0])
            logit -= float(people.weariness(member.place, at, np.zeros(1, np.int64))[0])
            people.see(member.place, int(at[0]), 0)
        else:
            logit += NATURE.topic * float(np.log(NATURE.floor))
        return react(self._rng, float(probability(logit)), heed, 0.0, False)

    def _events(self, card: Mapping[str, Any], did: Reaction, at: str) -> list[dict[str, Any]]:
        events = [self._event(card, "impression", at, None)]
        if did.tapped:
            events.append(self._event(card, "tap", at, None))
            events.append(self._event(card, "dwell", at, did.dwell_ms))
        if did.shared:
            events.append(self._event(card, "share", at, None))
        return events

    def _event(
        self, card: Mapping[str, Any], type_: str, at: str, value: int | None
    ) -> dict[str, Any]:
        name = str(UUID(bytes=self._rng.bytes(16), version=4))
        return {"id": name, "slot": card["slot"], "type": type_, "at": at, "value": value}

    def _ask(self, method: str, path: str, token: str, body: Any = None) -> dict[str, Any]:
        connection = self._connect(timeout=10)
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


def _member(
    language: str, topics: Mapping[str, Sequence[str]], people: Mapping[str, Viewers], place: int
) -> Member:
    """One of the simulated people of a language, with the names of what they like."""
    known = tuple(sorted(topics[language]))
    shares = people[language].share[place]
    liked = np.argsort(-shares, kind="stable")[: np.count_nonzero(shares >= LIKED * shares.max())]
    return Member(language, tuple(known[t] for t in liked), people[language], place, known)


def _quality(item: str) -> float:
    """Standard normal, the same for the same card to everybody: the sum of its hash's bytes."""
    digest = np.frombuffer(blake2b(item.encode(), digest_size=12).digest(), np.uint8)
    return float((digest.sum() - 12 * 127.5) / (12 * (256**2 - 1) / 12) ** 0.5)
