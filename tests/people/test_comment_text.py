"""What people write below videos, made plain; what is found in it; what it is worth."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from jhalak.config.comments import CommentSettings
from jhalak.people.comment_rules import CommentRules, may_comment, rules_of, who_may
from jhalak.people.comment_text import (
    MENTIONS,
    MOST_LINES,
    cleaned,
    holds,
    mark,
    mentions,
    refusal,
    tokens,
)
from jhalak.people.comment_value import FIRST, mixed, worth
from tests.journeys.hostile import strings
from tests.worlds import often

UNSEEN = regex.compile(
    r"[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff]"
)


def test_a_thousand_hostile_strings_are_plain_text() -> None:
    for text in strings(1000):
        plain = cleaned(text)
        assert cleaned(plain) == plain == unicodedata.normalize("NFC", plain), ascii(text)
        assert not UNSEEN.search(plain.replace("\n", "")), ascii(plain)
        assert plain.count("\n") < MOST_LINES and "\n\n\n" not in plain
        assert not regex.search(r"\p{M}{5}", plain), ascii(plain)
        assert len(mark(plain)) == 12 and len(mentions(plain)) <= MENTIONS


@given(st.text(max_size=200))
@often()
def test_clean_is_clean_whatever_was_written(text: str) -> None:
    plain = cleaned(text)
    assert cleaned(plain) == plain and plain == plain.strip()
    assert not UNSEEN.search(plain.replace("\n", ""))
    assert isinstance(refusal(plain), str) and tokens(plain) == tokens(cleaned(plain))


@pytest.mark.parametrize(
    ("text", "kept"),
    [("ક્\u200cષ", "ક્\u200cષ"), ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
     ("می\u200cخواهم", "می\u200cخواهم"), ("a\u200db", "ab"), ("x\u0301" * 2, "x\u0301" * 2),
     ("a" + "\u0301" * 50, "á" + "\u0301" * 4), ("a\r\n\n\n\nb\u2028c", "a\n\nb\nc"),
     ("1\n" * 40, "\n".join(["1"] * 19) + "\n" + " ".join(["1"] * 21)),
     ("<b>&amp;</b>", "<b>&amp;</b>"), ("\ud800", "")],
)  # fmt: skip
def test_letters_stay_and_what_nobody_sees_goes(text: str, kept: str) -> None:
    assert cleaned(text) == kept


def test_only_ten_handles_are_named_and_addresses_are_none() -> None:
    assert mentions("@Asha @asha, (@ravi.k.) x@mail.example http://x.example/@no @a @ab_c") == [
        "asha", "ravi.k", "ab_c",
    ]  # fmt: skip
    assert len(mentions(" ".join(f"@name{n}" for n in range(30)))) == 10
    assert mentions("@" + "x" * 25) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("Spam", True), ("no spam.", True), ("s.p.a.m", True), ("s p a m", True), ("S-P-A-M", True),
     ("ｓｐａｍ", True), ("ѕраm", True), ("spàm", True), ("sp\u200bam", True), ("spammer", False),
     ("this pam", False), ("maps", False), ("s p", False), ("", False)],
)  # fmt: skip
def test_a_word_is_found_as_people_read_it(text: str, found: bool) -> None:
    assert holds(text, ["spam"]) is found


def test_phrases_and_beginnings_are_found_too() -> None:
    assert holds("such a BAD, bad thing!", ["bad thing"]) and not holds("thing bad", ["bad thing"])
    assert holds("spammers", ["spam*"]) and not holds("aspam", ["spam*"])
    assert not holds("anything", []) and not holds("anything", ["...", ""])


def test_more_liked_answered_newer_and_less_reported_is_worth_more() -> None:
    rules = CommentSettings()
    base = worth(rules, 2, 1, 0, False, 1_000)
    for better in ((3, 1, 0, False, 1_000), (2, 2, 0, False, 1_000), (2, 1, 0, True, 1_000),
                   (2, 1, 0, False, 2_000)):  # fmt: skip
        assert worth(rules, *better) > base
    assert worth(rules, 2, 1, 1, False, 1_000) < base
    day = 86_400_000
    assert worth(rules, 1, 0, 0, False, day) == pytest.approx(worth(rules, 3, 0, 0, False, 0)), (
        "after a day it is worth half"
    )


@given(st.lists(st.integers(0, 4), max_size=30))
@often()
def test_mixing_keeps_all_and_brings_each_writer_once_first(writers: list[int]) -> None:
    made = mixed(list(enumerate(writers)), lambda one: one[1])
    assert sorted(made) == list(enumerate(writers))
    first = [by for _, by in made[:FIRST] if by]
    others = len({by for by in writers if by})
    nobody = sum(not by for by in writers)
    if others + nobody >= FIRST:
        assert len(first) == len(set(first))


def test_an_accounts_choice_holds_unless_the_video_says_otherwise() -> None:
    assert rules_of({}) == CommentRules() == rules_of({"comments": {"comments": "nonsense"}})
    rules = rules_of({"comments": {"comments": "followers", "words": ["x"]}})
    assert (who_may("", rules), who_may("off", rules)) == ("followers", "off")
    assert may_comment("followers", own=False, follows=True)
    assert not may_comment("followers", own=False, follows=False)
    assert may_comment("followers", own=True, follows=False)
    assert not may_comment("off", own=True, follows=True)
