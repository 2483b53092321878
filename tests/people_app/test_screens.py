"""Every screen in three languages: nobody is kept out, nothing stands over the edge; and what the
application weighs."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from jhalak.api.apps import BUILT, is_built
from jhalak.schema.languages import LANGUAGES
from tests.cli.conftest import Beside
from tests.journeys.looks import broken, kept_out
from tests.people_app.conftest import Person
from tests.studio.conftest import Page

COMMENTS_BYTES, ALL_BYTES = 45 * 1024, 58 * 1024
"""Gzipped scripts: what comments and profiles need, and all of it but lists; without words."""
LISTS_BYTES = 5 * 1024
"""Lists and series, fetched when the first is opened: who opens none pays nothing for them."""
OUTSIDE = ["sign", "join", "recover", "find", "no-such-page", "@nobody.here"]
INSIDE = [
    "", "edit", "sessions", "passkeys", "password", "codes", "notifications", "notices",
    "requests", "rules", "standing", "erase", "kept", "reports", "lists", "@{handle}",
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "hi", "ur"])
def test_nobody_is_kept_out(
    browser: Any, server: Beside, people: list[Page], language: str
) -> None:
    one = Person(browser, server, language)
    people.append(one)

    def looked_at(path: str) -> None:
        one.open(path)
        one.page.locator("h1").wait_for()
        one.page.wait_for_load_state("networkidle")
        assert one.page.evaluate("document.documentElement.lang") == language
        assert (path, kept_out(one.page), broken(one.page)) == (path, [], [])

    for path in OUTSIDE:
        looked_at(path)
    one.join(f"{language}.looks", "नाम")
    for path in INSIDE:
        looked_at(path.format(handle=one.handle))


def test_of_what_is_gone_nothing_is_offered(
    browser: Any, server: Beside, people: list[Page]
) -> None:
    one = Person(browser, server)
    people.append(one)
    for path, said in (("v/gone", "This is no longer here"), ("@nobody.here", "Nobody is here by")):
        one.open(path)
        one.see(said)
        one.page.wait_for_load_state("networkidle")
        assert one.page.get_by_role("alert").count() == 0
        assert one.page.get_by_role("button").all_inner_texts() == [""], "the way back"


def test_a_handle_is_written_in_its_own_direction(
    browser: Any, server: Beside, people: list[Page]
) -> None:
    one = Person(browser, server, "ur")
    people.append(one)
    one.join("ur.handle", "نام")
    one.open("@ur.handle")
    title = one.page.locator("h1 bdi")
    title.wait_for()
    assert title.inner_text() == "@ur.handle"
    assert title.evaluate("it => getComputedStyle(it).direction") == "ltr"


def test_it_is_small() -> None:
    if not is_built("people"):
        pytest.skip("the people's application is not built: make web")
    built = (BUILT / "people").rglob("*.js")
    sizes = {
        file.name: len(gzip.compress(file.read_bytes(), 9))
        for file in built
        if file.name.partition("-")[0] not in LANGUAGES
    }
    lists = [sizes.pop(name) for name in set(sizes) if name.startswith(("lists-", "collections-"))]
    assert lists and sum(lists) <= LISTS_BYTES, lists
    later = {name for name in sizes if name.startswith(("own-", "push."))}
    assert sum(sizes.values()) <= ALL_BYTES, sizes
    assert sum(size for name, size in sizes.items() if name not in later) <= COMMENTS_BYTES, sizes
