"""What is said of a value that is none of a few."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any, Literal

import msgspec
import pytest

from jhalak.config.allowed import explained

Letter = Literal["a", "b"]


class Size(Enum):
    SMALL = 1
    LARGE = 2


class Leaf(msgspec.Struct):
    letter: Annotated[Letter, msgspec.Meta(description="one of two")] | None = None
    count: int = 0


class Tree(msgspec.Struct, rename={"kind": "type"}):
    kind: Letter = "a"
    leaves: list[Leaf] = []
    sizes: dict[Letter, Size] = {}
    deep: dict[str, tuple[list[Letter], ...]] = {}


def said(value: Any) -> str:
    with pytest.raises(msgspec.ValidationError) as raised:
        msgspec.convert(value, Tree)
    return explained(str(raised.value), Tree)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"type": "z"}, "there is no 'z'; there are 'a', 'b' - at `$.type`"),
        ({"leaves": [{}, {"letter": "q - at `$.x`"}]},
         "there is no 'q - at `$.x`'; there are 'a', 'b' - at `$.leaves[1].letter`"),
        ({"sizes": {"a": 3}}, "there is no 3; there are 1, 2 - at `$.sizes[...]`"),
        ({"sizes": {"z": 1}}, "there is no 'z'; there are 'a', 'b' - at `$.sizes`"),
        ({"deep": {"x": [["z"]]}}, "there is no 'z'; there are 'a', 'b' - at `$.deep[...][0][0]`"),
    ],
)  # fmt: skip
def test_it_is_told_what_there_is(value: Any, expected: str) -> None:
    assert said(value) == expected


def test_a_place_may_be_told_apart_from_the_problem() -> None:
    problem = "Invalid enum value 'z'"
    assert explained(problem, Letter) == "there is no 'z'; there are 'a', 'b'"
    assert explained(problem, Tree, "leaves[0].letter") == "there is no 'z'; there are 'a', 'b'"
    assert explained(problem, Tree, "nowhere[0].letter") == problem


def test_other_problems_stay_as_they_are() -> None:
    assert (
        said({"leaves": [{"count": "x"}]}) == "Expected `int`, got `str` - at `$.leaves[0].count`"
    )


def test_a_long_value_is_not_said_again_whole() -> None:
    assert len(said({"type": "z" * 1000})) < 150
