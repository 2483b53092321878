"""Tokens verified all at once: the same as one by one, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jhalak.feeds.slot_batch import Claims, claims_of, mint
from jhalak.feeds.slot_token import LIFE_S, SlotTokens
from tests.feeds.test_slot_token import ALPHABET, VIEWER, RingOfKeys, make_slate, tokens
from tests.worlds import NOW_MS, often


def claims(made: SlotTokens, given: list[str], viewer: int = VIEWER) -> Claims | None:
    return claims_of(made.keys, given, viewer, NOW_MS)


@given(
    slate=st.integers(0, 2**64 - 1),
    viewer=st.integers(-(2**63), 2**63 - 1),
    items=st.lists(st.integers(1, 2**62), min_size=1, max_size=60),
    surface=st.integers(0, 1),
    age_s=st.integers(0, LIFE_S),
    key=st.binary(min_size=1, max_size=64),
)
@often()
def test_they_say_what_each_one_says(
    slate: int, viewer: int, items: list[int], surface: int, age_s: int, key: bytes
) -> None:
    ring = RingOfKeys()
    ring.keys = {3: key}
    made = SlotTokens(ring)
    at_ms = NOW_MS - age_s * 1000
    given = made.mint(make_slate(items, id=slate, viewer=viewer, surface=surface, at_ms=at_ms))
    found = claims(made, given, viewer)
    assert found is not None
    each = [made.verify(token, viewer, NOW_MS) for token in given]
    assert found.surface == [claim.surface for claim in each]
    assert found.position == [claim.position for claim in each]
    assert found.issued_ms.tolist() == [claim.issued_ms for claim in each]
    assert found.item.tolist() == [claim.item for claim in each]
    assert found.slate == [claim.slate for claim in each]


@given(
    slate=st.integers(0, 2**64 - 1),
    viewer=st.integers(-(2**63), 2**63 - 1),
    items=st.lists(st.integers(-(2**63), 2**63 - 1), max_size=60),
    model=st.integers(0, 2**63 - 1),
    key_id=st.integers(0, 255),
    key=st.binary(min_size=1, max_size=64),
)
@often()
def test_they_are_made_as_each_one_is(
    slate: int, viewer: int, items: list[int], model: int, key_id: int, key: bytes
) -> None:
    ring = RingOfKeys()
    ring.keys = {key_id: key}
    served = make_slate(items, id=slate, viewer=viewer, surface=1, model=model)
    assert mint(ring, served) == [one.encode() for one in SlotTokens(ring).mint(served)]


@given(st.integers(0, 2), st.integers(0, 63), st.sampled_from(ALPHABET + "+/=é"))
@often(300)
def test_one_other_character_anywhere_and_none_is_taken(which: int, at: int, other: str) -> None:
    made = tokens()
    given = made.mint(make_slate([5, 6, 7]))
    changed = given[which][:at] + other + given[which][at + 1 :]
    same = changed == given[which]
    given[which] = changed
    assert (claims(made, given) is not None) == same


def test_tokens_that_are_cut_elsewhere_are_not_taken() -> None:
    made = tokens()
    one, other = made.mint(make_slate([5, 6]))
    assert claims(made, [one + other[:4], other[4:]]) is None
    assert claims(made, [one, other[:-4]]) is None
    assert claims(made, []) is None


def test_another_viewers_are_not_taken() -> None:
    made = tokens()
    assert claims(made, made.mint(make_slate([5, 6])), VIEWER + 1) is None


def test_an_expired_one_takes_the_others_with_it() -> None:
    made = tokens()
    old = make_slate([6], at_ms=NOW_MS - (LIFE_S + 1) * 1000)
    assert claims(made, [*made.mint(make_slate([5])), *made.mint(old)]) is None


def test_a_surface_that_there_is_not_is_not_taken() -> None:
    made = tokens()
    assert claims(made, made.mint(make_slate([5], surface=9))) is None


def test_those_of_several_keys_or_of_a_forgotten_one_are_left_to_be_looked_at_one_by_one() -> None:
    old, both = tokens(k1=b"a"), tokens(k1=b"a", k2=b"b")
    given = [*old.mint(make_slate([5])), *both.mint(make_slate([6]))]
    assert claims(both, given) is None
    assert [both.verify(token, VIEWER, NOW_MS).item for token in given] == [5, 6]
    assert claims(tokens(k2=b"b"), given[:1]) is None
    assert claims(both, given[:1]) is not None
