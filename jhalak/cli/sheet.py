"""`jhalak items sheet`: a contact sheet of cards, as the app itself draws them."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from jhalak.catalogue.cards import card_fields
from jhalak.catalogue.pictures import card_image
from jhalak.catalogue.topics import topic_by_id, topics
from jhalak.cli.failure import Failure
from jhalak.ports.blob_store import BlobStore
from jhalak.ports.items import ItemStore
from jhalak.schema.item import ItemRecord
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.picture import FOLDER
from jhalak.stages.explanation import Sentences

COLUMNS: Final = 6
WIDTH, HEIGHT, GAP = 412, 915, 24
SCALE: Final = 0.5
_WAIT_S: Final = 120
CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def slice_of(
    items: ItemStore, language: str, topic: str, count: int, now_ms: int
) -> list[ItemRecord]:
    """The newest cards that are live, of one language or topic where one is named."""
    found: list[ItemRecord] = []
    after = 0
    while records := items.changes(after, 500):
        after = records[-1].seq
        found += [
            record
            for record in records
            if record.status == "live"
            and record.item.kind == "card"
            and record.item.expires_ms > now_ms
            and language in ("", record.item.language)
            and topic in ("", record.item.topic)
        ]
    found.sort(key=lambda record: (-record.item.published_ms, record.num))
    return found[:count]


def told_of(
    records: Iterable[ItemRecord], blobs: BlobStore, language: str, now_ms: int
) -> dict[str, Any]:
    """What the sheet shows, with its pictures in it."""
    sentences = Sentences()
    return {
        "language": language,
        "now": now_ms,
        "topics": [{"id": t.id, "colour": t.colour, "names": t.names} for t in topics()],
        "cards": [
            {
                **card_fields(record.item),
                "slot": record.item.id,
                "image": _image(record, blobs),
                "why": sentences.say(
                    "taste_topic", language, topic_by_id()[record.item.topic].index,
                    LANGUAGE_INDEX[record.item.language], record.item.publisher,
                ),
            }
            for record in records
        ],
    }  # fmt: skip


def page_of(told: dict[str, Any], columns: int = COLUMNS) -> str:
    """One HTML file that holds all it needs: styles, modules, pictures."""
    folder = files("jhalak.api") / "built" / "contact"
    try:
        style, script = ((folder / f"contact.{kind}").read_text("utf-8") for kind in ("css", "js"))
    except FileNotFoundError:
        raise Failure("the card's component is not built: run `make web`") from None
    facts = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    script = script.replace("</script", "<\\/script")
    return (
        f'<!doctype html><html lang="{told["language"]}"><meta charset="utf-8"><title>Cards</title>'
        f"<style>{style}\n#sheet {{ --columns: {columns}; }}</style>"
        f'<body><main id="sheet"></main><script type="application/json" id="told">{facts}</script>'
        f"<script>{script}</script></body></html>"
    )


def chromium() -> str | None:
    """A Chromium: the one that JHALAK_CHROMIUM names, one of the system, or None."""
    named = os.environ.get("JHALAK_CHROMIUM")
    found = (shutil.which(name) for name in ((named,) if named else CHROMIUMS))
    return next((name for name in found if name), None)


def shoot(browser: str, html: str, count: int, target: Path, columns: int = COLUMNS) -> None:
    """The page as a PNG. Raises Failure where the browser makes none."""
    rows = -(-count // columns)
    width, height = (n * side + (n + 1) * GAP for n, side in ((columns, WIDTH), (rows, HEIGHT)))
    with tempfile.TemporaryDirectory(prefix="jhalak-sheet-") as folder:
        page, shot = Path(folder) / "sheet.html", Path(folder) / "sheet.png"
        page.write_text(html, "utf-8")
        command = [
            browser, "--headless", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
            f"--user-data-dir={folder}/profile", f"--window-size={width},{height}",
            f"--force-device-scale-factor={SCALE}", "--virtual-time-budget=20000",
            f"--screenshot={shot}", page.as_uri(),
        ]  # fmt: skip
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=_WAIT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as problem:
            raise Failure(f"{browser} did not make the sheet: {problem}") from None
        if not shot.exists():
            said = ended.stderr.strip().splitlines()[-1:] or ["nothing"]
            raise Failure(f"{browser} did not make the sheet; it said: {said[0][:200]}")
        shutil.copyfile(shot, target)


def _image(record: ItemRecord, blobs: BlobStore) -> dict[str, Any]:
    image: dict[str, Any] = json.loads(b"{" + card_image(record).usual[1:] + b"}")["image"]
    for variant in image.get("variants", ()):
        name = variant["src"].rpartition("/")[2]
        data = asyncio.run(blobs.get(f"{FOLDER}/{name}")) if variant["bytes"] else None
        variant["src"] = "data:image/webp;base64," + base64.b64encode(data or b"").decode()
    return image
