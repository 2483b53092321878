"""`jhalak why` beside the API, over a slate that was really served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jhalak.assembly import now_ms, open_records
from jhalak.config.settings import Settings
from tests.cli.conftest import Run
from tests.worlds import Clock, Jhalak, make_item


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jhalak]:
    clock = Clock(now_ms())  # the command's clock is the machine's
    made = Jhalak(tmp_path_factory.mktemp("why") / "data", clock=clock)
    day = 86_400_000
    made.put(
        make_item(
            f"sport-{n}", publisher=f"daily {n % 3}", published_ms=clock() - day,
            expires_ms=clock() + day,
        )
        for n in range(30)
    )  # fmt: skip
    yield made
    made.end()


def test_it_says_what_the_api_says_and_the_look_is_recorded(run: Run, world: Jhalak) -> None:
    phone = world.phone()
    card = phone.edition()["cards"][2]
    phone.send(phone.event(card))  # acknowledged on disk, so what was served before it is too
    expected = phone.ask("GET", f"/v1/me/why/{card['slot']}").json()
    ended = run("why", phone.viewer, card["slot"], "--data", world.data, "--json")
    assert ended.code == 0 and ended.last() == expected
    assert expected["why"] in ended.out and "in place 3 of lockscreen" in ended.out
    records = open_records(world.data, Settings())
    assert [(r.action, r.subject) for r in records.audit.read(0, 9)][-1] == (
        "show why", phone.viewer
    )  # fmt: skip
    records.database.close()


def test_who_and_what_is_not_there_is_told(run: Run, world: Jhalak, tmp_path: Path) -> None:
    phone, other = world.phone(), world.phone()
    slot = phone.edition()["cards"][0]["slot"]
    ended = run("why", other.viewer, slot, "--data", world.data)
    assert ended.code == 2 and "wrong_viewer_or_forged" in ended.err
    ended = run("why", phone.viewer, "short", "--data", world.data)
    assert ended.code == 2 and "64 characters" in ended.err
    ended = run("why", "asha", slot, "--data", world.data)
    assert ended.code == 2 and "asha" in ended.err
    ended = run("why", phone.viewer, slot, "--data", tmp_path)
    assert ended.code == 1 and "no viewer" in ended.err
