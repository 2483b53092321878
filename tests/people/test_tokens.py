"""Viewer tokens: verified without I/O, revoked by epoch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.people.operator_token import token_hash
from jhalak.people.viewer_token import LENGTH, Unauthorised, ViewerTokens, WrongCell
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES
from tests.worlds import often

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class RingOfKeys:
    """Keys by id; the last one is current."""

    def __init__(self, **keys: bytes) -> None:
        self.keys = {int(name[1:]): key * 32 for name, key in keys.items()}

    def current(self) -> tuple[int, bytes]:
        return max(self.keys.items())

    def by_id(self, number: int) -> bytes | None:
        return self.keys.get(number)


@given(
    viewer=st.integers(1, 2**63 - 1),
    epoch=st.integers(0, 2**32 - 1),
    languages=st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True),
)
@often()
def test_a_token_says_what_it_was_made_of(viewer: int, epoch: int, languages: list[str]) -> None:
    tokens = ViewerTokens("delhi", RingOfKeys(k1=b"a"))
    token = tokens.mint(viewer, epoch, tuple(languages))
    assert len(token) == LENGTH
    claim = tokens.verify(token)
    assert (claim.viewer, claim.epoch) == (viewer, epoch)
    assert set(claim.languages) == {LANGUAGE_INDEX[code] for code in languages}


@given(at=st.integers(0, LENGTH - 1), letter=st.sampled_from(ALPHABET))
@often(200)
def test_a_token_with_any_letter_changed_is_refused(at: int, letter: str) -> None:
    tokens = ViewerTokens("delhi", RingOfKeys(k1=b"a"))
    token = tokens.mint(12345, 1, ("en",))
    if token[at] != letter:
        with pytest.raises((Unauthorised, WrongCell)):
            tokens.verify(token[:at] + letter + token[at + 1 :])


@pytest.mark.parametrize("text", ["", "x", "é" * 48, "=" * 48, " " * 48, "A" * 47, "A" * 4000])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises((Unauthorised, WrongCell)):
        ViewerTokens("delhi", RingOfKeys(k1=b"a")).verify(text)


def test_another_cells_token_is_told_from_a_forged_one() -> None:
    keys = RingOfKeys(k1=b"a")
    with pytest.raises(WrongCell):
        ViewerTokens("delhi", keys).verify(ViewerTokens("jakarta", keys).mint(1, 0, ("id",)))


def test_a_token_made_with_an_older_key_is_still_good() -> None:
    old = ViewerTokens("delhi", RingOfKeys(k1=b"a")).mint(1, 0, ("en",))
    rotated = ViewerTokens("delhi", RingOfKeys(k1=b"a", k2=b"b"))
    assert rotated.verify(old).viewer == 1
    assert rotated.mint(1, 0, ("en",)) != old
    with pytest.raises(Unauthorised):
        ViewerTokens("delhi", RingOfKeys(k2=b"b")).verify(old)


def test_a_token_of_an_earlier_epoch_is_revoked() -> None:
    tokens = ViewerTokens("delhi", RingOfKeys(k1=b"a"))
    first, second = tokens.mint(1, 0, ("en",)), tokens.mint(1, 1, ("en",))
    tokens.revoked[1] = 1
    with pytest.raises(Unauthorised, match="revoked"):
        tokens.verify(first)
    assert tokens.verify(second).epoch == 1


def test_only_the_hash_of_an_operator_token_need_be_kept() -> None:
    assert token_hash("a") == token_hash("a") != token_hash("b")
    assert len(token_hash("a")) == 32
