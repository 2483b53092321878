"""`jhalak off-policy`."""

from __future__ import annotations

import asyncio
import json
import shlex
from pathlib import Path

import pytest

from jhalak.cli import build_parser
from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.schema.activity import TOPIC, encode
from tests.cli.conftest import Run
from tests.evaluation.bandit_world import REAL_OBD
from tests.evaluation.test_obd import write
from tests.evaluation.test_own_slots import AT_MS, came, served

real = pytest.mark.skipif(not REAL_OBD.is_dir(), reason="the Open Bandit Dataset is not here")


def uniform(folder: Path, rows: int = 600) -> Path:
    """Two items, tried equally often; one is clicked a fifth of the time, the other never."""
    return write(folder, "random", "x", [
        (n % 2, 1 + n // 2 % 3, int(n % 10 == 0), 0.5) for n in range(rows)
    ])  # fmt: skip


def server_log(data: Path, slates: int = 300) -> Path:
    """Slates of one item of two, each with probability 0.5; item 1 is tapped in half of them."""

    async def fill() -> None:
        log = EmbeddedEventLog(data / "log", 1)
        try:
            for n in range(1, slates + 1):
                item = 1 + n % 2
                did = "tap" if item == 1 and n % 4 == 0 else "impression"
                for record in (served(n, n, [item], [0.5]), came(n, n, (item, 0, did, 0))):
                    await log.append(TOPIC, n, encode(record), AT_MS)
        finally:
            log.close()

    asyncio.run(fill())
    return data


def test_help_has_an_example_that_is_right(run: Run) -> None:
    ended = run("off-policy", "--help")
    example = ended.out.partition("example: jhalak ")[2]
    parsed = build_parser().parse_args(shlex.split(example))
    assert parsed.command == "off-policy" and parsed.log == "obd"


def test_a_small_folder_is_judged(run: Run, tmp_path: Path) -> None:
    ended = run("off-policy", "obd", uniform(tmp_path), "--target", "random", "--json")
    assert ended.code == 0
    [one] = ended.last()["results"]
    assert one["name"] == "x" and one["refused"] == []
    assert one["estimates"]["ips"]["value"] == one["logging"]["value"] == pytest.approx(0.1)
    assert one["support"]["effective"] == pytest.approx(600)
    assert "doubly robust" in ended.out and "effective sample size 600" in ended.out


def test_a_refusal_says_why_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    ended = run("off-policy", "obd", uniform(tmp_path, 60), "--target", "random", "--json")
    assert ended.code == 1
    [one] = ended.last()["results"]
    assert one["estimates"] == {} and "fewer than 100" in one["refused"][0]
    assert "refused: 60 rows weigh as much as 60.0" in ended.out
    assert "a longer log" in ended.out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--target", "best"], "random or bts"), (["--clip", "0"], "--clip"),
        (["--campaign", "y"], "one of x"), (["--logged", "bts"], "holds no bts/CAMPAIGN"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_ends_with_2(
    run: Run, tmp_path: Path, more: list[str], said: str
) -> None:
    ended = run("off-policy", "obd", uniform(tmp_path), *more)
    assert ended.code == 2 and said in ended.err


class TestOwnLog:
    def test_without_a_target_it_says_what_was_earned(self, run: Run, tmp_path: Path) -> None:
        ended = run("off-policy", "log", server_log(tmp_path), "--values", "tap=4", "--json")
        assert ended.code == 0
        report = ended.last()
        assert report["values"]["tap"] == 4 and report["omitted"]["not scored"] == 0
        [one] = report["results"]
        earned = 4 / 4  # a tap is worth 4 and comes in a quarter of the slates
        assert one["logging"]["value"] == one["estimates"]["ips"]["value"] == pytest.approx(earned)

    def test_a_targets_probabilities_are_judged(self, run: Run, tmp_path: Path) -> None:
        data, slots = server_log(tmp_path / "data"), tmp_path / "slots.jsonl"
        assert run("off-policy", "log", data, "--slots", slots).code in (0, 1)
        lines = [json.loads(line) for line in slots.read_text().splitlines()]
        target = tmp_path / "target.jsonl"
        target.write_text("".join(
            json.dumps({
                "slate": line["slate"], "position": 0,
                "probability": 0.9 if line["item"] == 1 else 0.1,
            }) + "\n"
            for line in lines
        ))  # fmt: skip
        ended = run("off-policy", "log", data, "--target", target, "--json", "--clip", "1.5")
        assert ended.code == 0, ended.out
        [one] = ended.last()["results"]
        assert one["support"]["max_weight"] == pytest.approx(1.8)
        assert "clipped at 1.5" in ended.out

    def test_a_folder_without_a_log_and_weights_that_are_none(
        self, run: Run, tmp_path: Path
    ) -> None:
        assert "holds no event log" in run("off-policy", "log", tmp_path).err
        data = server_log(tmp_path, 4)
        for text in ("tap", "tap=x", "fly=1"):
            ended = run("off-policy", "log", data, "--values", text)
            assert ended.code == 2 and "--values" in ended.err
        ended = run("off-policy", "log", data, "--target", tmp_path / "none.jsonl")
        assert ended.code == 2 and "none.jsonl" in ended.err
        ended = run("off-policy", "log", data, "--slots", tmp_path / "no" / "folder")
        assert ended.code == 1 and "--slots" in ended.err


@real
def test_the_real_campaigns_have_a_table_each(run: Run) -> None:
    ended = run("off-policy", "obd", REAL_OBD, "--json")
    assert ended.code == 0
    results = {one["name"]: one for one in ended.last()["results"]}
    found = {name: round(one["estimates"]["ips"]["value"], 4) for name, one in results.items()}
    assert found == {"all": 0.0046, "men": 0.0045, "women": 0.0068}
    for one in results.values():
        assert one["estimates"]["ips"]["low"] <= one["truth"] <= one["estimates"]["ips"]["high"]
    assert ended.out.count("target, on policy") == 3
