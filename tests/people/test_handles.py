"""Handles."""

from __future__ import annotations

import pytest

from jhalak.people.handles import refusal


@pytest.mark.parametrize("handle", ["asha", "a_1", "ravi.k", "24.7", "x" * 24, "__a1"])
def test_a_handle_may_be_taken(handle: str) -> None:
    assert refusal(handle) == ""


@pytest.mark.parametrize(
    "handle",
    ["", "ab", "x" * 25, "Asha", "आशा", "as ha", "a/b", ".asha", "asha.", "a..b", "___", "a__",
     "admin", "ad.min", "_jhalak_", "asha\n", "jha1ak", "adm1n", "rnoderator", "jhalak.support"],
)  # fmt: skip
def test_a_handle_may_not_be_taken(handle: str) -> None:
    assert refusal(handle)
