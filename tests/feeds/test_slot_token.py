"""Slot tokens: what they say is true, and nobody else can make one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.feeds.slot_token import LENGTH, LIFE_S, BadToken, SlotTokens
from jhalak.schema.slate import Level, Slate
from tests.worlds import NOW_MS, often

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
VIEWER = 4_611_686_018_427_387_904


class RingOfKeys:
    """Keys by id; the one with the greatest is current."""

    def __init__(self, **keys: bytes) -> None:
        self.keys = {int(name[1:]): key * 32 for name, key in keys.items()}

    def current(self) -> tuple[int, bytes]:
        return max(self.keys.items())

    def by_id(self, number: int) -> bytes | None:
        return self.keys.get(number)


def make_slate(items: list[int], **fields: object) -> Slate:
    k = len(items)
    usual: dict[str, object] = {
        "id": 77, "viewer": VIEWER, "surface": 0, "at_ms": NOW_MS, "level": Level.full, "model": 9,
        "profiled": True, "rows": np.zeros(k, np.int32), "items": np.array(items, np.int64),
        "propensity": np.linspace(1, 0.5, k, dtype=np.float32),
        "reason": np.zeros(k, np.uint8), "features": np.zeros((0, 1), np.float16),
        "contributions": np.zeros((0, 1), np.float32), "ref": np.zeros(k, np.uint8),
    }  # fmt: skip
    return Slate(**{**usual, **fields})  # type: ignore[arg-type]


def tokens(**keys: bytes) -> SlotTokens:
    return SlotTokens(RingOfKeys(**(keys or {"k1": b"a"})))


def refused(made: SlotTokens, token: str, viewer: int = VIEWER, now_ms: int = NOW_MS) -> str:
    with pytest.raises(BadToken) as caught:
        made.verify(token, viewer, now_ms)
    return caught.value.code


@given(
    slate=st.integers(1, 2**63 - 1),
    items=st.lists(st.integers(1, 2**62), min_size=1, max_size=48),
    surface=st.integers(0, 1),
    model=st.integers(0, 2**40),
)
@often()
def test_a_token_says_what_was_served(
    slate: int, items: list[int], surface: int, model: int
) -> None:
    made = tokens()
    served = make_slate(items, id=slate, surface=surface, model=model)
    for position, token in enumerate(made.mint(served)):
        assert len(token) == LENGTH
        claim = made.verify(token, VIEWER, NOW_MS)
        assert (claim.slate, claim.item, claim.position) == (slate, items[position], position)
        assert (claim.surface, claim.model) == (surface, model & 0xFFFFFFFF)
        assert claim.issued_ms == NOW_MS // 1000 * 1000
        assert claim.propensity == served.propensity[position]


@pytest.mark.parametrize("at", range(LENGTH))
def test_a_token_with_any_character_changed_is_refused(at: int) -> None:
    made = tokens()
    token = made.mint(make_slate([5]))[0]
    for letter in ALPHABET + "+/=!é \n":
        if letter != token[at]:
            forged = token[:at] + letter + token[at + 1 :]
            assert refused(made, forged) in {
                "bad_token", "wrong_viewer_or_forged", "expired_token"
            }, forged  # fmt: skip


@pytest.mark.parametrize("text", ["", "A", "A" * 63, "A" * 65, "A" * 256, "é" * 64, "=" * 64])
def test_what_is_no_token_is_refused(text: str) -> None:
    assert refused(tokens(), text) in {"bad_token", "expired_token"}


def test_another_viewers_token_is_refused() -> None:
    made = tokens()
    token = made.mint(make_slate([5]))[0]
    assert refused(made, token, viewer=VIEWER + 1) == "wrong_viewer_or_forged"


def test_a_token_is_valid_for_seven_days() -> None:
    made = tokens()
    token = made.mint(make_slate([5]))[0]
    assert made.verify(token, VIEWER, NOW_MS + LIFE_S * 1000).item == 5
    assert refused(made, token, now_ms=NOW_MS + LIFE_S * 1000 + 1000) == "expired_token"


def test_a_token_outlives_the_rotation_of_its_key_while_the_old_one_is_accepted() -> None:
    token = tokens(k1=b"a").mint(make_slate([5]))[0]
    both = tokens(k1=b"a", k2=b"b")
    assert both.verify(token, VIEWER, NOW_MS).item == 5
    assert both.mint(make_slate([5]))[0] != token
    assert refused(tokens(k2=b"b"), token) == "expired_token"


def test_a_token_of_another_cells_key_is_refused() -> None:
    token = tokens(k1=b"a").mint(make_slate([5]))[0]
    assert refused(tokens(k1=b"b"), token) == "wrong_viewer_or_forged"


def test_an_empty_slate_has_no_tokens() -> None:
    assert tokens().mint(make_slate([])) == []
