"""What a visit costs: bytes as they travel, requests that wait for one another, and what moves."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from jhalak.api.apps import BUILT, is_built
from tests.journeys.conftest import Opener
from tests.journeys.looks import shifted
from tests.journeys.network import Watch

FIRST_BYTES, FIRST_SEQUENCE = 90_000, 3
EDITION_BYTES, EDITION_SEQUENCE = 60_000, 2
SCRIPT_BYTES = 60 * 1024
MOST_SHIFT = 0.02
LATENCY_MS = 100
"""So that requests which wait for one another are told from those that do not."""


@pytest.mark.parametrize("language", ["hi", "ur", "en"])
def test_a_first_visit_keeps_its_bytes_and_its_sequence(phone: Opener, language: str) -> None:
    it = phone(language, service_workers="block")
    watch = Watch(it.page)
    watch.slow(LATENCY_MS)
    it.open()
    it.page.locator("button.tile").first.wait_for()
    sequence = watch.sequence()  # what comes after it, nobody waits for
    it.page.wait_for_load_state("networkidle")
    told = [(one.path, one.size) for one in watch.finished()]
    assert watch.size <= FIRST_BYTES, told
    assert sequence <= FIRST_SEQUENCE, told
    assert shifted(it.page) <= MOST_SHIFT


@pytest.mark.parametrize("language", ["hi", "ur", "en"])
def test_a_first_edition_keeps_its_bytes_and_its_sequence(phone: Opener, language: str) -> None:
    it = phone(language, service_workers="block")  # which fetches what nobody waits for
    watch = Watch(it.page)
    it.open()
    it.settled()
    it.choose()
    it.page.wait_for_load_state("networkidle")
    before = shifted(it.page)
    watch.fresh()
    watch.slow(LATENCY_MS)
    it.go_on()
    it.card()
    told = [(one.path, one.size) for one in watch.finished()]
    assert watch.size <= EDITION_BYTES, told
    assert watch.sequence() <= EDITION_SEQUENCE, told
    it.settled()
    assert shifted(it.page) - before <= MOST_SHIFT


def test_all_the_scripts_together_are_small() -> None:
    if not is_built("viewer"):
        pytest.skip("the viewer's application is not built: make web")
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in scripts()}
    assert sum(sizes.values()) <= SCRIPT_BYTES, sizes


def scripts() -> list[Path]:
    """All chunks and the worker, without message catalogues."""
    found = sorted((BUILT / "viewer").rglob("*.js"))
    return [file for file in found if not _is_catalogue(file)]


def _is_catalogue(file: Path) -> bool:
    """Named by the language: `hi-3f9a.js`."""
    from jhalak.schema.languages import LANGUAGES

    return file.name.partition("-")[0] in LANGUAGES
