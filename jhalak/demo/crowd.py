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
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
ENOUGH: Final = 5
"""A topic with fewer cards is nobody's taste."""
Held = Mapping[str, Mapping[str, int]]
"""By language and topic: how many cards there are."""


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
    seen: Counter[str] = field(default_factory=Counter)
    """By topic: cards that they were shown."""


@dataclass(slots=True)
class Found:
    """What all viewers' first editions had, or their second... Nothing is shown twice, so a later
    edition has fewer cards to a taste left to show: `liked` alone would fall by that."""

    shown: int = 0
    liked: int = 0
    """Cards to their viewer's taste."""
    chance: float = 0.0
    """So many of such cards if each edition were drawn blindly from what was left."""
    findable: int = 0
    """So many if each edition had as many of them as were left."""


class Crowd:
    """`size` viewers on the server at `host`:`port`; `held` says what it has now."""

    def __init__(
        self, host: str, port: int, held: Callable[[], Held], size: int, seed: int = 7,
        tls: ssl.SSLContext | None = None,
    ) -> None:  # fmt: skip
        self._held = held
        topics = {
            code: [topic for topic, cards in by_topic.items() if cards >= ENOUGH]
            for code, by_topic in held().items()
        }
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
        self.found = [Found() for _ in range(VISITS)]
        """By how many-th edition of a viewer it was."""
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

    def _line(self) -> str:
        """One line: what came, what chance would bring, and what of the possible was found."""
        met = [one for one in self.found if one.shown]
        rows = {
            "cards to a viewer's hidden taste": [one.liked / one.shown for one in met],
            "by chance": [one.chance / one.shown for one in met],
            "of those left": [one.liked / max(one.findable, 1) for one in met],
        }
        told = "   ".join(
            f"{name} {', '.join(f'{100 * share:.0f}' for share in of)} %"
            for name, of in rows.items()
        )
        which = ", ".join(str(1 + i) for i in range(len(met)))
        return f"round {self.rounds:3}   edition {which}:   {told}"

    def _visit(self, member: Member) -> None:
        """One edition: look at every card, tap what is to the member's taste."""
        if not member.token or member.visits == VISITS:
            made = self._ask("POST", "/v1/viewers", "", {"languages": [member.language]})
            member.token, member.visits, member.seen = made["token"], 0, Counter()
            member.people.refresh(member.place)
        edition = self._ask("GET", "/v1/lockscreen/edition?slots=8", member.token)
        now_ms = time.time_ns() // 1_000_000
        member.people.rest(member.place, now_ms)
        heed = attention(NATURE, len(edition["cards"]), SURFACES.index("lockscreen"))
        events: list[dict[str, Any]] = []
        found = self.found[member.visits]
        self._count_left(member, found, len(edition["cards"]))
        for slot, card in enumerate(edition["cards"]):
            did = self._look(member, card, float(heed[slot]))
            events += self._events(card, did, rfc3339(now_ms))
            found.liked += card["topic"] in member.tastes
            member.seen[card["topic"]] += 1
        self._ask("POST", "/v1/events", member.token, {"events": events})
        member.visits += 1

    def _count_left(self, member: Member, found: Found, shown: int) -> None:
        """Before an edition of `shown` cards: what there was that it could show."""
        held = self._held().get(member.language, {})
        left = {topic: max(cards - member.seen[topic], 0) for topic, cards in held.items()}
        liked = sum(left.get(topic, 0) for topic in member.tastes)
        found.shown += shown
        found.chance += shown * liked / max(sum(left.values()), 1)
        found.findable += min(liked, shown)

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
