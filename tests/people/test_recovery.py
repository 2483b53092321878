"""Recovery codes, and words for devices."""

from __future__ import annotations

import pytest

from jhalak.people.device import device_words
from jhalak.people.recovery import COUNT, code_hash, new_codes


def test_codes_are_new_each_time_and_read_however_they_are_typed() -> None:
    first, second = new_codes(), new_codes()
    assert len(set(first) | set(second)) == 2 * COUNT
    code = "0123-abcd-1mno-01xz".replace("o", "0")
    hashed = code_hash(code)
    assert hashed is not None and len(hashed) == 32
    typed = (code.upper(), code.replace("-", ""), f" {code.replace('-', ' ')} ",
             code.replace("0", "O").replace("1", "l"))  # fmt: skip
    assert {code_hash(one) for one in typed} == {hashed}
    assert all(code_hash(one) is not None for one in first)


@pytest.mark.parametrize("typed", ["", "0123", "0123-abcd-1mno-01xzz", "u" * 16, "आ" * 16])
def test_what_is_no_code_has_no_hash(typed: str) -> None:
    assert code_hash(typed) is None


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 14; SM-A) SamsungBrowser/25.0 Chrome/121.0 Safari/537.36",
         "Samsung Internet, Android"),
        ("Mozilla/5.0 (Mobile; Nokia 8110; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
         "Firefox, KaiOS"),
        ("curl/8.0", "curl"), ("<script>", ""), ("", ""), ("x" * 10_000 + "Chrome/1", ""),
    ],
)  # fmt: skip
def test_devices_are_told_in_words_of_ours(agent: str, words: str) -> None:
    assert device_words(agent) == words
