"""Which rows are the same item."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jhalak.ingest.identity import MAX_ID, Seen, item_id, text_key


def test_an_id_that_looks_unique_in_the_world_stays() -> None:
    for source in ("https://a.example/1", "urn:x:1", "starter-bn-1", "0" * 32):
        assert item_id(source, "t", "Daily") == source


def test_two_publishers_may_both_have_a_number_one() -> None:
    assert item_id("1", "t", "Daily") == "Daily:1"
    assert item_id("1", "t", "Weekly") == "Weekly:1"
    assert item_id(" 1 ", "t", "") == "1"


def test_a_row_without_an_id_is_known_by_its_text_and_publisher() -> None:
    one = item_id("", "Rain  in DELHI", "Daily")
    assert one == item_id("", "rain in delhi", "Daily")
    assert one != item_id("", "rain in delhi", "Weekly")
    assert len(one) == 32


def test_joiners_are_spelling() -> None:
    assert item_id("", "क्ष", "") != item_id("", "क्\u200cष", "")


def test_a_long_id_is_hashed_and_not_cut() -> None:
    one, two = ("https://a/" + "x" * 200 + end for end in "12")
    assert len(item_id(one, "t", "")) <= MAX_ID
    assert item_id(one, "t", "") != item_id(two, "t", "")


def test_the_same_words_in_two_languages_are_two_texts() -> None:
    assert text_key("a", "hi", "p") != text_key("a", "mr", "p")


@given(st.lists(st.integers(1, 2**64 - 1), max_size=3000))
def test_seen_holds_what_a_set_holds(keys: list[int]) -> None:
    seen, truth = Seen(), set[int]()
    for key in keys:
        assert (key in seen) == (key in truth)
        seen.add(key)
        truth.add(key)
    assert len(seen) == len(truth)


def test_seen_grows_and_forgets_nothing() -> None:
    seen = Seen()
    for key in range(1, 5000):
        seen.add(key * 1024)  # all collide in the first slots
    assert all(key * 1024 in seen for key in range(1, 5000))
    assert 1023 not in seen
