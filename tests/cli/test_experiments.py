"""`jhalak experiments` lists, shows and stops, beside a running server or without one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jhalak.assembly import open_log, open_records
from jhalak.cli.experiments import WIDTH, chart
from jhalak.config.settings import read_settings
from jhalak.schema.activity import TOPIC, encode
from tests.cli.conftest import Run, begin, headlines, until
from tests.experiments.records import event, outcomes, served
from tests.worlds import NOW_MS

TOML = """
[[experiments]]
name = "bolder"
guardrails = [{ metric = "tap", direction = "down" }, { metric = "regret", direction = "up" }]
arms = [
    { name = "usual", share = 0.5 },
    { name = "bold", share = 0.5, override = { exploration = 0.3 } },
]
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "jhalak.toml").write_text(TOML)
    return folder


async def fill(data: Path) -> None:
    """150 viewers an arm; those of the usual arm tapped twice, the others never."""
    log = open_log(data, read_settings(data), writable=True)
    for viewer in range(1, 301):
        arm = ("usual", "bold")[viewer % 2]
        events = [event("impression", viewer, place) for place in range(4)]
        if arm == "usual":
            events += [event("tap", viewer, place) for place in range(1 + viewer % 4)]
        for record in (
            served(viewer, viewer, (("bolder", arm),)), outcomes(*events, viewer=viewer)
        ):  # fmt: skip
            await log.append(TOPIC, viewer, encode(record), NOW_MS, durable=viewer == 300)
    log.close()


def test_without_experiments_it_says_so(run: Run, tmp_path: Path) -> None:
    found = run("experiments", "--data", tmp_path, "--json")
    assert found.code == 0 and "no experiments" in found.out
    assert found.last() == {"experiments": []}


def test_it_lists_experiments_with_their_arms(run: Run, data: Path) -> None:
    found = run("experiments", "list", "--data", data, "--json")
    [row] = found.last()["experiments"]
    assert row["experiment"] == "bolder" and row["state"] == "runs"
    assert row["arms"] == [{"arm": "usual", "stopped": False}, {"arm": "bold", "stopped": False}]
    assert "usual, bold" in found.out


def test_it_shows_what_arms_did_with_intervals_and_guardrails(run: Run, data: Path) -> None:
    asyncio.run(fill(data))
    found = run("experiments", "show", "bolder", "--data", data, "--json")
    report = found.last()
    usual, bold = report["arms"]
    assert [usual["viewers"], bold["viewers"]] == [150, 150]
    assert usual["metrics"]["tap"]["mean"] == pytest.approx(0.5, abs=0.02)
    tap = bold["metrics"]["tap"]
    assert tap["mean"] == 0 and tap["high"] < 0 and tap["certain"]
    assert [rail["state"] for rail in bold["guardrails"]] == ["broken", "open"]
    assert usual["guardrails"] == [] and usual["metrics"]["tap"]["difference"] is None
    assert not report["mismatch"] and report["crossed"] == 0
    for said in ("bold beside usual", "150 viewers", "●", "guardrail tap not down", "broken"):
        assert said in found.out


def test_it_stops_an_arm_and_writes_it_down(run: Run, data: Path) -> None:
    found = run("experiments", "stop", "bolder", "bold", "--data", data, "--json")
    assert found.code == 0 and found.last() == {"experiment": "bolder", "stopped": "bold"}
    records = open_records(data, read_settings(data))
    [entry] = records.audit.read(0, 10)
    records.database.close()
    assert entry.subject == "bolder/bold" and entry.actor.startswith("operator:")
    assert "(stopped)" in run("experiments", "--data", data).out
    shown = run("experiments", "show", "bolder", "--data", data, "--json").last()
    assert shown["arms"][1]["stopped"]["by"] == entry.actor


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show"], "known are: bolder"), (["show", "bolde"], "no experiment 'bolde'"),
        (["stop", "bolder"], "its arms: usual, bold"), (["stop", "bolder", "x"], "no arm 'x'"),
    ],
)  # fmt: skip
def test_a_wrong_name_is_told_with_those_there_are(
    run: Run, data: Path, arguments: list[str], said: str
) -> None:
    found = run("experiments", *arguments, "--data", data)
    assert found.code == 2 and said in found.err


def test_work_experiments_stops_what_breaks_a_guardrail(run: Run, data: Path) -> None:
    asyncio.run(fill(data))
    found = run("work", "experiments", "--until-caught-up", "--data", data, "--json")
    assert found.code == 0 and found.last()["offsets"][0] > 0
    shown = run("experiments", "show", "bolder", "--data", data, "--json").last()
    assert shown["arms"][1]["stopped"]["by"] == "guardrail"


def test_beside_a_server_it_shows_who_was_exposed_and_a_stop_is_obeyed(
    run: Run, data: Path, tmp_path: Path
) -> None:
    run("ingest", headlines(tmp_path / "food.jsonl", 80), "--data", data)
    server = begin(data)
    try:

        def viewers() -> list[int]:
            status, made = server.ask("POST", "/v1/viewers", {"languages": ["en"]})
            assert status == 201
            assert server.ask("GET", "/v1/lockscreen/edition", token=made["token"])[0] == 200
            shown = run("experiments", "show", "bolder", "--data", data, "--json").last()
            return [arm["viewers"] for arm in shown["arms"]]

        until(lambda: min(viewers()) > 0, "nobody was exposed to both arms")
        run("experiments", "stop", "bolder", "bold", "--data", data)
        run("experiments", "stop", "bolder", "usual", "--data", data)
        until(lambda: viewers() == viewers(), "a stopped arm was given")
    finally:
        server.end()


def test_a_chart_has_its_zero_in_the_middle_and_fits() -> None:
    assert chart(None, None, None) == ""
    for low, middle, high in ((-1, 0.1, 0.5), (0.2, 0.5, 0.9), (-0.9, -0.5, -0.2), (0, 0, 0)):
        drawn = chart(low, middle, high)
        assert len(drawn) == WIDTH and drawn.count("●") == 1
    assert chart(0.2, 0.5, 0.9)[WIDTH // 2] == "│"
    assert chart(-1, 0.1, 0.5)[0] == "├"
