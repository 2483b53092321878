"""Names: what may be shown, and what looks like what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.people.names import about_refusal, name_refusal, tidy, tidy_about
from jhalak.people.skeleton import likeness, skeleton

SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "name",
    ["", "Asha", "आशा", "O'Neil", "ശ്രീ", "اردو نام", "क्\u200dष", "می\u200cخواهم", "நான்", "李小龍",
     "👨\u200d👩\u200d👧 घर", "❤\ufe0f", "1\ufe0f\u20e3", f"{SCOTLAND} Isla", "Jhalak Desai",
     "x" * 40, "👍🏽" * 40, "<b>bold</b>", "Robert'); DROP TABLE"],
)  # fmt: skip
def test_people_may_be_called_so(name: str) -> None:
    assert name_refusal(tidy(name)) == ""


@pytest.mark.parametrize(
    "name",
    ["x" * 41, "👍🏽" * 41, "a\u200db", "\u200dअ", "अ\u200c", "a\u200cb", "\u202eabc", "a\u2066b",
     "a\u00adb", "a\u2060b", "\ufeffa", "\u3164", "\u2800", "\U000e0041a", "👍\u200d", "a\ufe0f",
     "a\x07b", "a\ue000", "\ud800", "e\u0301\u0302\u0303\u0304\u0305", "...", "-", "_._", "admin",
     "ADMIN", "аdmіn", "Ａｄｍｉｎ", "Jhalak", "JHАLАK", "jha1ak", "Jhalak Support",
     "Official Jhalak", "Jhalak ✔", "O F F I C I A L"],
)  # fmt: skip
def test_nobody_may_be_called_so(name: str) -> None:
    assert name_refusal(tidy(name))


def test_white_space_is_single_and_letters_are_composed() -> None:
    assert tidy("\u2003 Zoe\u0301 \t\n  Ann\u00a0") == "Zoé Ann"
    assert tidy_about(" a  b \r\n\r\n c\n") == "a b\n\nc"
    assert about_refusal("a\nb" * 75) == "" and about_refusal("x" * 301)
    assert about_refusal("a\u202eb")


@pytest.mark.parametrize(
    ("one", "other"),
    [("paypal", "раураl"), ("m", "rn"), ("M", "m"), ("MALIK", "malik"), ("o0O", "OOO"),
     ("l1I|", "llll"), ("𝐚𝐬𝐡𝐚", "asha"), ("a\u200ds h.a_", "asha"), ("José", "jose"), ("ß", "SS")],
)  # fmt: skip
def test_what_looks_alike_has_one_likeness(one: str, other: str) -> None:
    assert likeness(one) == likeness(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("asha", "usha"), ("आशा", "आशी"), ("क", "ख"), ("नाम", "नम"), ("سلام", "کلام")],
)
def test_what_is_read_differently_has_another(one: str, other: str) -> None:
    assert likeness(one) != likeness(other)


@given(st.text(max_size=30))
def test_a_skeleton_is_its_own(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


def test_a_likeness_is_its_own() -> None:
    letters = [chr(code) for code in range(0x20, 0xD800, 7)]
    assert [one for one in letters if likeness(likeness(one)) != likeness(one)] == []


@given(st.text(max_size=60))
def test_what_is_tidy_stays_so_and_is_judged_in_words(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    assert isinstance(name_refusal(tidy(text)), str)
