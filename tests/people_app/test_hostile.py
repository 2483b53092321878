"""Words of people that are out to break a page: as comments, as names, as what they say of
themselves. The server is left out, which would refuse the worst of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import Beside
from tests.journeys.hostile import strings
from tests.journeys.looks import broken
from tests.people_app.conftest import Person
from tests.studio.conftest import Page

EACH = 40
"""Strings of one page: half of them as comments, half as their writers' names."""


def comments(words: list[str]) -> dict[str, Any]:
    """A page of comments, each by another name."""
    pairs = zip(words[::2], words[1::2], strict=True)
    return {
        "count": len(words), "next": None,
        "comments": [
            {
                "id": f"c{n}", "video": "hostile", "thread": None, "state": "shown", "text": text,
                "language": "und", "writer": {"handle": f"w{n}", "name": name, "verified": False},
                "answers": None, "mentions": ["w1"], "likes": n, "liked": False,
                "by_creator": False, "replies": 0, "pinned": False, "mine": False, "reason": "",
                "at": "2026-11-20T08:00:00Z", "edited": None,
            }
            for n, (text, name) in enumerate(pairs)
        ],
    }  # fmt: skip


def profile(words: list[str]) -> dict[str, Any]:
    return {
        "handle": "hostile", "name": words[0], "about": "\n".join(words[1:6]), "verified": False,
        "private": False, "followers": 1, "following": 1, "likes": 1, "videos": 0,
        "follows": "no", "blocks": False, "mutes": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    "count", [EACH, pytest.param(1000, marks=pytest.mark.soak, id="a thousand")]
)
def test_none_of_a_thousand_runs_or_breaks_the_page(
    browser: Any, server: Beside, people: list[Page], count: int
) -> None:
    one = Person(browser, server, "hi")
    people.append(one)
    held: dict[str, Any] = {}

    def answers(path: str, name: str) -> None:
        one.page.route(
            path, lambda route: route.fulfill(json=held[name], content_type="application/json")
        )

    answers("**/v1/videos/hostile/comments*", "comments")
    answers("**/v1/people/hostile", "profile")
    one.page.route("**/v1/people/hostile/videos*", lambda route: route.fulfill(json=NO_VIDEOS))
    words = list(strings(count))
    for begin in range(0, count, EACH):
        part = words[begin : begin + EACH]
        held |= {"comments": comments(part), "profile": profile(part)}
        one.open("v/hostile")
        one.page.locator("[data-comment]").nth(EACH // 2 - 1).wait_for()
        calm(one, part)
        one.open("@hostile")
        one.page.locator(".who").first.wait_for()
        calm(one, part)


NO_VIDEOS = {"items": [], "next": None}


def calm(one: Person, part: list[str]) -> None:
    """Nothing was executed, and nothing stands over the edge."""
    told = json.dumps(part)[:2000]
    assert one.page.evaluate("window.hacked") is None, told
    assert one.page.evaluate("document.querySelectorAll('main script, main iframe').length") == 0
    assert one.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, told
    assert broken(one.page) == [], told
