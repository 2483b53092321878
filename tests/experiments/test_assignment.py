"""Viewers are drawn uniformly, independently by layer, the same for ever."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.config.experiments import holdouts
from jhalak.config.settings import Settings
from jhalak.experiments.assignment import Arms, Assignment, Draw
from jhalak.schema.slate import SURFACES
from tests.experiments.settings_of import HALVES, experiment, settings_of
from tests.worlds import NOW_MS, often, query_of

VIEWERS = [Random(n).getrandbits(63) for n in range(20_000)]
TAPS = [HALVES[0], {**HALVES[1], "override": {"values": {"tap": 2.0}}}]
LOCKSCREEN, VIDEO = SURFACES.index("lockscreen"), SURFACES.index("video")


def assignment(settings: Settings, stopped: list[tuple[str, str]] | None = None) -> Assignment:
    made = Assignment(settings)
    made.stop(stopped or [])
    return made


def everyone(settings: Settings, count: int = 20_000) -> list[Arms]:
    made = assignment(settings)
    return [made.arms(viewer, LOCKSCREEN, NOW_MS) for viewer in VIEWERS[:count]]


def arm_in(arms: Arms, name: str) -> str:
    return dict(arms).get(name, "")


def chi_square(seen: Any, meant: Any) -> float:
    seen, meant = np.asarray(seen, float), np.asarray(meant, float)
    return float(((seen - meant) ** 2 / meant).sum())


@pytest.mark.parametrize("numbering", ["random", "consecutive"])
@pytest.mark.parametrize("salt", ["", "a", "b", "ranking"])
def test_draws_are_uniform(salt: str, numbering: str) -> None:
    draw = Draw("place", salt)
    viewers = VIEWERS if numbering == "random" else range(1, 20_001)
    bins = np.bincount([int(draw(viewer) * 50) for viewer in viewers], minlength=50)
    assert chi_square(bins, np.full(50, sum(bins) / 50)) < 85.4, "0.999 quantile of 49 degrees"


def test_draws_of_two_salts_and_of_two_purposes_are_independent() -> None:
    for one, other in (
        (Draw("arm", "a"), Draw("arm", "b")),
        (Draw("arm", "a"), Draw("place", "a")),
    ):
        table = np.zeros((8, 8))
        for viewer in VIEWERS:
            table[int(one(viewer) * 8), int(other(viewer) * 8)] += 1
        meant = np.outer(table.sum(1), table.sum(0)) / table.sum()
        assert chi_square(table, meant) < 85.4, "0.999 quantile of 49 degrees"


@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.9, 0.1], [0.2, 0.3, 0.5]])
def test_arms_get_their_shares_of_the_experiments_viewers(shares: list[float]) -> None:
    arms = [
        {"name": f"arm-{n}", "share": share, "override": {"exploration": 0.1 * n}}
        for n, share in enumerate(shares)
    ]
    found = everyone(settings_of(experiment(arms=arms, share=0.6)))
    counts = [sum(arm_in(a, "bolder") == f"arm-{n}" for a in found) for n in range(len(shares))]
    whole = [0.6 * share * len(found) for share in shares]
    assert chi_square([*counts, len(found) - sum(counts)], [*whole, 0.4 * len(found)]) < 16.3


def test_experiments_of_one_layer_exclude_each_other() -> None:
    three = [experiment(f"e{n}", at=0.3 * n, share=0.3) for n in range(3)]
    found = everyone(settings_of(*three))
    assert max(len(arms) for arms in found) == 1
    counts = [sum(arm_in(arms, f"e{n}") != "" for arms in found) for n in range(3)]
    assert chi_square([*counts, 20_000 - sum(counts)], [6000, 6000, 6000, 2000]) < 16.3


def test_layers_are_independent_of_each_other() -> None:
    two = settings_of(experiment(share=0.5), experiment("other", layer="b", share=0.5, arms=TAPS))
    table = np.zeros((3, 3))
    number = {"": 0, "usual": 1, "bold": 2}
    for arms in everyone(two):
        table[number[arm_in(arms, "bolder")], number[arm_in(arms, "other")]] += 1
    meant = np.outer(table.sum(1), table.sum(0)) / table.sum()
    assert chi_square(table, meant) < 18.5, "0.999 quantile of 4 degrees"
    assert (table > 1000).all()


@often(60)
@given(st.floats(0.0, 0.5), st.floats(0.0, 0.4), st.floats(0.0, 0.1), st.integers(1, 2**63 - 1))
def test_a_share_that_grows_moves_nobody_who_is_in(
    at: float, share: float, more: float, viewer: int
) -> None:
    small = settings_of(experiment(at=at, share=share))
    large = settings_of(experiment(at=at, share=share + more))
    before = assignment(small).arms(viewer, LOCKSCREEN, NOW_MS)
    after = assignment(large).arms(viewer, LOCKSCREEN, NOW_MS)
    assert before in ((), after)


def test_a_new_neighbour_moves_nobody() -> None:
    alone = everyone(settings_of(experiment(share=0.4)))
    beside = everyone(settings_of(experiment("new", at=0.4, share=0.4), experiment(share=0.4)))
    assert [arm_in(a, "bolder") for a in alone] == [arm_in(a, "bolder") for a in beside]


def test_the_same_draws_in_every_process_and_version() -> None:
    """Another answer than this would move every viewer of a running experiment."""
    found = assignment(settings_of(experiment()))
    said = [arm_in(found.arms(viewer, LOCKSCREEN, NOW_MS), "bolder") for viewer in range(1, 13)]
    assert "".join(arm[0] for arm in said) == "uububbbubuuu"


def test_another_salt_shuffles_the_viewers_anew() -> None:
    usual = everyone(settings_of(experiment()), 2000)
    salted = everyone(settings_of(experiment(salt="again")), 2000)
    same = sum(one == other for one, other in zip(usual, salted, strict=True))
    assert 900 < same < 1100


def test_who_is_held_out_is_in_nothing_and_recorded_beside_all_others() -> None:
    two = [experiment(), experiment("other", layer="b", arms=TAPS)]
    all_in = everyone(settings_of(*two))
    assert all(set(dict(arms)) == {"bolder", "other"} for arms in all_in)
    cell = [dict(arms) for arms in everyone(settings_of(*two, assignment={"holdout": 0.2}))]
    out = [arms for arms in cell if arms["holdout"] == "held-out"]
    assert 3800 < len(out) < 4200 and all(len(arms) == 1 for arms in out)
    rest = [arms for arms in cell if arms["holdout"] == "rest"]
    assert len(rest) + len(out) == len(cell) and all(len(arms) == 3 for arms in rest)


def test_a_layers_holdout_is_recorded_under_its_name() -> None:
    two = [experiment(), experiment("other", layer="b", arms=TAPS)]
    layers = {"layers": [{"name": "b", "holdout": 0.2}]}
    layer = [dict(arms) for arms in everyone(settings_of(*two, assignment=layers))]
    out = [arms for arms in layer if arms["holdout.b"] == "held-out"]
    assert 3800 < len(out) < 4200 and all(set(arms) == {"bolder", "holdout.b"} for arms in out)
    rest = [arms for arms in layer if arms["holdout.b"] == "rest"]
    assert all(set(arms) == {"bolder", "other", "holdout.b"} for arms in rest)
    before = map(dict, everyone(settings_of(*two)))
    for arms, usual in zip(layer, before, strict=True):
        assert arms["bolder"] == usual["bolder"]
        assert arms.get("other", usual["other"]) == usual["other"], "the others are where they were"
    both = everyone(settings_of(*two, assignment={"holdout": 0.5, **layers}))
    for arms in map(dict, both):
        assert ("holdout.b" in arms) == (arms["holdout"] == "rest")


def test_the_held_out_are_recorded_where_an_experiment_could_have_changed_their_slate() -> None:
    made = assignment(
        settings_of(experiment(surfaces=["video"]), assignment={"holdout": 1.0})
    )  # fmt: skip
    assert made.arms(1, VIDEO, NOW_MS) == (("holdout", "held-out"),)
    assert made.arms(1, LOCKSCREEN, NOW_MS) == ()
    query = query_of(surface=VIDEO)
    made.apply(query)
    assert query.arms == (("holdout", "held-out"),)
    assert query.values is None and query.exploration is None, "nothing is changed for them"


def test_each_holdout_is_shown_as_an_experiment_of_its_own() -> None:
    settings = settings_of(
        experiment(), assignment={"holdout": 0.1, "layers": [{"name": "ranking", "holdout": 0.2}]}
    )
    found = holdouts(settings.experiments, settings.assignment)
    assert [(e.name, e.layer, [a.share for a in e.arms]) for e in found] == [
        ("holdout", "", [0.1, 0.9]), ("holdout.ranking", "ranking", [0.2, 0.8])
    ]  # fmt: skip
    with pytest.raises(ValueError, match="holdout"):
        settings_of(experiment("holdout"))


def test_an_arm_is_told_only_where_it_can_change_the_slate() -> None:
    found = assignment(
        settings_of(
            experiment(
                surfaces=["video"], start="2026-01-01T00:00:00Z", stop="2027-01-01T00:00:00Z"
            )
        )
    )
    start, stop = found._layers[0].experiments[0].settings.span_ms()
    assert found.arms(1, VIDEO, int(start)) and not found.arms(1, LOCKSCREEN, int(start))
    assert not found.arms(1, VIDEO, int(start) - 1) and not found.arms(1, VIDEO, int(stop))


def test_a_query_gets_what_its_arms_of_all_layers_change_and_nothing_else() -> None:
    settings = settings_of(experiment(), experiment("taps", layer="b", arms=TAPS))
    found = assignment(settings)
    seen = set()
    for viewer in range(1, 40):
        query = query_of(viewer=viewer)
        found.apply(query)
        arms = dict(query.arms)
        seen.add(query.arms)
        assert query.exploration == (0.5 if arms["bolder"] == "bold" else None)
        assert (query.values is not None) == (arms["taps"] == "bold")
        if query.values is not None:
            assert query.values.tap == 2.0 and query.values.hide == settings.feed.values.hide
        assert query.topic_fade is None and query.creator_fade is None
    assert len(seen) == 4


def test_minors_and_who_is_not_profiled_are_in_no_experiment() -> None:
    found = assignment(settings_of(experiment()))
    for who in ({"minor": True}, {"profiled": False}):
        query = query_of(**who)
        found.apply(query)
        assert query.arms == () and query.exploration is None


def test_nobody_gets_a_stopped_arm_nor_any_before_it_is_known_which_were_stopped() -> None:
    settings = settings_of(experiment())
    unknown = Assignment(settings)
    query = query_of()
    unknown.apply(query)
    assert query.arms == ()
    found = assignment(settings, [("bolder", "bold")])
    arms = {found.arms(viewer, LOCKSCREEN, NOW_MS) for viewer in range(1, 40)}
    assert arms == {(), (("bolder", "usual"),)}


def test_what_is_remembered_of_viewers_does_not_grow_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from jhalak.experiments import assignment as module

    monkeypatch.setattr(module, "CACHE", 100)
    found = assignment(settings_of(experiment()))
    first = [found.arms(viewer, LOCKSCREEN, NOW_MS) for viewer in range(1, 500)]
    assert len(found._drawn) <= 100
    assert first == [found.arms(viewer, LOCKSCREEN, NOW_MS) for viewer in range(1, 500)]
