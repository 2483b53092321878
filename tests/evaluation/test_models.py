"""Models by name: each replay is run once, and a wrong name does not wait for one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import jhalak.evaluation.models as module
from jhalak.evaluation.models import Models, NoSuchModel
from tests.evaluation.made_up import FIRST_DAY, log, replayed


class Replays:
    """Stands for `replay`; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __call__(self, of: Any, progress: Any, **options: Any) -> Any:
        self.asked.append(options)
        progress(len(of.impressions.row))
        return replayed(of, seed=len(self.asked))


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> Replays:
    made = Replays()
    monkeypatch.setattr(module, "replay", made)
    return made


def models(*wanted: str, until: int | None = None) -> tuple[Models, list[str]]:
    began: list[str] = []

    def watch(what: str) -> Any:
        began.append(what)
        return lambda done: None

    return Models(log(), 1500, until, watch, wanted), began


def test_one_replay_serves_us_and_every_peer(replays: Replays) -> None:
    pytest.importorskip("lightgbm")
    names = ("jhalak", "lightgbm", "popularity")
    found, began = models(*names)
    assert [found.predictions(name).name for name in names] == list(names)
    assert len(replays.asked) == 1
    assert replays.asked[0] == {"train_until_day": None, "keep_features": True, "model": None}
    assert began == ["replaying jhalak", "training lightgbm"]


def test_features_are_kept_only_where_a_peer_learns_from_them(replays: Replays) -> None:
    models("jhalak", "popularity", until=FIRST_DAY + 2)[0].replayed()
    expected = {"train_until_day": FIRST_DAY + 2, "keep_features": False, "model": None}
    assert replays.asked == [expected]


def test_other_settings_are_another_replay(
    replays: Replays, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "jhalak.toml"
    path.touch()
    chosen = SimpleNamespace(learning=SimpleNamespace(model="slower"))
    monkeypatch.setattr(module, "read_settings", lambda folder: chosen)
    found, _ = models("jhalak", str(path))
    other = found.predictions(str(path))
    assert other.name == str(path)
    assert found.predictions(str(path)).live is other.live
    assert found.predictions("jhalak").live is not other.live
    assert [options["model"] for options in replays.asked] == ["slower", None]


def test_lightgbm_too_stops_learning_when_it_is_told_to(
    replays: Replays, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def peer(of: Any, answer: Any, reported: int, **options: Any) -> None:
        asked.append({"reported": reported, **options})

    monkeypatch.setattr(module, "lightgbm", peer)
    models("lightgbm-daily")[0].predictions("lightgbm-daily")
    models("lightgbm", until=FIRST_DAY + 1)[0].predictions("lightgbm")
    assert asked == [
        {"reported": 1500, "learned": None, "every_midnight": True},
        {"reported": 1500, "learned": 500, "every_midnight": False},
    ]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("xgboost", r"xgboost is no model: name jhalak, lightgbm.*jhalak\.toml"),
        ("nowhere/jhalak.toml", "is not there"),
        ("bad/jhalak.toml", "unknown field"),
    ],
)
def test_a_name_that_stands_for_no_model_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "jhalak.toml").write_text("[learning]\nlearning_rte = 1\n")
    with pytest.raises(NoSuchModel, match=words):
        models("jhalak", name)
