"""Channels: which items are in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jhalak.catalogue.channels import BadChannel, ChannelRows, checked, merged, shipped
from jhalak.catalogue.hashtags import tags_of
from jhalak.catalogue.live import LiveCatalogue, prepare
from jhalak.schema.candidates import Rows
from jhalak.schema.channel import Channel
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES
from tests.worlds import DAY_MS, NOW_MS, make_item, often, record_of

FOX = Channel(id="fox", names={"en": "Foxes"}, hashtags=("fox", "लोमड़ी"))


@pytest.fixture
def catalogue() -> LiveCatalogue:
    items = [
        make_item("a", "food", title="Dinner"),
        make_item("b", "travel", title="On the road #Fox!", published_ms=NOW_MS - 1),
        make_item("c", "travel", title="Far", summary="Seen: ＃लोमड़ी", language="hi"),
        make_item("d", "food", title="Soup #fox_", published_ms=NOW_MS - 2),
    ]
    live = LiveCatalogue()
    records = [record_of(item, at + 1) for at, item in enumerate(items)]
    live.commit([prepare(record) for record in records], NOW_MS)
    live.renew_pools()
    return live


def held(catalogue: LiveCatalogue, channel: Channel) -> dict[str, list[str]]:
    found = ChannelRows()(catalogue, {channel.id: channel}).get(channel.id, {})
    return {
        LANGUAGES[language]: [catalogue.record(row).item.id for row in rows.tolist()]
        for language, rows in found.items()
    }


def test_thirty_ship_with_names_in_every_language() -> None:
    assert len(shipped()) == 30
    for channel in shipped().values():
        assert set(channel.names) == set(LANGUAGES)
        assert channel.topics or channel.hashtags
    assert next(iter(shipped())) == "comedy"


def test_an_item_is_in_it_by_topic_or_hashtag_newest_first(catalogue: LiveCatalogue) -> None:
    assert held(catalogue, checked(FOX)) == {"en": ["b", "d"], "hi": ["c"]}
    food = Channel(id="food", names={"en": "Food"}, topics=("food",), hashtags=("fox",))
    assert held(catalogue, food) == {"en": ["b", "d", "a"]}


def test_hands_pick_and_leave_out(catalogue: LiveCatalogue) -> None:
    mine = Channel(
        id="x", names={"en": "X"}, topics=("food",), picked=("c", "gone"), left_out=("d", "b"),
    )  # fmt: skip
    assert held(catalogue, mine) == {"en": ["a"], "hi": ["c"]}
    only = Channel(id="x", names={"en": "X"}, hashtags=FOX.hashtags, languages=("hi",))
    assert held(catalogue, checked(only)) == {"hi": ["c"]}


def test_a_hidden_one_is_nobodys(catalogue: LiveCatalogue) -> None:
    hidden = Channel(id="x", names={"en": "X"}, topics=("food",), hidden=True)
    assert held(catalogue, hidden) == {}
    assert ChannelRows()(catalogue, {"x": hidden}) == {}


def test_what_changes_and_leaves_is_followed(catalogue: LiveCatalogue) -> None:
    rows, channels = ChannelRows(), {"fox": checked(FOX)}
    assert len(rows(catalogue, channels)["fox"][LANGUAGE_INDEX["en"]]) == 2
    changed = record_of(make_item("b", "travel", title="No tag"), 2, seq=9)
    gone = record_of(make_item("d", "food"), 4, seq=10, recalled=True)
    catalogue.commit([prepare(changed), prepare(gone)], NOW_MS)
    catalogue.renew_pools()
    assert LANGUAGE_INDEX["en"] not in rows(catalogue, channels)["fox"]
    assert len(rows(catalogue, channels)["fox"][LANGUAGE_INDEX["hi"]]) == 1


STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.just("item"), st.integers(1, 8), st.sampled_from(["food", "sport", "travel"]),
            st.sampled_from(["", "", "#fox", "＃लोमड़ी #x"]), st.sampled_from(["en", "hi"]),
            st.integers(0, 3), st.booleans(),
        ),
        st.tuples(st.just("recall"), st.integers(1, 8)),
        st.tuples(st.just("passed"), st.integers(1, 9000)),
        st.tuples(
            st.just("channel"), st.sampled_from("pqr"), st.sampled_from([(), ("food",)]),
            st.sampled_from([(), ("fox",)]), st.sampled_from([(), ("i1", "i2", "i9")]),
            st.sampled_from([(), ("i2", "i3")]), st.sampled_from([(), ("hi",)]), st.booleans(),
        ),
        st.just(("look",)),
    ),
    max_size=40,
)  # fmt: skip


@given(steps=STEPS)
@often()
def test_what_is_kept_is_what_laying_it_anew_makes(steps: list[tuple[Any, ...]]) -> None:
    catalogue, kept, now_ms = LiveCatalogue(2), ChannelRows(), NOW_MS
    channels = {"s": Channel(id="s", names={"en": "S"}, topics=("sport",), hashtags=("fox",))}
    for seq, (what, *of) in enumerate([*steps, ("look",)], 1):
        if what == "item":
            num, topic, tag, language, age, private = of
            item = make_item(
                f"i{num}", topic, language, title=f"T {tag}", published_ms=NOW_MS - age,
                expires_ms=now_ms + (5000 if age == 3 else DAY_MS), followers_only=private,
            )  # fmt: skip
            catalogue.commit([prepare(record_of(item, num, seq=seq))], now_ms)
        elif what == "recall":
            gone = record_of(make_item(f"i{of[0]}"), of[0], seq=seq, recalled=True)
            catalogue.commit([prepare(gone)], now_ms)
        elif what == "passed":
            now_ms += of[0]
            catalogue.expire(now_ms)
        elif what == "channel":
            name, topics, tags, picked, left_out, languages, hidden = of
            channels[name] = Channel(
                id=name, names={"en": name}, topics=topics, hashtags=tags, picked=picked,
                left_out=left_out, languages=languages, hidden=hidden,
            )  # fmt: skip
        else:
            found, anew = kept(catalogue, channels), ChannelRows()(catalogue, channels)
            assert _plain(found) == _plain(anew)
            assert kept(catalogue, channels) is found, "nothing changed"
            assert _plain(anew)["s"] == _by_hand(catalogue, channels["s"])


def _plain(rows: dict[str, dict[int, Rows]]) -> dict[str, dict[int, list[int]]]:
    return {
        name: {language: part.tolist() for language, part in held.items()}
        for name, held in rows.items()
    }


def _by_hand(catalogue: LiveCatalogue, channel: Channel) -> dict[int, list[int]]:
    """What of the newest items of each language is in a channel of topics and hashtags."""
    catalogue.renew_pools()
    found = {}
    for language, rows in catalogue.pools.fresh.items():
        items = [(row, catalogue.record(row).item) for row in rows.tolist()]
        fit = [
            row for row, item in items
            if item.topic in channel.topics or set(tags_of(item.title)) & set(channel.hashtags)
        ]  # fmt: skip
        if fit:
            found[language] = fit
    return found


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"id": "No Good"}, "its id"), ({"topics": ("cheese",)}, "no topic 'cheese'"),
        ({"languages": ("fr",)}, "'fr' is none"), ({"names": {"xx": "X"}}, "'xx' is none"),
        ({"names": {"hi": "क"}}, "no name in English"), ({"names": {"en": "  "}}, "English"),
        ({"names": {"en": "x" * 41}}, "1 to 40"), ({"hashtags": ("two words",)}, "one word"),
        ({"hashtags": ("#",)}, "one word"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(fields: dict[str, object], said: str) -> None:
    with pytest.raises(BadChannel, match=said):
        checked(Channel(**{"id": "x", "names": {"en": "X"}, **fields}))  # type: ignore[arg-type]


def test_a_cells_own_come_after_those_that_ship() -> None:
    comedy = Channel(id="comedy", names={"en": "Laughs"}, topics=("entertainment",))
    held = merged([FOX, comedy])
    assert next(iter(held)) == "comedy"
    assert list(held)[-1] == "fox"
    assert held["comedy"].name("hi") == "Laughs"


def test_hashtags_are_folded() -> None:
    assert tags_of("#Road_Trip ＃ROADTRIP, #मस्ती। no#") == ("roadtrip", "मस्ती")
    assert tags_of("none") == ()
