"""The topic table that ships."""

from __future__ import annotations

import re

import pytest

from jhalak.catalogue.topics import GENERAL, aliases, by_hashtags, by_label, topic_by_id, topics
from jhalak.schema.languages import LANGUAGES


def test_every_topic_has_a_place_a_colour_a_lifetime_and_thirteen_names() -> None:
    for index, topic in enumerate(topics()):
        assert topic.index == index
        assert set(topic.names) == set(LANGUAGES)
        assert re.fullmatch(r"#[0-9A-Fa-f]{6}", topic.colour)
        assert topic.iab
        assert topic.lifetime_ms >= 3_600_000


def test_topics_fit_a_byte_and_general_is_one() -> None:
    assert len(topics()) < 256
    assert GENERAL in topic_by_id()
    assert topics() is topics()


def test_what_can_reveal_its_reader_is_sensitive() -> None:
    table = topic_by_id()
    assert all(table[topic].sensitive for topic in ("politics", "crime", "health", "faith"))
    assert not table["sport"].sensitive


def test_every_name_and_id_leads_to_its_topic_unless_an_alias_says_otherwise() -> None:
    for topic in topics():
        assert by_label(topic.id) == topic.id
        assert {by_label(name) for name in topic.names.values()} <= set(topic_by_id())
    assert set(aliases().values()) <= set(topic_by_id())


@pytest.mark.parametrize(
    ("label", "topic"),
    [
        ("Sports", "sport"), (" KHEL ", "sport"), ("Olahraga", "sport"), ("खेल", "sport"),
        ("News > Sports", "sport"), ("Sports | Cricket", "sport"), ("world/business", "business"),
        ("health-news-hindi", "health"), ("technology-news", "technology"),
        ("crime-news-hindi", "crime"), ("automobile", "auto"), ("India", "news"),
        ("Auto", "auto"), ("Ekonomi", "business"), ("Teknologi", "technology"),
        ("nobody knows this", GENERAL), ("", GENERAL), ("---", GENERAL),
    ],
)  # fmt: skip
def test_labels_of_real_feeds_lead_to_topics(label: str, topic: str) -> None:
    assert by_label(label) == topic


def test_composed_and_decomposed_letters_are_one_label() -> None:
    composed, decomposed = "\u0929", "\u0928\u093c"
    assert by_label(composed) == by_label(decomposed)


@pytest.mark.parametrize(
    ("caption", "topic"),
    [
        ("मेंढक #तालाब #nature #fun", "nature"), ("आज का मैच #खेल!", "sport"),
        ("#News #Sports", "sport"),
        ("#news of the day", "news"), ("no tags, only nature", GENERAL),
        ("#", GENERAL), ("", GENERAL),
        ("(#விளையாட்டு)", "sport"), ("#کھیل۔", "sport"),
    ],
)  # fmt: skip
def test_a_captions_hashtags_name_its_topic(caption: str, topic: str) -> None:
    assert by_hashtags(caption) == topic
