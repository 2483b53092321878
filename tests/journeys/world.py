"""A world that stands still: cards and a clock of the test's own, in front of the real server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from jhalak.feeds.edition import rfc3339
from tests.journeys.phone import Phone

STARTER: Final = Path(__file__).parents[2] / "jhalak" / "demo" / "starter"
NOW: Final = datetime(2026, 11, 28, 4, 54, tzinfo=UTC)
"""10:24 in Kolkata."""


def starter(language: str) -> list[dict[str, Any]]:
    """The starter catalogue's cards of a language, in the file's order."""
    lines = (STARTER / f"{language}.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return [row for row in rows if row.get("kind", "card") == "card"]


def card(n: int, row: Mapping[str, Any], language: str, **changes: Any) -> dict[str, Any]:
    """The `n`-th card of an edition."""
    name = f"{row.get('id', n)}"
    return {
        "slot": f"slot-{n}", "item": name, "story": name, "headline": row["title"],
        "summary": row.get("summary", ""), "language": language,
        "topic": row.get("topic", "science"), "publisher": row.get("publisher"),
        "image": {"art": {"topic": row.get("topic", "science"), "seed": name}}, "url": None,
        "show_from": _at(0), "show_until": _at(6), "why": row.get("why", row["title"]),
    } | changes  # fmt: skip


def _at(hours: float) -> str:
    return rfc3339(int((NOW + timedelta(hours=hours)).timestamp() * 1000))


def edition(cards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "edition": f"made-up-{len(cards)}", "valid_from": _at(0), "valid_until": _at(6),
        "picture_bytes": 0, "bytes": 20_000, "level": "full", "cards": cards, "recalled": [],
    }  # fmt: skip


def answer(phone: Phone, path: str, body: Any) -> None:
    """From now on `phone` gets `body` from every path that the glob `path` describes."""
    media = "application/json"
    text = json.dumps(body)  # lone surrogates stay escaped
    phone.context.route(
        f"{phone.origin}{path}",
        lambda route: route.fulfill(status=200, content_type=media, body=text),
    )


def still(phone: Phone, cards: Sequence[Mapping[str, Any]]) -> Phone:
    """`phone` at NOW, with these cards as every edition."""
    phone.page.clock.set_fixed_time(NOW)
    answer(phone, "/v1/lockscreen/edition*", edition(cards))
    return phone
