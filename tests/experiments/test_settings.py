"""What jhalak.toml may say of experiments, and what it says of what it may not."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jhalak.config.settings import BadSettings, Settings, read_settings
from tests.experiments.settings_of import HALVES, experiment, settings_of

PAGE = Path(__file__).parents[2] / "docs/experiments.md"
TAPS = [HALVES[0], {**HALVES[1], "override": {"values": {"tap": 2.0}}}]


def test_the_example_of_the_documentation_is_read() -> None:
    [text] = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    found = msgspec.convert(tomllib.loads(text), Settings)
    assert [e.name for e in found.experiments] == ["bolder", "likes"]
    assert found.assignment.layers[0].holdout == 0.05
    assert found.experiments[0].arms[1].override.exploration == 0.10
    assert found.experiments[0].control.name == "usual"


def test_the_documentation_tells_every_metric() -> None:
    from jhalak.experiments.metrics import METRICS

    told = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(told) == set(METRICS)


@pytest.mark.parametrize(
    ("experiments", "said"),
    [
        ([experiment(layr="x")], "layr"),
        ([experiment(name="Bold one")], "experiments[0].name"),
        ([experiment(arms=HALVES[:1])], "arms"),
        ([experiment(arms=[HALVES[0], HALVES[0]])], "two arms have one name"),
        ([experiment(arms=[HALVES[0], {**HALVES[1], "share": 0.6}])], "do not make 1"),
        ([experiment(arms=[HALVES[0], {**HALVES[1], "override": {}}])], "no arm changes anything"),
        ([experiment(arms=[HALVES[0], {**HALVES[1], "override": {"speed": 1}}])], "speed"),
        (
            [experiment(arms=[HALVES[0], {**HALVES[1], "override": {"values": {"tapp": 1}}}])],
            "no action 'tapp'; there are tap, long",
        ),
        ([experiment(at=0.6, share=0.5)], "at + share is more than 1"),
        ([experiment(), experiment()], "two experiments have one name"),
        ([experiment(), experiment("other", at=0.5, share=0.2)], "overlap in layer ranking"),
        ([experiment(), experiment("other", layer="b")], "both change exploration"),
        ([experiment(surfaces=["tv"])], "surfaces"),
        ([experiment(guardrails=[{"metric": "joy", "direction": "up"}])], "metric"),
        ([experiment(guardrails=[{"metric": "tap", "direction": "up", "limit": -1}])], "limit"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_and_why(
    experiments: list[dict[str, Any]], said: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=re.escape(said)):
        settings_of(*experiments)


def test_a_wrong_experiment_stops_the_start_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "jhalak.toml").write_text("[[experiments]]\nname = 'x'\narms = []\n")
    with pytest.raises(BadSettings, match=r"jhalak\.toml"):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    "experiments",
    [
        [experiment(share=0.5), experiment("other", at=0.5, share=0.5)],
        [experiment(), experiment("other", layer="b", arms=TAPS)],
        [experiment(surfaces=["video"]), experiment("o", layer="b", surfaces=["lockscreen"])],
        [
            experiment(stop="2027-01-10T00:00:00Z"),
            experiment("later", start="2027-01-10T05:30:00+05:30"),
        ],
    ],
    ids=["side by side", "of two layers", "on two surfaces", "one after the other"],
)
def test_what_fits_together_is_taken(experiments: list[dict[str, Any]]) -> None:
    assert len(settings_of(*experiments).experiments) == 2


def test_a_moment_without_its_offset_and_a_stop_before_the_start_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="start"):
        settings_of(experiment(start="2027-01-10T00:00:00"))
    with pytest.raises(msgspec.ValidationError, match="stops before it starts"):
        settings_of(experiment(start="2027-01-10T00:00:00Z", stop="2027-01-09T00:00:00Z"))
