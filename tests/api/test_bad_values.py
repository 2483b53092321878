"""A value that is none of a few is refused with those that are."""

from __future__ import annotations

import pytest

from tests.worlds import Jhalak, Phone


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"languages": ["hi", "xx"]},
            "languages[1]: there is no 'xx'; there are 'bn', 'en', 'gu', ",
        ),
        (
            {"languages": ["hi"], "age_band": "12"},
            "age_band: there is no '12'; there are '13-17', ",
        ),
        ({"languages": ["hi"], "consents": [{"purpose": "fun", "granted": True}]}, "'fun'"),
    ],
)
def test_in_a_body(shared: Jhalak, body: object, said: str) -> None:
    answer = shared.ask("POST", "/v1/viewers", json=body)
    assert answer.status_code == 400 and said in answer.json()["detail"], answer.text
    assert "Invalid enum" not in answer.text


def test_in_a_parameter(guest: Phone) -> None:
    answer = guest.ask("GET", "/v1/search?q=rain&kind=xx")
    assert answer.status_code == 400 and answer.json()["detail"] == (
        "kind: there is no 'xx'; there are 'all', 'creator', 'hashtag', 'item', 'sound'"
    )
