"""What follows from strikes is what the rules say, however they come and go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.config.people import RuleSettings
from jhalak.ports.cases import Strike
from jhalak.trust.reasons import AT_ONCE, CODES, DAY_MS, HOUR_MS, ILLEGAL, SEVERE, due_ms
from jhalak.trust.strikes import (
    STEPS,
    counting,
    means,
    must_be_suspended,
    rules_of,
    standing,
)

RULES = rules_of(RuleSettings())
DAYS_90 = 90 * DAY_MS


def strike(num: int, day: float, reason: str = "spam", lifted_ms: int = 0) -> Strike:
    at_ms = round(day * DAY_MS)
    return Strike(num, 1, reason, f"case{num}", at_ms, at_ms + DAYS_90, lifted_ms)


def test_the_first_warns_the_second_pauses_the_third_suspends() -> None:
    all_ = [strike(1, 1), strike(2, 2), strike(3, 3)]
    assert [means(all_, one, RULES) for one in all_] == list(STEPS)
    assert standing([], DAY_MS, RULES) == (0, 0, "warning")
    assert standing(all_[:1], DAY_MS, RULES) == (1, 0, "pause")
    assert standing(all_[:2], 2 * DAY_MS, RULES) == (2, 9 * DAY_MS, "suspension")
    assert standing(all_[:2], 9 * DAY_MS, RULES).paused_until_ms == 0, "it is over"
    assert must_be_suspended(all_, 3 * DAY_MS, RULES)
    assert not must_be_suspended(all_[:2], 3 * DAY_MS, RULES)


def test_what_was_lifted_or_is_old_does_not_count() -> None:
    all_ = [strike(1, 1), strike(2, 2, lifted_ms=5), strike(3, 95)]
    assert counting(all_, 95 * DAY_MS) == [all_[2]]
    assert standing(all_, 95 * DAY_MS, RULES) == (1, 0, "pause")
    assert means(all_, all_[2], RULES) == "warning"


@pytest.mark.parametrize("reason", AT_ONCE)
def test_one_severe_strike_suspends_at_once(reason: str) -> None:
    one = strike(1, 1, reason)
    assert means([one], one, RULES) == "suspension"
    assert must_be_suspended([one], DAY_MS, RULES)


def test_what_is_severe_or_illegal_is_due_earlier() -> None:
    rules = RuleSettings()
    due = {code: due_ms(code, 0, rules) // HOUR_MS for code in CODES}
    assert {due[code] for code in SEVERE} == {24} and {due[code] for code in ILLEGAL} == {36}
    assert {due[code] for code in set(CODES) - {*SEVERE, *ILLEGAL}} == {168}
    assert len(set(CODES)) == len(CODES) and set(AT_ONCE) <= set(SEVERE) <= set(CODES)
    assert CODES[:9] == (
        "spam", "violence", "sexual", "hate", "false", "illegal", "child_safety", "copyright",
        "other",
    ), "their places are in the log"  # fmt: skip


strikes = st.lists(
    st.builds(
        strike, st.integers(1, 9), st.integers(0, 200), st.sampled_from(["spam", "hate"]),
        st.sampled_from([0, 0, 1]),
    ),
    max_size=8, unique_by=lambda one: one.num,
)  # fmt: skip


@given(strikes, st.integers(0, 300))
def test_lifting_one_never_makes_it_worse(all_: list[Strike], day: int) -> None:
    now_ms = day * DAY_MS
    before = standing(all_, now_ms, RULES)
    for at, one in enumerate(all_):
        lifted = [*all_[:at], one._replace(lifted_ms=1), *all_[at + 1 :]]
        after = standing(lifted, now_ms, RULES)
        assert after.strikes <= before.strikes
        assert STEPS.index(after.next) <= STEPS.index(before.next)
        assert not (
            must_be_suspended(lifted, now_ms, RULES) > must_be_suspended(all_, now_ms, RULES)
        )


@given(strikes, st.integers(0, 300))
def test_the_newest_that_counts_meant_what_the_number_says(all_: list[Strike], day: int) -> None:
    count = counting(all_, day * DAY_MS)
    if count and count == counting(all_, count[-1].at_ms):
        assert means(all_, count[-1], RULES) == STEPS[min(len(count), 3) - 1]
