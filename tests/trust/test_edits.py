"""What creators say anew: hashtags, and what is not to be changed when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.catalogue.hashtags import folded, tags_of
from jhalak.schema.video import AT_ONCE, CAPTION, KEPT_BACK, Details, VideoState
from jhalak.trust.edits import Edit, NotSo, edited, with_hashtags

SAID = Details(
    caption="बारिश #दिल्ली, #Rain!", language="hi", ai=False, sensitive=False, rights="own"
)
TAGS = st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=9).filter(
    lambda tag: (
        "#" not in tag
        and "＃" not in tag
        and folded(tag)
        and tag == tag.strip(".,;:!?()[]\"'।॥۔،؟")
    )
)


@pytest.mark.parametrize(
    ("caption", "added", "gone", "wanted"),
    [
        ("", ("rain",), (), "#rain"),
        ("बारिश", ("दिल्ली", "rain"), (), "बारिश #दिल्ली #rain"),
        ("a #Rain b", ("rAIN",), (), "a #Rain b"),
        ("a #old_delhi b", ("OldDelhi",), (), "a #old_delhi b"),
        ("a #rain b", (), ("RAIN",), "a b"),
        ("#rain", (), ("rain",), ""),
        ("a #rain.", (), ("rain",), "a ."),
        ("a #rains b", (), ("rain",), "a #rains b"),
        ("one\n#rain\ntwo #rain", (), ("rain",), "one\n\ntwo"),
        ("شام #بارش اور", ("دہلی",), ("بارش",), "شام اور #دہلی"),
        ("＃rain b", (), ("rain",), "b"),
    ],
)
def test_hashtags_are_added_once_and_removed_whole(
    caption: str, added: tuple[str, ...], gone: tuple[str, ...], wanted: str
) -> None:
    once = with_hashtags(caption, added, gone)
    assert once == wanted and with_hashtags(once, added, gone) == wanted


@given(st.text(max_size=60), st.lists(TAGS, max_size=3), st.lists(TAGS, max_size=3))
def test_afterwards_there_is_what_was_added_and_not_what_was_removed(
    caption: str, added: list[str], gone: list[str]
) -> None:
    after = with_hashtags(caption, tuple(added), tuple(gone))
    there = set(tags_of(after))
    assert not there & {folded(tag) for tag in gone}
    assert {folded(tag) for tag in added} - {folded(tag) for tag in gone} <= there


def test_nothing_else_changes() -> None:
    after = edited(SAID, "live", Edit(audience="followers", add_hashtags=("x",)), 5)
    assert after.caption == f"{SAID.caption} #x" and after.audience == "followers"
    assert edited(SAID, "live", Edit(), 5) == SAID
    assert edited(SAID, "live", Edit(comments="", topic=""), 5) == SAID


@pytest.mark.parametrize(
    ("state", "edit", "code"),
    [
        ("removed", Edit(duet=True), "removed"),
        ("refused", Edit(caption="x"), "refused"),
        ("refused", Edit(publish_ms=AT_ONCE), "refused"),
        ("held", Edit(topic="food"), "held"),
        ("live", Edit(publish_ms=99), "already_live"),
        ("draft", Edit(add_hashtags=("x" * CAPTION,)), "too_long"),
    ],
)
def test_what_is_not_to_be_changed_is_said(state: VideoState, edit: Edit, code: str) -> None:
    with pytest.raises(NotSo, match=code):
        edited(SAID, state, edit, 5)


@pytest.mark.parametrize(
    ("state", "before", "asked", "after"),
    [
        ("draft", KEPT_BACK, AT_ONCE, 5), ("waiting", KEPT_BACK, AT_ONCE, AT_ONCE),
        ("held", 99, KEPT_BACK, KEPT_BACK), ("live", 0, KEPT_BACK, KEPT_BACK),
        ("live", 4, AT_ONCE, 4), ("draft", KEPT_BACK, 99, 99),
    ],
)  # fmt: skip
def test_when_it_is_to_be_seen(state: Any, before: int, asked: int, after: int) -> None:
    said = edited(SAID, "waiting", Edit(publish_ms=before), 5)
    assert edited(said, state, Edit(publish_ms=asked), 5).publish_ms == after
