"""Devices: threads that ask for slates and send events, and note what they were promised."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

from tests.soak.server import Answer, ask

SLATES: Final = 8
"""Slates a viewer asks for before the device goes on as another one."""
SURFACES: Final = (
    ("/v1/lockscreen/edition?slots=24", "cards"),
    ("/v1/video/feed?limit=12", "items"),
)
AGAIN: Final = 0.1
"""Share of batches that are sent once more though they were acknowledged."""


class Address:
    """Where the server is; it changes with each kill."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.port = 0
        self.generation = 0
        self.closed = False

    def up(self, port: int) -> None:
        with self._changed:
            self.port = port
            self.generation += 1
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def after(self, generation: int) -> tuple[int, int]:
        """(port, generation) of a server newer than `generation`; waits for it."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self.generation > generation)
            if self.closed:
                raise Over
            return self.port, self.generation


class Over(Exception):
    """The test is at its end."""


@dataclass
class Shown:
    """A slate as a device got it."""

    slate: str
    viewer: str
    items: list[str]
    level: str
    server: int
    """Which server answered: the address's generation."""
    asked: float
    """Monotonic seconds, before the request was sent."""
    got: float


@dataclass
class Ledger:
    """What the server promised to one device."""

    events: set[str] = field(default_factory=set)
    """Ids of acknowledged events."""
    slots: dict[str, int] = field(default_factory=dict)
    likes: set[tuple[str, str]] = field(default_factory=set)
    """(viewer's token, item)"""
    slates: list[Shown] = field(default_factory=list)
    acks: list[tuple[int, float]] = field(default_factory=list)
    """Which server acknowledged each batch, and the monotonic second at which it was sent the
    last time; only those of which something was written then."""
    resent: int = 0
    """Batches whose first answer never came."""
    duplicates: int = 0
    """Events that a batch sent again had brought before."""


class Device(threading.Thread):
    """One device after another, each its own viewer, until `address` is closed."""

    def __init__(self, name: str, seed: int, address: Address) -> None:
        super().__init__(name=name, daemon=True)
        self._rng = random.Random(seed)
        self._address = address
        self._generation = 0
        self._connection: HTTPConnection | None = None
        self._made = 0
        self.ledger = Ledger()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while True:
                self._one_viewer()
        except Over:
            pass
        except BaseException as error:
            self.failure = error
        finally:
            if self._connection is not None:
                self._connection.close()

    def _one_viewer(self) -> None:
        token = self._until("POST", "/v1/viewers", {"languages": ["en", "hi", "ta"]}, "", 201).json[
            "token"
        ]
        last: bytes | None = None
        for _ in range(SLATES):
            slots = self._slate(token)
            if last is not None and self._rng.random() < AGAIN:
                answer = self._until("POST", "/v1/events", last, token, 202).json
                events = len(json.loads(last)["events"])
                assert answer["duplicates"] == events, f"an event counted again: {answer}"
            for chunk in range(self._rng.randint(1, 3)):
                last = self._batch(token, slots[chunk::3])
            if self._rng.random() < 0.3:
                slot, item = self._rng.choice(slots)
                self._until("PUT", f"/v1/me/likes/item/{item}?slot={slot}", None, token, 200)
                self.ledger.likes.add((token, item))

    def _slate(self, token: str) -> list[tuple[str, str]]:
        """Ask for a slate; (slot token, item) of each."""
        path, key = self._rng.choice(SURFACES)
        asked = time.monotonic()
        while (answer := self._try("GET", path, None, token)) is None:
            asked = time.monotonic()
        got = time.monotonic()
        assert answer.status == 200, answer
        told = answer.json
        slots = [(entry["slot"], entry["item"]) for entry in told[key]]
        assert slots, "a feed is never empty"
        items = [item for _, item in slots]
        name = told.get("edition") or told["slate"]
        self.ledger.slates.append(
            Shown(name, token, items, told["level"], self._generation, asked, got)
        )
        return slots

    def _batch(self, token: str, slots: list[tuple[str, str]]) -> bytes:
        """Send events of `slots` until they are acknowledged."""
        events: list[dict[str, Any]] = []
        for slot, _ in slots:
            events.append(self._event(slot, "impression"))
            if self._rng.random() < 0.4:
                events.append(self._event(slot, "dwell", self._rng.randint(0, 9000)))
            if self._rng.random() < 0.3:
                events.append(self._event(slot, "tap"))
        body = json.dumps({"events": events}).encode()
        sent = time.monotonic()
        answer = self._try("POST", "/v1/events", body, token)
        lost = answer is None
        if answer is None:
            self.ledger.resent += 1
        while answer is None:
            sent = time.monotonic()
            answer = self._try("POST", "/v1/events", body, token)
        assert answer.status == 202, answer
        told = answer.json
        assert told["rejected"] == [], told
        assert told["accepted"] + told["duplicates"] == len(events), told
        assert lost or told["duplicates"] == 0, f"first sent, and counted as sent again: {told}"
        self.ledger.duplicates += told["duplicates"]
        if told["accepted"]:
            self.ledger.acks.append((self._generation, sent))
        self.ledger.events.update(event["id"] for event in events)
        return body

    def _event(self, slot: str, type_: str, value: int | None = None) -> dict[str, Any]:
        self._made += 1
        event = {
            "id": f"{self.name}-{self._made}", "slot": slot, "type": type_,
            "at": "2026-11-23T18:47:00Z",
        }  # fmt: skip
        return event if value is None else {**event, "value": value}

    def _until(self, method: str, path: str, body: Any, token: str, status: int) -> Answer:
        """Ask until there is an answer."""
        while True:
            answer = self._try(method, path, body, token)
            if answer is not None:
                assert answer.status == status, f"{method} {path}: {answer}"
                return answer

    def _try(self, method: str, path: str, body: Any, token: str) -> Answer | None:
        """The answer, or None when the connection broke before there was one."""
        if self._connection is None:
            port, self._generation = self._address.after(self._generation)
            self._connection = HTTPConnection("127.0.0.1", port, timeout=60)
        if self._address.closed:
            raise Over
        try:
            return ask(self._connection, method, path, body, token)
        except (OSError, HTTPException):
            self._connection.close()
            self._connection = None
            return None
