"""Dates, links and durations are read generously and refused with what is wrong."""

from __future__ import annotations

import pytest

from jhalak.ingest.fields import (
    BadField,
    date_ms,
    duration_s,
    labels_of,
    link,
    renditions_of,
    text_of,
)

JUNE_2023 = 1_685_966_400_000  # 2023-06-05T12:00:00Z


@pytest.mark.parametrize(
    "text",
    [
        "2023-06-05T12:00:00Z", "2023-06-05T17:30:00+05:30", "2023-06-05 12:00:00",
        "Mon, 05 Jun 2023 12:00:00 GMT", "Mon, 05 Jun 2023 17:30:00 +0530",
        "05/06/2023 12:00", "1685966400", "1685966400000", 1_685_966_400, 1_685_966_400_000.0,
    ],
)  # fmt: skip
def test_one_moment_is_understood_in_its_usual_spellings(text: object) -> None:
    assert date_ms(text, "date") == JUNE_2023


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 05 Jun 2023 17:30:00 IST", "Mon, 05 Jun 2023 19:00:00 WIB", "2023-06-05 17:30:00 IST",
        "Mon, 05 Jun 2023 17:30:00 +05:30", "Mon, 05 Jun 2023 17:30 GMT+5:30",
        "Mon, 05 Jun 2023 17:30:00 UTC+0530", "Mon Jun 05 17:30:00 IST 2023",
        "Mon, 05 Jun 2023 05:30:00 PM IST", "June 5, 2023 12:00 pm", "2023-06-05 12:00 PM",
    ],
)  # fmt: skip
def test_a_named_zone_and_half_a_day_are_not_taken_for_utc(text: str) -> None:
    assert date_ms(text, "date") == JUNE_2023


def test_no_date_is_zero() -> None:
    assert date_ms("", "date") == date_ms(None, "date") == date_ms(" ", "date") == 0


@pytest.mark.parametrize("text", ["soon", "32/13/2023", "9" * 16, "-5", "nan", "१ जून"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadField, match="date is no date"):
        date_ms(text, "date")


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 1e300, [1]])
def test_odd_numbers_and_shapes_are_refused_as_dates(value: object) -> None:
    with pytest.raises(BadField):
        date_ms(value, "date")


def test_web_addresses_pass() -> None:
    assert link(" https://a.example/b?c=d#e ", "url") == "https://a.example/b?c=d#e"
    assert link("http://उदाहरण.भारत/समाचार", "url")
    assert link(None, "url") == ""
    assert link("/art/1.svg", "image", local=True) == "/art/1.svg"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "ftp://a/b", "//evil.example/x", "file:///etc",
        "/local", "http://", "https://a b", "http://a/\u202e", "http:\\\\a", "http://[::1",
        "https://a/" + "x" * 3000, "JaVaScRiPt:alert(1)", "news",
    ],
)  # fmt: skip
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(BadField):
        link(address, "url")


def test_a_local_path_may_not_name_another_host() -> None:
    with pytest.raises(BadField):
        link("//evil.example/x", "image", local=True)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("31", 31), (12.5, 12.5), ("1:02", 62), ("1:00:01", 3601), ("PT1M30S", 90), (None, 0)],
)
def test_durations_are_seconds(value: object, seconds: float) -> None:
    assert duration_s(value) == seconds


@pytest.mark.parametrize("value", ["long", -1, "1e9", 1e9, float("nan"), [3]])
def test_what_is_no_duration_is_refused(value: object) -> None:
    with pytest.raises(BadField):
        duration_s(value)


def test_renditions_are_checked_one_by_one() -> None:
    good = renditions_of([{"src": "https://a/v.mp4", "height": 720, "bitrate": 900_000}])
    assert good[0].height == 720
    for bad in ("x", [1], [{"height": 1}], [{"src": "https://a/v", "height": "720"}], [{}] * 40):
        with pytest.raises(BadField):
            renditions_of(bad)


def test_a_lone_surrogate_is_not_text() -> None:
    with pytest.raises(BadField, match="not UTF-8"):
        text_of("\ud800", "title")


def test_labels_come_alone_or_in_lists() -> None:
    assert labels_of("Sports") == ["Sports"]
    assert labels_of(["a", 1, None, " b "]) == ["a", "b"]
    assert labels_of(7) == []
