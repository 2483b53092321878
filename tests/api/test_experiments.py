"""An arm changes slates of its viewers alone, is written down there, and ends when stopped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import mean

import msgspec
import pytest

from jhalak.config.settings import ValueWeights
from jhalak.experiments.analysis import Stop
from jhalak.experiments.stops import Stopped, Stops
from jhalak.schema.activity import TOPIC, Served, encode
from jhalak.workers.watch_experiments import WatchExperiments
from tests.experiments.records import event, outcomes, relation, served
from tests.experiments.settings_of import HALVES, REGRET, experiment, settings_of
from tests.worlds import NOW_MS, PATIENT, TOPICS, Jhalak, Phone, make_items, share, topics_of

INDIFFERENT = {
    "values": dict.fromkeys(ValueWeights.__struct_fields__, 0.0), "exploration": 0.0
}  # fmt: skip
ARMS = [HALVES[0], {"name": "bold", "share": 0.5, "override": INDIFFERENT}]
"""To the bold arm nothing is worth anything: it is shown what was found, whatever it likes."""


@pytest.fixture
def jhalak(tmp_path: Path) -> Iterator[Jhalak]:
    settings = settings_of(
        experiment(arms=ARMS, surfaces=["lockscreen"], guardrails=[REGRET]),
        feed=msgspec.to_builtins(PATIENT.feed),
    )
    world = Jhalak(tmp_path / "data", settings)
    world.put(make_items(dict.fromkeys(TOPICS, 40)))
    yield world
    world.end()


def phones_of(jhalak: Jhalak, arm: str, count: int) -> list[Phone]:
    """New viewers whom the hash puts into an arm."""
    found: list[Phone] = []
    while len(found) < count:
        phone = jhalak.phone()
        if dict(jhalak.services.experiments.arms(phone.number, 0, NOW_MS))["bolder"] == arm:
            found.append(phone)
    return found


def arms_served(jhalak: Jhalak, phone: Phone) -> list[tuple[tuple[str, str], ...]]:
    return [r.arms for r in jhalak.records(phone.viewer) if isinstance(r, Served)]


def games_after_tapping_games(jhalak: Jhalak, phones: list[Phone]) -> float:
    """Share of games in the third edition of who tapped games in two."""
    for _ in range(2):
        for phone in phones:
            cards = phone.edition()["cards"]
            phone.look(*cards)
            phone.tap(*(card for card in cards if card["topic"] == "games"))
        jhalak.clock.forward(s=200)
        jhalak.learn()
    return mean(share(topics_of(phone.edition()), "games") for phone in phones)


def watch_of(jhalak: Jhalak) -> WatchExperiments:
    s = jhalak.services
    blobs = jhalak.server._follow_stops._stops._blobs
    return WatchExperiments(s.event_log, blobs, s.audit, jhalak.settings, jhalak.clock)


def watched(jhalak: Jhalak, watch: WatchExperiments) -> list[Stop]:
    """Read all there is; judge."""

    async def work() -> list[Stop]:
        while await watch._source.read():
            pass
        return await watch.judge()

    jhalak.settle()
    return jhalak.run(work())


def other_viewers(jhalak: Jhalak, hides: dict[str, int], count: int = 150) -> None:
    """So many viewers of each arm were exposed, and hid so many of four cards."""
    log = jhalak.services.event_log
    for arm, hidden in hides.items():
        for n in range(count):
            viewer = slate = 1000 + 2 * n + (arm == "bold")
            records = [
                served(slate, viewer, (("bolder", arm),)),
                outcomes(*(event("impression", slate, place) for place in range(4)), viewer=viewer),
                *(relation("hides", slate, 1 + place, viewer=viewer) for place in range(hidden)),
            ]
            for record in records:
                jhalak.run(log.append(TOPIC, viewer, encode(record), NOW_MS, durable=False))


def test_served_records_name_the_arm_on_its_surface_alone(jhalak: Jhalak) -> None:
    for arm in ("usual", "bold"):
        [phone] = phones_of(jhalak, arm, 1)
        phone.edition()
        phone.page()
        assert arms_served(jhalak, phone) == [(("bolder", arm),), ()]


def test_an_edition_that_is_still_good_exposes_nobody_anew(jhalak: Jhalak) -> None:
    jhalak.learn()
    [phone] = phones_of(jhalak, "bold", 1)
    edition = phone.edition()
    answer = phone.ask("GET", f"/v1/lockscreen/edition?have={edition['edition']}")
    assert answer.status_code == 304
    assert len(arms_served(jhalak, phone)) == 1


def test_who_wants_no_profile_is_in_no_arm_and_gets_a_slate_nonetheless(jhalak: Jhalak) -> None:
    [phone] = phones_of(jhalak, "bold", 1)
    body = {"languages": ["en"], "profiled": False}
    assert phone.ask("PUT", "/v1/me/preferences", json=body).status_code == 200
    assert phone.edition()["cards"]
    assert arms_served(jhalak, phone) == [()]


def test_an_arm_changes_the_slates_of_its_viewers_alone_and_of_nobody_once_stopped(
    jhalak: Jhalak,
) -> None:
    usual, bold = phones_of(jhalak, "usual", 3), phones_of(jhalak, "bold", 6)
    by_arm = [games_after_tapping_games(jhalak, phones) for phones in (usual, bold[:3])]
    assert by_arm[0] > by_arm[1] + 0.15
    stopped = Stopped("bolder", "bold", NOW_MS, "operator:asha", "enough")
    jhalak.run(jhalak.server._follow_stops._stops.put(stopped))
    jhalak.follow()
    assert games_after_tapping_games(jhalak, bold[3:]) > by_arm[1] + 0.15
    for phone in bold[3:]:
        assert arms_served(jhalak, phone) == [(), (), ()]


def test_a_guardrail_stops_the_harmful_arm_for_running_and_restarted_servers(
    jhalak: Jhalak,
) -> None:
    [phone] = phones_of(jhalak, "bold", 1)
    phone.edition()
    other_viewers(jhalak, {"usual": 0, "bold": 2})
    watch = watch_of(jhalak)
    [stop] = watched(jhalak, watch)
    assert (stop.arm, stop.effect.metric) == ("bold", "regret")
    assert watched(jhalak, watch) == [], "once"
    jhalak.follow()
    jhalak.clock.forward(s=60)
    phone.edition()
    jhalak.restart()
    phone = Phone(jhalak, phone.viewer, phone.token)
    phone.edition()
    assert arms_served(jhalak, phone) == [(("bolder", "bold"),), (), ()]
    [entry] = [r for r in jhalak.services.audit.read(0, 100) if r.action == "stop arm"]
    assert (entry.actor, entry.subject, entry.detail) == ("system", "bolder/bold", stop.reason)


def test_an_arm_that_harms_nobody_goes_on(jhalak: Jhalak) -> None:
    other_viewers(jhalak, {"usual": 1, "bold": 1})
    assert watched(jhalak, watch_of(jhalak)) == []
    jhalak.follow()
    [phone] = phones_of(jhalak, "bold", 1)
    phone.edition()
    assert arms_served(jhalak, phone) == [(("bolder", "bold"),)]


def test_an_arm_is_stopped_though_the_audit_log_is_down_and_its_entry_comes_later(
    jhalak: Jhalak, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_viewers(jhalak, {"usual": 0, "bold": 2})
    watch = watch_of(jhalak)

    def down(*_: object) -> int:
        raise OSError("no records")

    with monkeypatch.context() as broken:
        broken.setattr(jhalak.services.audit, "append", down)
        with pytest.raises(OSError, match="no records"):
            watched(jhalak, watch)
    names = jhalak.run(Stops(watch._blobs).names())
    assert names == {("bolder", "bold")}
    assert watched(jhalak, watch) == []
    assert [r.action for r in jhalak.services.audit.read(0, 100)].count("stop arm") == 1


def test_the_watch_goes_on_from_its_checkpoint_and_drops_the_oldest(jhalak: Jhalak) -> None:
    other_viewers(jhalak, {"usual": 0, "bold": 0}, count=20)
    watch = watch_of(jhalak)
    watched(jhalak, watch)
    jhalak.run(watch.checkpoint())
    again = watch_of(jhalak)
    jhalak.run(again.resume())
    assert again.fold.dump() == watch.fold.dump()
    for _ in range(3):
        jhalak.settle()
        jhalak.clock.forward(s=300)
        jhalak.run(again.step())
    assert len(jhalak.run(again._blobs.list("experiments/fold"))) == 2


def test_a_viewer_who_is_erased_leaves_the_experiments(jhalak: Jhalak) -> None:
    [phone] = phones_of(jhalak, "bold", 1)
    cards = phone.edition()["cards"]
    phone.tap(*cards)
    watch = watch_of(jhalak)
    watched(jhalak, watch)
    assert phone.number in watch.fold.tables["bolder"].row_of
    assert phone.ask("DELETE", "/v1/me").status_code == 204
    watched(jhalak, watch)
    table = watch.fold.tables["bolder"]
    assert not table.row_of and not table.counts.any() and not watch.fold.slates
