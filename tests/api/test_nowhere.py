"""An address that leads nowhere: a page for a person, JSON for a program."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from jhalak.api.nowhere import language_of
from jhalak.schema.languages import LANGUAGES
from tests.worlds import Jhalak

ROOT = Path(__file__).parents[2]
CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


def test_a_browser_gets_a_page_in_its_language(shared: Jhalak) -> None:
    headers = {"accept": CHROME, "accept-language": "ur-PK,ur;q=0.9,en;q=0.8"}
    answer = shared.ask("GET", "/nosuchpage", headers=headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["vary"] == "accept, accept-language"
    assert 'lang="ur" dir="rtl"' in answer.text and 'href="/"' in answer.text
    assert "/nosuchpage" not in answer.text


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html", ""])
def test_a_program_gets_json(shared: Jhalak, accept: str) -> None:
    answer = shared.ask("GET", "/nosuchpage", headers={"accept": accept})
    assert answer.status_code == 404 and answer.json()["error"] == "not_found"


def test_what_is_somewhere_answers_a_browser_as_ever(shared: Jhalak) -> None:
    answer = shared.ask("POST", "/nosuchpage", headers={"accept": CHROME})
    assert answer.status_code == 404
    answer = shared.ask("GET", "/v1/items/none", headers={"accept": CHROME})
    assert answer.headers["content-type"] == "application/json" and answer.status_code >= 400


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"), ("*", "en"), ("fr, de", "en"), ("hi", "hi"), ("HI-in", "hi"),
        ("fr, ta;q=0.5, en;q=0.2", "ta"), ("en;q=0.3, bn;q=0.9", "bn"), ("hi;q=0, te;q=0.1", "te"),
        ("or;q=much, ml", "or"), (";;q=,-,\u0967", "en"),
    ],
)  # fmt: skip
def test_the_language_is_what_the_browser_wants_most(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_words_are_those_of_the_apps(language: str) -> None:
    words = tomllib.loads((ROOT / "jhalak" / "api" / "nowhere.toml").read_text("utf-8"))[language]
    app, people = (
        json.loads((ROOT / "web" / name / "src/words/messages" / f"{language}.json").read_text())
        for name in ("viewer", "people")
    )
    assert words == {
        "title": people["nowhere"], "hint": people["nowhereHint"], "back": app["return"],
    }  # fmt: skip
