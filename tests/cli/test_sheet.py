"""A contact sheet: cards of a slice, drawn by the app's own component, in every script."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jhalak.assembly import now_ms, open_blobs, open_records
from jhalak.cli import main, sheet
from jhalak.config.settings import Settings
from jhalak.ingest.pictures.make import make
from jhalak.schema.languages import LANGUAGES
from jhalak.schema.picture import FOLDER
from tests.cli.conftest import Run
from tests.ingest.pictures.made_up import photo, saved
from tests.page.conftest import browser as browser  # the fixture
from tests.page.mock_jhalak import starter_cards

SRC = "https://e.example/a.jpg"

LAID = """() => [...document.querySelectorAll(".frame")].map((frame) => {
  const within = frame.getBoundingClientRect();
  const box = (place) => frame.querySelector(place).getBoundingClientRect();
  const order = [".clock", ".chip", ".headline", ".meta", ".segments"].map(box);
  const headline = frame.querySelector(".headline");
  const texts = [...frame.querySelectorAll(".foot *, header *")].filter((e) => !e.closest("svg"));
  return {
    apart: order.every((at, n) => n === 0 || order[n - 1].bottom <= at.top + 0.5),
    inside: texts.every((e) => {
      const at = e.getBoundingClientRect();
      return !at.width || (at.left >= within.left && at.right <= within.right
        && at.top >= within.top && at.bottom <= within.bottom
        && (getComputedStyle(e).display === "inline" || e.scrollWidth <= e.clientWidth + 1));
    }),
    lines: Math.round(headline.offsetHeight / parseFloat(getComputedStyle(headline).lineHeight)),
    headline: headline.textContent, direction: getComputedStyle(headline).direction,
    picture: frame.querySelector("img")?.naturalWidth ?? 0,
  };
})"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cards of every language, one with a picture, one whose headline is as long as it
    may be."""
    folder = tmp_path_factory.mktemp("sheet")
    records = open_records(folder, Settings())
    blobs = open_blobs(folder, Settings())
    made = make(saved(photo(900, 1600)), SRC)
    for variant, file in zip(made.picture.variants, made.files, strict=False):
        asyncio.run(blobs.put(f"{FOLDER}/{variant.name}", file))
    allowed = msgspec.structs.replace(made.picture, allowed=True)
    for record in _take_in(folder, records):
        if record.item.image is not None:
            records.pictures.keep(record.num, allowed, now_ms())
    records.database.close()
    return folder


def _take_in(folder: Path, records: Any) -> list[Any]:
    from jhalak.ingest.options import IngestOptions
    from jhalak.ingest.run import ingest
    from jhalak.understanding.embedding import HashedNgrams

    rows = []
    for language in LANGUAGES:
        first, second, third = starter_cards(language)[:3]
        long = " ".join([first["title"], second["title"], third["title"]] * 3)
        for name, row in (("a", first), ("b", second | {"title": long}), ("c", third)):
            fields = {"id": f"{language}-{name}", "language": language, "topic": row["topic"],
                      "title": row["title"], "publisher": "समाचार Daily"}  # fmt: skip
            rows.append(fields | ({"image": SRC} if name != "c" else {}))
    source = folder / "rows.jsonl"
    source.write_text("\n".join(json.dumps(row) for row in rows))
    ingest([source], records.items, HashedNgrams(), IngestOptions(reviewed=True), now_ms,
           lambda _: None)  # fmt: skip
    return list(records.items.changes(0, 1000))


def test_a_png_is_drawn_by_chromium(data: Path, run: Run, tmp_path: Path) -> None:
    if sheet.chromium() is None:
        pytest.skip("no Chromium")
    target = tmp_path / "sheet.png"
    ended = run("items", "sheet", target, "--count", "2", "--data", data, "--json")
    assert ended.code == 0, ended.err
    assert json.loads(ended.out.splitlines()[-1]) == {"file": str(target), "cards": 2}
    header = target.read_bytes()[:24]
    assert header.startswith(b"\x89PNG") and int.from_bytes(header[16:20], "big") == 1320


def test_without_a_chromium_it_is_html_and_says_so(
    data: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JHALAK_CHROMIUM", "/no/such/browser")
    ended = run("items", "sheet", tmp_path / "sheet.png", "--topic", "sport", "--data", data)
    assert ended.code == 1
    assert "no Chromium" in ended.out and str(tmp_path / "sheet.html") in ended.out
    assert "<!doctype html>" in (tmp_path / "sheet.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [(("sheet",), 2, "a file to write"), (("sheet", "x.jpg"), 2, ".png or a .html"),
     (("sheet", "--language", "xx", "x.png"), 2, "--language xx"),
     (("sheet", "x.html", "--topic", "nothing"), 1, "no live card")],
)  # fmt: skip
def test_what_cannot_be_drawn_says_why(
    arguments: tuple[str, ...], code: int, said: str, data: Path, run: Run
) -> None:
    ended = run("items", *arguments, "--data", data)
    assert ended.code == code and said in ended.err


def test_texts_of_sources_cannot_leave_their_place_in_the_page() -> None:
    page = sheet.page_of({"language": "en", "now": 0, "topics": [], "cards": [
        {"headline": "</script><script>alert(1)</script>"}]})  # fmt: skip
    assert "<script>alert" not in page


@pytest.fixture(scope="module")
def sheets(data: Path) -> Path:
    """A sheet of each language. They are made before the browser starts: while that runs, nothing
    else may run an event loop in this thread."""
    for language in LANGUAGES:
        with pytest.raises(SystemExit) as ended:
            main(["items", "sheet", "--language", language, str(data / f"{language}.html"),
                  "--data", str(data)])  # fmt: skip
        assert not ended.value.code
    return data


@pytest.mark.parametrize("language", LANGUAGES)
def test_cards_stand_well_on_a_sheet_in(language: str, sheets: Path, browser: Any) -> None:
    file = sheets / f"{language}.html"
    page = browser.new_page(viewport={"width": 2700, "height": 1000})
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: complaints.append(asked.url)
            if not asked.url.startswith(("file:", "data:")) else None)  # fmt: skip
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready]")
    frames = page.evaluate(LAID)
    page.close()
    assert complaints == []
    assert len(frames) == 3 and sorted(bool(f["picture"]) for f in frames) == [False, True, True]
    for frame in frames:
        assert frame["apart"] and frame["inside"] and frame["lines"] <= 4, frame
        assert frame["direction"] == ("rtl" if language == "ur" else "ltr")
    assert any(frame["headline"].endswith("…") for frame in frames)
