"""The gate's decision, from facts made by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.schema.video import Details, Rights
from jhalak.trust.gate import NOT_LOOKED, Facts, Near, Rules, judge

CLEAN = (0.02,) * 16


def details(*, ai: bool = False, sensitive: bool = False, rights: Rights = "own") -> Details:
    return Details(language="hi", ai=ai, sensitive=sensitive, rights=rights)


def facts(
    *, said: Details | None = None, scores: tuple[float, ...] = CLEAN,
    classes: tuple[str, ...] = (), near: tuple[Near, ...] = (), comparable: bool = True,
    ai_mark: str = "",
) -> Facts:  # fmt: skip
    return Facts(said or details(), scores, classes, near, comparable, ai_mark)


def test_what_nothing_speaks_against_is_live() -> None:
    assert judge(facts()) == ("live", "", (), ())


def test_doubtful_frames_ask_a_human_and_several_sure_ones_refuse() -> None:
    assert judge(facts(scores=(*CLEAN[1:], 0.85))).state == "live", "one frame is often wrong"
    assert judge(facts(scores=(*CLEAN[1:], 0.9))).why == ("sexual",)
    assert judge(facts(scores=(*CLEAN[2:], 0.8, 0.8))).why == ("sexual",)
    assert judge(facts(scores=(0.8,))).why == ("sexual",)
    assert judge(facts(scores=(*CLEAN[2:], 0.99, 0.99))).state == "held"
    assert judge(facts(scores=(*CLEAN[3:], 0.99, 0.99, 0.99))).state == "refused"
    assert judge(facts(scores=(0.99,))).state == "refused", "half a second has few frames"


def test_what_no_model_looked_at_waits_for_a_human_unless_the_operator_said_otherwise() -> None:
    for scores in ((NOT_LOOKED,) * 16, (*CLEAN[1:], NOT_LOOKED), ()):
        assert judge(facts(scores=scores)).why == ("unseen",)
        assert judge(facts(scores=scores), Rules(unchecked=True)).state == "live"


def test_what_is_heard_and_was_taken_down_is_refused_and_a_piece_of_it_asks_a_human() -> None:
    most = facts()._replace(down="copyright", down_share=0.8)
    found = judge(most)
    assert (found.state, found.reason) == ("refused", "sound:copyright")
    some = judge(most._replace(down_share=0.2))
    assert (some.state, some.why) == ("held", ("sound:copyright",))
    assert judge(most._replace(down="")).state == "live"


def test_words_of_a_caption_and_rights_nobody_claims_ask_a_human() -> None:
    found = judge(facts(said=details(rights="other"), classes=("gambling", "minors")))
    assert (found.state, found.reason) == ("held", "caption:gambling")
    assert found.why == ("caption:gambling", "caption:minors", "rights")
    assert judge(facts(classes=("unchecked",))).state == "held"


def test_a_copy_names_its_original_and_the_most_alike_one_first() -> None:
    near = (Near("second", 0.05, "live", False), Near("first", 0.01, "live", False))
    found = judge(facts(near=near))
    assert (found.state, found.reason) == ("refused", "copy:first")
    assert judge(facts(near=(Near("one", 0.12, "live", False),))) == (
        "held", "copy:one", ("copy:one",), (),
    )  # fmt: skip


def test_what_is_known_to_be_bad_is_refused_before_anything_else_is_said() -> None:
    near = (Near("one", 0.0, "live", False), Near("", 0.05, "removed", False))
    assert judge(facts(near=near)).reason == "known_bad"
    assert judge(facts(near=(Near("", 0.12, "removed", False),))).state == "held"


def test_who_took_back_a_video_may_upload_it_again_and_others_may_be_asked() -> None:
    assert judge(facts(near=(Near("one", 0.0, "removed", True),))).state == "live"
    assert judge(facts(near=(Near("one", 0.0, "removed", False),))).state == "held"
    assert judge(facts(near=(Near("one", 0.0, "refused", False),))).state == "live"
    assert judge(facts(near=(Near("one", 0.0, "live", True),))).state == "refused"


def test_frames_that_cannot_be_told_from_others_ask_a_human() -> None:
    assert judge(facts(comparable=False)).why == ("flat",)


@pytest.mark.parametrize(
    ("said", "mark", "labels"),
    [
        (details(), "", ()),
        (details(ai=True), "", ("ai",)),
        (details(), "trainedAlgorithmicMedia", ("ai",)),
        (details(), "digitalCapture", ()),
        (details(), "algorithmicallyEnhanced", ()),
        (details(ai=True, sensitive=True), "", ("ai", "sensitive")),
    ],
)
def test_labels_are_what_was_declared_and_what_the_file_says(
    said: Details, mark: str, labels: tuple[str, ...]
) -> None:
    assert judge(facts(said=said, ai_mark=mark)).labels == labels
    assert judge(facts(said=said, ai_mark=mark, classes=("hate",))).labels == labels


NEAR = st.builds(
    Near, st.sampled_from(("", "a", "b")), st.floats(0, 0.14),
    st.sampled_from(("waiting", "held", "live", "refused", "removed")), st.booleans(),
)  # fmt: skip
FACTS = st.builds(
    facts, scores=st.lists(st.floats(0, 1) | st.just(NOT_LOOKED), max_size=16).map(tuple),
    classes=st.lists(st.sampled_from(("hate", "unchecked"))).map(tuple),
    near=st.lists(NEAR, max_size=3).map(tuple), comparable=st.booleans(),
)  # fmt: skip


@given(FACTS)
def test_more_doubt_never_makes_a_video_more_visible(known: Facts) -> None:
    order = ("live", "held", "refused")
    before = judge(known)
    assert (before.state == "live") == (not before.why)
    for worse in (
        known._replace(classes=(*known.classes, "sexual")),
        known._replace(near=(*known.near, Near("", 0.0, "removed", False))),
        known._replace(scores=(*known.scores, NOT_LOOKED)) if known.scores else known,
        known._replace(comparable=False),
    ):
        after = judge(worse)
        if worse.scores == known.scores:
            assert order.index(after.state) >= order.index(before.state)
        assert after.state != "live" or before.state == "live"
