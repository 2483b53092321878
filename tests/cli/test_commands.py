"""Commands: what they say, how they end, and that each shows how it is used."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jhalak.assembly import RESERVE, open_learned, open_records
from jhalak.cli import build_parser
from jhalak.config.settings import Settings
from jhalak.learning.fold import Fold
from jhalak.people.operator_token import token_hash
from jhalak.ports.errors import DiskFull
from jhalak.ports.learned import Snapshot
from jhalak.ports.viewers import Viewer
from jhalak.records.items import SqlItemStore
from jhalak.schema.ids import spell
from tests.cli.conftest import Run, headlines
from tests.worlds import NOW_MS

COMMANDS = (
    "serve", "work", "ingest", "items", "feeds", "publisher", "sound", "creators", "viewers",
    "operator", "replay", "off-policy", "experiments", "fairness", "learned", "understand",
    "train", "simulate", "demo", "doctor", "video", "why",
)  # fmt: skip


def test_these_are_all_the_commands() -> None:
    text = build_parser().format_help()
    assert all(f"    {name} " in text or f"    {name}\n" in text for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example_that_is_right(run: Run, command: str) -> None:
    ended = run(command, "--help")
    assert ended.code == 0
    _, _, example = ended.out.partition("example: jhalak ")
    assert example
    parsed = build_parser().parse_args(shlex.split(example))
    assert parsed.command == command
    assert "--json" in ended.out and "--data" in ended.out


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['jhalak', '--help']\n"
        "from jhalak.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(ended.stdout.rpartition("\nexample")[2].splitlines()[-1].split())
    assert "jhalak" in loaded
    heavy = {"numpy", "numba", "litestar", "uvicorn", "sqlalchemy", "msgspec", "asyncio", "rich"}
    assert loaded & heavy == set()


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").out.startswith("jhalak 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["fly"], ["serve", "--port", "x"], ["serve", "--port", "70000"], ["work"],
        ["work", "sleep"], ["ingest"], ["items"], ["items", "burn"], ["viewers", "show"],
        ["replay", "kuairand"], ["doctor", "--fast"], ["serve", "--public-url", "cards.example"],
        ["items", "list", "--limit", "-3"], ["demo", "--viewers", "0"],
    ],
)  # fmt: skip
def test_a_command_that_is_wrong_ends_with_2_and_says_why(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert ended.code == 2 and "usage:" in ended.err


class TestIngest:
    def test_a_source_without_an_entry_is_named(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "feed.xml").write_text("<rss><channel></channel></rss>")
        ended = run("ingest", tmp_path / "feed.xml", "--data", tmp_path / "data")
        assert ended.code == 0 and "feed.xml: it holds no entry" in ended.err

    def test_the_last_line_counts_every_row(self, run: Run, tmp_path: Path) -> None:
        source = headlines(tmp_path / "a.jsonl", 5)
        with source.open("a") as file:
            file.write(json.dumps({"id": "food-0", "title": "Again", "language": "en"}) + "\n")
            file.write('{"broken\n')
        ended = run("ingest", source, "--data", tmp_path / "data", "--json")
        assert ended.code == 1, "something was rejected"
        last = ended.last()
        counts = {n: last[n] for n in ("new", "updated", "unchanged", "duplicate", "rejected")}
        assert counts == {"new": 5, "updated": 0, "unchanged": 0, "duplicate": 1, "rejected": 1}
        assert "a.jsonl:7" in ended.err
        again = run("ingest", source, "--data", tmp_path / "data", "--json", "--lenient")
        assert again.code == 0
        assert {n: again.last()[n] for n in counts} == {
            "new": 0, "updated": 0, "unchanged": 5, "duplicate": 1, "rejected": 1
        }  # fmt: skip

    def test_an_unknown_language_is_refused(self, run: Run, tmp_path: Path) -> None:
        source = headlines(tmp_path / "a.jsonl", 1)
        ended = run("ingest", source, "--data", tmp_path / "data", "--language", "xx")
        assert ended.code == 2 and "xx" in ended.err and "hi" in ended.err

    def test_a_mapping_that_is_none_is_refused(self, run: Run, tmp_path: Path) -> None:
        source = headlines(tmp_path / "a.jsonl", 1)
        ended = run("ingest", source, "--data", tmp_path / "data", "--map", "title")
        assert ended.code == 2 and "--map" in ended.err

    def test_a_source_that_is_not_there_is_said(self, run: Run, tmp_path: Path) -> None:
        ended = run("ingest", tmp_path / "nothing.csv", "--data", tmp_path / "data")
        assert ended.code != 0 and "nothing.csv" in ended.err


class TestItems:
    @pytest.fixture
    def data(self, run: Run, tmp_path: Path) -> Path:
        source = headlines(tmp_path / "a.jsonl", 3)
        assert run("ingest", source, "--data", tmp_path / "data").code == 0
        return tmp_path / "data"

    def test_list(self, run: Run, data: Path) -> None:
        ended = run("items", "list", "--data", data, "--json")
        assert [i["item"] for i in ended.last()["items"]] == ["food-0", "food-1", "food-2"]
        assert "A headline about food, number 2" in ended.out
        limited = run("items", "list", "--data", data, "--json", "--limit", "1")
        assert len(limited.last()["items"]) == 1
        other = run("items", "list", "--data", data, "--json", "--language", "hi")
        assert other.last()["items"] == []

    def test_show_and_recall(self, run: Run, data: Path) -> None:
        shown = run("items", "show", "food-1", "--data", data, "--json")
        assert shown.code == 0 and shown.last()["status"] == "live"
        assert shown.last()["title"] == "A headline about food, number 1"
        assert shown.last()["trial"] == {"shown": 0, "of": 100, "wait_h": None}
        assert "0 of 100 first impressions" in shown.out
        gone = run("items", "recall", "food-1", "--reason", "wrong", "--data", data, "--json")
        assert gone.code == 0 and gone.last()["status"] == "recalled"
        again = run("items", "recall", "food-1", "--data", data, "--json")
        assert again.code == 0 and again.last()["status"] == "recalled"
        assert again.last()["trial"] is None

    def test_a_recall_needs_no_room_on_a_full_disk(
        self, run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reserve, recall = data / RESERVE, SqlItemStore.recall

        def when_there_is_room(*arguments: Any) -> Any:
            if reserve.exists() or not given_up:
                given_up.append(True)
                raise DiskFull("no space left")
            return recall(*arguments)

        given_up: list[bool] = []
        monkeypatch.setattr(SqlItemStore, "recall", when_there_is_room)
        assert run("items", "recall", "food-1", "--data", data).code == 4, "none was kept"
        reserve.write_bytes(b"0")
        gone = run("items", "recall", "food-1", "--data", data, "--json")
        assert gone.code == 0 and gone.last()["status"] == "recalled"

    def test_show_tells_how_an_items_first_impressions_stand(self, run: Run, data: Path) -> None:
        records = open_records(data, Settings())
        shown, other = (records.items.get(f"food-{n}") for n in (1, 2))
        records.database.close()
        assert shown is not None and other is not None
        fold = Fold(1, 120.0, 72.0)
        for n in range(40):
            at_ms = NOW_MS + n * 60_000
            fold.tallies.trials.count_impression(shown.num, shown.creator, at_ms)
        fold.at_ms = NOW_MS + 3_600_000
        open_learned(data).publish(Snapshot(1, NOW_MS, (0,), fold.arrays()))
        ended = run("items", "show", "food-1", "--data", data, "--json")
        trial = ended.last()["trial"]
        assert (trial["shown"], trial["of"]) == (40, 100) and 0 < trial["wait_h"] < 1000
        assert "40 of 100 first impressions" in ended.out
        other = run("items", "show", "food-2", "--data", data, "--json").last()["trial"]
        assert other["shown"] == 0 and other["wait_h"] == trial["wait_h"], "of the same creator"

    @pytest.mark.parametrize("action", ["show", "recall"])
    def test_an_item_that_is_not_there(self, run: Run, data: Path, action: str) -> None:
        ended = run("items", action, "nothing", "--data", data)
        assert ended.code == 1 and "nothing" in ended.err
        assert run("items", action, "--data", data).code == 2


class TestViewers:
    def test_show(self, run: Run, tmp_path: Path) -> None:
        records = open_records(tmp_path, Settings())
        records.viewers.create(Viewer(id=77, created_ms=1, languages=("ta",)))
        records.database.close()
        ended = run("viewers", "show", spell(77), "--data", tmp_path, "--json")
        assert ended.code == 0
        assert ended.last()["languages"] == ["ta"] and ended.last()["records_in_log"] == 0
        records = open_records(tmp_path, Settings())
        assert [r.action for r in records.audit.read(0, 9)] == ["show viewer"]
        records.database.close()

    def test_who_is_not_there(self, run: Run, tmp_path: Path) -> None:
        ended = run("viewers", "show", spell(77), "--data", tmp_path)
        assert ended.code == 1 and "no viewer" in ended.err
        ended = run("viewers", "show", "asha", "--data", tmp_path)
        assert ended.code == 2 and "asha" in ended.err


class TestOperator:
    def test_a_token_is_shown_once_and_only_its_hash_is_kept(
        self, run: Run, tmp_path: Path
    ) -> None:
        made = run("operator", "token", "asha", "--data", tmp_path, "--json")
        token = made.last()["token"]
        assert made.code == 0 and made.out.startswith(token)
        records = open_records(tmp_path, Settings())
        known = records.operators.find(token_hash(token))
        assert known is not None and known.name == "asha"
        records.database.close()
        everything = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
        assert token.encode() not in everything

    def test_list_and_revoke(self, run: Run, tmp_path: Path) -> None:
        number = run("operator", "token", "asha", "--data", tmp_path, "--json").last()["id"]
        assert run("operator", "revoke", str(number), "--data", tmp_path, "--json").code == 0
        listed = run("operator", "list", "--data", tmp_path, "--json")
        [token] = listed.last()["tokens"]
        assert token["name"] == "asha" and token["revoked_ms"] > 0 and "revoked" in listed.out
        again = run("operator", "revoke", str(number), "--data", tmp_path)
        assert again.code == 1 and run("operator", "revoke", "x", "--data", tmp_path).code == 2


class TestDoctor:
    def test_an_empty_place_is_looked_at_without_making_anything(
        self, run: Run, tmp_path: Path
    ) -> None:
        ended = run("doctor", "--data", tmp_path / "data", "--json")
        last = ended.last()
        assert ended.code == (1 if last["bad"] else 0)
        whats = {finding["what"] for finding in last["findings"]}
        assert {"python", "sqlite", "disk", "settings", "records", "log", "learner"} <= whats
        assert not (tmp_path / "data").exists()

    def test_applications_that_were_not_built_are_looked_at(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("jhalak.api.apps.BUILT", tmp_path)
        ended = run("doctor", "--data", tmp_path, "--json")
        [found] = [f for f in ended.last()["findings"] if f["what"] == "applications"]
        assert found["state"] == "look" and "console" in found["says"] and "make" in found["do"]

    def test_a_bad_setting_is_a_bad_finding(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "jhalak.toml").write_text("colour = 1")
        ended = run("doctor", "--data", tmp_path, "--json")
        assert ended.code == 1
        bad = [f for f in ended.last()["findings"] if f["state"] == "bad"]
        said = [f for f in bad if "jhalak.toml" in f["says"]]
        assert [f["what"] for f in said] == ["settings"] and "colour" in said[0]["says"]
        assert "not looked at" in said[0]["do"]


def test_a_worker_catches_up_and_says_where_it_is(run: Run, tmp_path: Path) -> None:
    ended = run("work", "learn", "--data", tmp_path, "--until-caught-up", "--json")
    assert ended.code == 0 and ended.last() == {"offsets": [0]}


@pytest.mark.parametrize(
    "arguments",
    [["ingest", "x.csv"], ["items", "list"], ["operator", "list"], ["serve", "--port", "0"],
     ["viewers", "show", spell(77)], ["work", "learn"]],
)  # fmt: skip
def test_a_wrong_setting_ends_every_command_with_2_and_its_place(
    run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "jhalak.toml").write_text("[server]\nport = 'http'")
    ended = run(*arguments, "--data", tmp_path)
    assert ended.code == 2
    assert "jhalak.toml" in ended.err and "server.port" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "arguments",
    [["items", "list"], ["feeds", "list"], ["operator", "accounts"], ["publisher", "list"],
     ["creators", "list"], ["viewers", "show", spell(77)], ["experiments"], ["fairness"],
     ["learned", "show"], ["understand", "x"], ["sound", "show", "x"], ["why", spell(77), "x"]],
)  # fmt: skip
def test_a_mistyped_data_folder_is_said_and_not_made(
    run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    ended = run(*arguments, "--data", tmp_path / "typo")
    assert ended.code == 2 and "there is no such folder" in ended.err
    assert not (tmp_path / "typo").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["items", "list"], "jhalak ingest"), (["feeds", "list"], "jhalak feeds add"),
        (["publisher", "list"], "jhalak publisher add"), (["creators", "list"], "nobody"),
        (["operator", "accounts"], "operator add"), (["operator", "list"], "operator token"),
    ],
)  # fmt: skip
def test_an_empty_list_is_said_beside_what_a_program_reads(
    run: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    ended = run(*arguments, "--json", "--data", tmp_path)
    assert ended.code == 0 and said in ended.err
    assert len(ended.out.splitlines()) == 1 and ended.last()


@pytest.mark.parametrize("arguments", [["ingest", "x.csv"], ["serve", "--port", "0"], ["doctor"]])
def test_a_data_folder_that_is_a_file_is_said(
    run: Run, tmp_path: Path, arguments: list[str]
) -> None:
    (tmp_path / "file").write_text("")
    ended = run(*arguments, "--data", tmp_path / "file")
    assert ended.code == 2 and "no folder" in ended.err and "Traceback" not in ended.err


def test_a_data_folder_that_cannot_be_made_ends_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = run("ingest", "x.csv", "--data", tmp_path / "file" / "below")
    assert ended.code == 3 and "cannot be made" in ended.err and "Traceback" not in ended.err


def test_a_demo_of_items_that_are_not_there_does_not_begin(run: Run, tmp_path: Path) -> None:
    ended = run("demo", "--items", tmp_path / "typo", "--data", tmp_path / "data")
    assert ended.code == 2 and "typo" in ended.err
    assert not (tmp_path / "data").exists()


def test_a_list_of_items_in_no_language_of_ours_says_which_there_are(
    run: Run, tmp_path: Path
) -> None:
    ended = run("items", "list", "--language", "fr", "--data", tmp_path)
    assert ended.code == 2 and "one of en hi" in ended.err


def test_records_that_do_not_answer_end_a_command_with_3(run: Run, tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=2"
    (tmp_path / "jhalak.toml").write_text(f"records_url = '{url}'")
    ended = run("items", "list", "--data", tmp_path)
    assert ended.code == 3
    assert "jhalak doctor" in ended.err and "Traceback" not in ended.err
