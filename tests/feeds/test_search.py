"""Search over the starter catalogue: both engines answer alike, whatever is asked and however."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import pytest

from jhalak.catalogue.live import prepare
from jhalak.feeds.search import Search, matches, parts_of, tagged
from jhalak.ports.items import Draft
from jhalak.ports.search import SearchStore
from jhalak.records.database import open_database
from jhalak.records.items import SqlItemStore
from jhalak.records.search import SqlSearchStore
from jhalak.schema.item import EMBEDDING_SIZE, Item
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES
from jhalak.schema.query import Query
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.world import World
from jhalak.understanding.romanise import romanised
from jhalak.understanding.search_words import VERSION, words
from jhalak.workers.index_search import IndexSearch
from tests.worlds import DAY_MS, NOW_MS, make_item

HI, EN = LANGUAGE_INDEX["hi"], LANGUAGE_INDEX["en"]


class Asked(NamedTuple):
    language: str
    text: str
    item: str
    """One that has to be among what is found."""


class Kept(NamedTuple):
    """Items and their index in one database."""

    items: SqlItemStore
    search: SearchStore

    def put(self, *items: Item) -> None:
        self.items.put([Draft(item, b"", 20 * DAY_MS) for item in items], NOW_MS)

    def index(self) -> None:
        async def index_all() -> None:
            index = IndexSearch(self.items, self.search, lambda: NOW_MS)
            while await index.step():
                pass

        asyncio.run(index_all())

    def found(self, text: str, language: str = "en", *, typing: bool = False) -> list[str]:
        spoken = (LANGUAGE_INDEX[language],)
        weighed = matches(self.search, parts_of(text, self.search, typing=typing), "item", spoken)
        return [one.found.ref for one in weighed]


def starter() -> list[Item]:
    folder = files("jhalak.demo") / "starter"
    told = []
    for language in LANGUAGES:
        for line in (folder / f"{language}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            told.append(
                make_item(
                    row["id"], row["topic"], language, title=row["title"],
                    summary=row.get("summary", ""), publisher=row.get("publisher", ""),
                )
            )  # fmt: skip
    return told


def kept(url: str) -> Iterator[Kept]:
    database = open_database(url)
    store = Kept(SqlItemStore(database), SqlSearchStore(database, VERSION))
    yield store
    database.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Kept]:
    yield from kept(f"sqlite:///{tmp_path / 'records.db'}")


def questions(items: list[Item]) -> list[Asked]:
    """In each language: words as they stand, two of them, spelt as they sound, misspelt, begun."""
    rng, asked = Random(5), []
    for language in LANGUAGES:
        own = [item for item in items if item.language == language]
        for item in rng.sample(own, 6):
            said = [word for word in words(item.title) if len(word) > 4]
            if len(said) < 2:
                said = [word for word in words(item.title) if len(word) > 1]
            one = said[0]
            asked += [
                Asked(language, one, item.id),
                Asked(language, f"{said[-1]} {one}", item.id),
                Asked(language, one[: max(3, len(one) // 2)], item.id),
                Asked(language, one[:2] + one[3:], ""),
            ]
            sound = romanised(one)
            if language not in ("en", "id", "ur") and sound.isascii():
                asked.append(Asked(language, sound, item.id))
    return asked


def test_both_engines_find_the_same_in_thirteen_languages(store: Kept, postgres_url: str) -> None:
    items = starter()
    asked = questions(items)
    assert len(asked) >= 200
    store.put(*items)
    store.index()
    missed, found = [], 0
    for other in kept(postgres_url):
        other.put(*items)
        other.index()
        for language, text, item in asked:
            ours = store.found(text, language, typing=True)
            assert ours == other.found(text, language, typing=True), text
            found += bool(ours)
            if item and item not in ours:
                missed.append((language, text, item))
    assert len(missed) <= 0.02 * len(asked), missed
    assert found >= 0.9 * len(asked)


def test_a_query_in_latin_letters_finds_the_word_it_sounds_like(store: Kept) -> None:
    store.put(
        make_item("m", language="hi", title="आज का मौसम कैसा रहेगा"),
        make_item("c", language="hi", title="भारत ने क्रिकेट मैच जीता"),
        make_item("h", language="hi", title="हाँ न द"),
        make_item("x", language="hi", title="हिन्दी दिवस"),
    )
    store.index()
    assert store.found("mausam", "hi") == store.found("aaj ka mausam", "hi") == ["m"]
    assert store.found("bharat cricket", "hi") == ["c"]
    assert store.found("हिन्दी", "hi") == ["x"]
    assert store.found("हाँ न द", "hi") == ["h"]
    assert store.found("मौसम", "en") == []


def test_what_fits_best_comes_first(store: Kept) -> None:
    store.put(
        make_item("exact", title="Monsoon rain tomorrow", published_ms=NOW_MS - DAY_MS),
        make_item("apart", title="Rain before the monsoon"),
        make_item("said", title="Weather", summary="Monsoon and rain"),
        make_item("half", title="Rainbow over town"),
    )
    store.index()
    assert store.found("monsoon rain") == ["exact", "apart", "said"]
    assert store.found("monsoon rain zebra") == ["apart", "exact", "said"]  # some of the words
    assert store.found("rai", typing=True)[:2] == ["half", "apart"]
    assert store.found("rai") == []
    assert store.found("rai ", typing=True) == []  # the word has ended


def test_a_misspelt_word_finds_what_was_meant(store: Kept) -> None:
    store.put(make_item("c", title="Cricket final"), make_item("t", title="Tennis final"))
    store.index()
    assert store.found("crikcet") == store.found("criket final") == ["c"]
    assert parts_of("cricket", store.search, typing=False)[0].near == ()


def test_hashtags_creators_and_sounds_are_found(store: Kept) -> None:
    store.put(
        make_item("a", title="Morning run #दौड़ #Run", publisher="@asha", sound="Bhor Raga"),
        make_item("b", title="Evening #run", publisher="@bina"),
    )
    store.index()
    assert store.found("#run") == store.found("#RUN") == ["b", "a"]
    assert store.found("#ru", typing=True) == ["b", "a"]
    assert store.found("#ru") == []
    assert tagged(store.search, "run", [EN]) == ["b", "a"]
    assert tagged(store.search, "run", [HI]) == []

    def named(kind: str, text: str) -> list[str]:
        found = matches(store.search, parts_of(text, store.search, typing=True), kind, (EN,))  # type: ignore[arg-type]
        return [one.found.ref for one in found]

    assert named("creator", "ash") == ["@asha"]
    assert named("hashtag", "daud") == ["दौड"]
    assert named("sound", "raga") == named("sound", "रागा") == ["Bhor Raga"]


def test_what_leaves_is_not_found_any_more(store: Kept) -> None:
    store.put(make_item("a", title="Fox one"), make_item("b", title="Fox two"))
    store.index()
    store.items.recall("a", "operator:x", "wrong", NOW_MS)
    store.put(make_item("b", title="Hen two"))
    store.index()
    assert store.found("fox") == []
    assert store.found("hen") == ["b"]

    async def later() -> None:
        await IndexSearch(store.items, store.search, lambda: NOW_MS + 30 * DAY_MS).step()

    asyncio.run(later())
    assert store.found("hen") == []


@pytest.fixture
def world(store: Kept) -> World:
    """Three items on one word: one unsafe, one sensitive."""
    store.put(
        make_item("calm", title="Fox in the garden"),
        make_item("unsafe", title="Fox bites", unsafe=("violence",)),
        make_item("court", "politics", title="Fox in court"),
    )
    store.index()
    world = World()
    world.renew(world.catalogue.commit([prepare(r) for r in store.items.changes(0, 9)], NOW_MS))
    world.catalogue.renew_pools()
    return world


def who(**more: object) -> Query:
    return Query(viewer=1, surface=1, now_ms=NOW_MS, languages=(EN,), slots=0, **more)  # type: ignore[arg-type]


def shown(world: World, store: Kept, query: Query, *, safe: bool = True) -> set[str]:
    weighed = matches(store.search, parts_of("fox", store.search, typing=False), "item", (EN,))
    return {one.record.item.id for one in Search(world).items(query, weighed, 50, safe=safe)}


def test_nothing_unsafe_is_found_unless_asked_for(world: World, store: Kept) -> None:
    assert shown(world, store, who()) == {"calm", "court"}
    assert shown(world, store, who(), safe=False) == {"calm", "court", "unsafe"}
    assert shown(world, store, who(minor=True), safe=False) == {"calm"}


def test_what_was_hidden_and_languages_not_chosen_are_not_found(world: World, store: Kept) -> None:
    state = ViewerState(1)
    state.hidden_topics[int(world.catalogue.topic[world.catalogue.by_id["court"]])] = NOW_MS + 1
    assert shown(world, store, who(state=state)) == {"calm"}
    weighed = matches(store.search, parts_of("fox", store.search, typing=False), "item", (EN,))
    other = Query(viewer=1, surface=1, now_ms=NOW_MS, languages=(HI,), slots=0)
    assert Search(world).items(other, weighed, 50, safe=True) == []


def test_where_a_filter_fails_nothing_is_found(world: World, store: Kept) -> None:
    class Broken:
        name, fails = "broken", "closed"

        def keep(self, query: Query, candidates: object) -> None:
            raise RuntimeError("no")

    weighed = matches(store.search, parts_of("fox", store.search, typing=False), "item", (EN,))
    finder = Search(world, [Broken()])  # type: ignore[list-item]
    assert finder.items(who(), weighed, 50, safe=True) == []


def test_of_two_that_fit_alike_the_one_to_ones_taste_comes_first(world: World, store: Kept) -> None:
    c, state = world.catalogue, ViewerState(1)
    liked = np.zeros(EMBEDDING_SIZE, np.float32)
    liked[3] = 1.0
    state.interests[0], state.interest_weight[0] = liked, 1.0
    weighed = matches(store.search, parts_of("fox in", store.search, typing=False), "item", (EN,))
    for first in ("court", "calm"):
        c.embedding[:] = 0.0
        c.embedding[c.by_id[first]] = liked
        found = Search(world).items(who(state=state), weighed, 50, safe=True)
        assert found[0].record.item.id == first
        unprofiled = Search(world).items(who(state=state, profiled=False), weighed, 50, safe=True)
        assert [one.worth for one in unprofiled] != [one.worth for one in found]
