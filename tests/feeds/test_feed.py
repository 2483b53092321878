"""A feed always answers, never shows what it must not, and says how good the answer is."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from jhalak.catalogue.live import prepare
from jhalak.config.settings import Settings
from jhalak.feeds.feed import Feed
from jhalak.feeds.lockscreen import lockscreen
from jhalak.feeds.video import video
from jhalak.learning.viewer import ViewerFold, one_by_one
from jhalak.schema.query import Query
from jhalak.schema.reason import REASONS
from jhalak.schema.slate import Level, Slate
from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.record import served_record
from jhalak.stages.world import World
from tests.worlds import DAY_MS, NOW_MS, make_item, make_items, names_of, query_of, record_of
from tests.worlds import world_of as bare_world


class States:
    """One viewer's state, always at hand."""

    def __init__(self) -> None:
        self.state = ViewerState(1)
        self.erased: set[int] = set()
        self.fold = ViewerFold(one_by_one(lambda item: None), 30 * DAY_MS, 90 * DAY_MS)

    def at_hand(self, viewer: int, *, profiled: bool = True) -> ViewerState:
        return self.state

    def note(self, viewer: int, n: int, record: Any) -> None:
        self.fold.apply(self.state, n, record)


class Log:
    """An event log that takes everything."""

    def append_soon(self, *arguments: Any) -> None:
        pass


class Surface:
    """A feed over a world in which something was learned just now."""

    def __init__(self, *items: Any, make: Any = lockscreen) -> None:
        self.world: World = bare_world(*items)
        self.world.serving.version = 1
        self.world.alive_ms = NOW_MS
        self.states = States()
        self.feed: Feed = make(self.world, self.states, Log(), Settings())
        self.surface = 0 if make is lockscreen else 1

    def ask(self, slots: int = 6, **fields: Any) -> Slate:
        async def work() -> Slate:
            query = query_of(slots=slots, surface=self.surface, **fields)
            slate = await self.feed.slate(query)
            self.states.note(1, 0, served_record(self.world, slate))
            return slate

        return asyncio.run(work())

    def names(self, slate: Slate) -> list[str]:
        return names_of(self.world, slate.rows)

    def recall(self, name: str) -> None:
        row = self.world.catalogue.by_id[name]
        num = int(self.world.catalogue.num[row])
        change = prepare(record_of(make_item(name), num, seq=999, recalled=True))
        self.world.catalogue.commit([change], NOW_MS)

    def stage(self, pipeline: str, name: str) -> Any:
        """The stage called `name` of one of the feed's pipelines."""
        line = getattr(self.feed, f"_{pipeline}")
        stages = [
            *line._query_hydrators, *line._sources, *line._filters, *line._scorers, line._value,
            line._selector,
        ]  # fmt: skip
        return next(stage for stage, _ in stages if stage.name == name)


def breaks(monkeypatch: pytest.MonkeyPatch, stage: Any, method: str) -> None:
    def broken(*_: object) -> Any:
        raise RuntimeError("it broke")

    monkeypatch.setattr(stage, method, broken)


ITEMS = make_items({"food": 20, "sport": 20, "travel": 20})
Patch = pytest.MonkeyPatch


def test_all_is_well_says_full() -> None:
    surface = Surface(*ITEMS)
    slate = surface.ask()
    assert slate.level is Level.full
    assert len(slate) == len(set(surface.names(slate))) == 6
    assert slate.features.shape[0] == slate.contributions.shape[0] == 6
    assert ((slate.propensity > 0) & (slate.propensity <= 1)).all()


def test_a_slate_says_by_what_taste_it_was_scored_if_it_may_be_learned_from() -> None:
    surface = Surface(*ITEMS)
    assert surface.ask().taste == b""  # they have none yet
    surface.states.state.vectors[0, :3] = (3.0, 0.0, 4.0)
    slate = surface.ask()
    taste = np.frombuffer(slate.taste, np.int16)
    assert taste[:4].tolist() == [12288, 0, 16384, 0]  # 3 and 4 of 5 + 3, in units of 1 / 32,767
    assert served_record(surface.world, slate).taste == slate.taste
    assert surface.ask(profiled=False).taste == b""


@pytest.mark.parametrize("make", [lockscreen, video])
def test_in_a_crowd_a_slate_is_as_long_and_varied_but_of_fewer_candidates(make: Any) -> None:
    topics = ("food", "sport", "travel", "science", "health")
    items = make_items(dict.fromkeys(topics, 120), "en", publishers=30)

    def scored(reach: float) -> tuple[Slate, Surface, int]:
        surface = Surface(*items, make=make)
        slate = surface.ask(12, reach=reach)
        kept = next(s for s in surface.feed.stats if s.name == "live").candidates
        return slate, surface, kept

    usual, _, many = scored(1.0)
    slate, surface, few = scored(0.4)
    assert slate.level is usual.level is Level.full and len(slate) == len(usual) == 12
    assert 12 < few < 0.5 * many
    topic = surface.world.catalogue.topic[slate.rows]
    assert len(np.unique(topic)) >= 4


def test_before_anything_was_learned_it_says_popular() -> None:
    surface = Surface(*ITEMS)
    surface.world.serving.version = 0
    assert surface.ask().level is Level.popular


def test_a_silent_learner_lowers_the_level_to_cached() -> None:
    surface = Surface(*ITEMS)
    assert surface.ask(now_ms=NOW_MS + 5000).level is Level.full
    slate = surface.ask(now_ms=NOW_MS + 5001)
    assert slate.level is Level.cached and len(slate) == 6


def test_without_profile_it_says_unpersonalised() -> None:
    assert Surface(*ITEMS).ask(profiled=False).level is Level.unpersonalised


def test_a_scorer_that_raises_leaves_what_is_popular(monkeypatch: Patch) -> None:
    surface = Surface(*ITEMS)
    breaks(monkeypatch, surface.stage("ranked", "predictions"), "score")
    slate = surface.ask()
    assert slate.level is Level.popular and len(slate) == 6


@pytest.mark.parametrize(("part", "method"), [("weighted", "value"), ("diverse", "select")])
def test_a_ranker_that_raises_is_answered_from_what_is_popular(
    part: str, method: str, monkeypatch: Patch
) -> None:
    surface = Surface(*ITEMS)
    first = surface.names(surface.ask())
    breaks(monkeypatch, surface.stage("ranked", part), method)
    slate = surface.ask()
    assert slate.level is Level.popular and len(slate) == 6
    assert slate.propensity.tolist() == [1.0] * 6
    assert {REASONS[r] for r in slate.reason} == {"popular"}
    assert not set(surface.names(slate)) & set(first), "nothing comes twice even then"


def test_when_the_fallback_raises_too_a_static_slate_is_shown(monkeypatch: Patch) -> None:
    surface = Surface(*ITEMS)
    breaks(monkeypatch, surface.stage("ranked", "weighted"), "value")
    breaks(monkeypatch, surface.stage("unranked", "in order"), "select")
    slate = surface.ask()
    assert slate.level is Level.static and len(slate) == 6
    again = surface.ask()
    assert not set(surface.names(slate)) & set(surface.names(again))
    assert surface.feed.answers[Level.static] == 2


def test_a_static_slate_never_holds_what_was_recalled_hidden_expired_or_unsafe(
    monkeypatch: Patch,
) -> None:
    surface = Surface(
        make_item("good", "food", publisher="A"),
        make_item("recalled", "food", publisher="B"),
        make_item("hidden creator", "food", publisher="H"),
        make_item("hidden topic", "games", publisher="C"),
        make_item("hidden item", "food", publisher="D"),
        make_item("over", "food", publisher="E", expires_ms=NOW_MS + 10),
        make_item("politics", "politics", publisher="F"),
        make_item("crime", "crime", publisher="G"),
        make_item("video", "food", publisher="I", kind="video"),
        make_item("hindi", "food", "hi", publisher="J"),
    )
    breaks(monkeypatch, surface.stage("ranked", "weighted"), "value")
    breaks(monkeypatch, surface.stage("unranked", "in order"), "select")
    c, state = surface.world.catalogue, surface.states.state
    state.hidden_creators[c.creator_num["H"]] = NOW_MS + DAY_MS
    state.hidden_topics[int(c.topic[c.by_id["hidden topic"]])] = NOW_MS + DAY_MS
    state.hidden_items.add(int(c.num[c.by_id["hidden item"]]))
    surface.recall("recalled")
    slate = surface.ask(slots=12, now_ms=NOW_MS + 11)
    assert slate.level is Level.static
    assert surface.names(slate) == ["good"]


@pytest.mark.parametrize("name", ["live", "language", "hidden", "age safe", "safe when locked"])
def test_a_safety_filter_that_raises_lets_nothing_through_the_ranking(
    name: str, monkeypatch: Patch
) -> None:
    surface = Surface(*ITEMS, make_item("politics", "politics"), make_item("crime", "crime"))
    breaks(monkeypatch, surface.feed._ranked._screen, "keep")
    assert surface.ask(slots=12).level is Level.full, "they are asked one by one"
    assert surface.feed._ranked.screening.failures == 1
    breaks(monkeypatch, surface.stage("ranked", name), "keep")
    slate = surface.ask(slots=12)
    assert slate.level >= Level.popular
    c = surface.world.catalogue
    assert not c.sensitive[slate.rows].any(), "only what was found safe for everyone beforehand"
    assert len(slate) == 12, "and the feed still answers"


def test_a_recalled_item_is_in_no_slate_of_any_level(monkeypatch: Patch) -> None:
    surface = Surface(*make_items({"food": 3}))
    surface.recall("en-food-1")
    assert "en-food-1" not in surface.names(surface.ask())
    assert "en-food-1" not in surface.names(surface.ask()), "nor when what was seen comes back"
    breaks(monkeypatch, surface.stage("ranked", "weighted"), "value")
    assert "en-food-1" not in surface.names(surface.ask())
    breaks(monkeypatch, surface.stage("unranked", "in order"), "select")
    breaks(monkeypatch, surface.stage("again", "in order"), "select")
    slate = surface.ask()
    assert slate.level is Level.static
    assert sorted(surface.names(slate)) == ["en-food-0", "en-food-2"]


@pytest.mark.parametrize("make", [lockscreen, video])
def test_an_empty_catalogue_answers_with_an_empty_slate(make: Any) -> None:
    slate = Surface(make=make).ask()
    assert len(slate) == 0 and slate.level is Level.static


def test_when_everything_was_seen_the_longest_ago_seen_come_back() -> None:
    surface = Surface(*make_items({"food": 4, "sport": 4}))
    first = surface.names(surface.ask(slots=6, now_ms=NOW_MS))
    mixed = surface.ask(slots=6, now_ms=NOW_MS + 1)
    assert mixed.level is Level.exhausted and len(mixed) == 6
    assert len(set(surface.names(mixed)[:2]) & set(first)) == 0, "the two new ones come first"
    assert set(surface.names(mixed)[2:]) <= set(first)
    assert [REASONS[r] for r in mixed.reason[2:]] == ["repeat"] * 4
    assert len(mixed.features) == len(mixed.contributions) == 6
    last = surface.ask(slots=2, now_ms=NOW_MS + 2)
    left = set(first) - set(surface.names(mixed))
    assert set(surface.names(last)) == left, "those not seen since the first slate"


def test_nothing_comes_back_before_its_time_and_everything_may_after_it() -> None:
    expires_ms = NOW_MS + 99 * DAY_MS
    items = (make_item(f"i{n}", publisher=f"p{n}", expires_ms=expires_ms) for n in range(6))
    surface = Surface(*items)
    surface.world.alive_ms = NOW_MS + 60 * DAY_MS
    assert surface.ask(slots=6).level is Level.full
    again_ms = NOW_MS + 29 * DAY_MS
    assert surface.ask(slots=6, now_ms=again_ms).level is Level.exhausted
    assert surface.ask(slots=6, now_ms=again_ms + 30 * DAY_MS).level is Level.full


def test_a_creator_follows_themselves_only_when_nobody_else_is_left_and_the_level_says_so() -> None:
    lone = Surface(*(make_item(f"i{n}") for n in range(6)))
    lone.world.alive_ms = NOW_MS
    slate = lone.ask(slots=6)
    assert slate.level is Level.narrow and len(slate) == 6
    mostly = Surface(
        *(make_item(f"a{n}", "food", publisher="A") for n in range(40)),
        *(make_item(f"b{n}", "food", publisher="B", published_ms=NOW_MS - 9 * DAY_MS)
          for n in range(3)),
    )  # fmt: skip
    mostly.world.alive_ms = NOW_MS
    slate = mostly.ask(slots=7)
    names = [name[0] for name in mostly.names(slate)]
    assert names == list("abababa") and slate.level is Level.full
    assert mostly.ask(slots=3, now_ms=NOW_MS + 1).level is Level.narrow


def test_videos_stay_off_the_lock_screen_and_cards_fill_the_feed() -> None:
    items = [
        *make_items({"food": 10, "sport": 10}),
        *(make_item(f"v{i}", "travel", kind="video", publisher=f"v{i}") for i in range(10)),
    ]
    locked, feed = Surface(*items), Surface(*items, make=video)
    assert not any(name.startswith("v") for name in locked.names(locked.ask(slots=12)))
    names = feed.names(feed.ask(slots=20))
    assert any(name.startswith("v") for name in names) and any(n[0] == "e" for n in names)


def test_cards_of_the_edition_that_the_device_holds_are_marked_as_held() -> None:
    surface = Surface(*make_items({"food": 8, "sport": 8}))
    first = surface.ask(slots=6)
    second = surface.ask(slots=12, have=first.id)
    held = np.isin(second.items, first.items)
    assert second.ref.tolist() == held.astype(int).tolist() and held.any()
    other = surface.ask(slots=4, have=first.id)
    assert not other.ref.any(), "the first edition is not the newest any more"


def test_side_effects_run_after_the_answer_and_never_harm_it(monkeypatch: Patch) -> None:
    surface = Surface(*ITEMS)

    async def work() -> None:
        slate = await surface.feed.slate(query_of(slots=6))
        surface.feed.after(slate)
        assert surface.states.state.seen_count == 6
        monkeypatch.setattr(surface.states, "note", None)
        surface.feed.after(slate)
        stats = next(s for s in surface.feed.stats if s.name == "record served")
        assert (stats.calls, stats.failures) == (2, 1)

    asyncio.run(work())


def test_every_answer_is_counted_by_its_level() -> None:
    surface = Surface(*make_items({"food": 8}))
    surface.ask(slots=6)
    surface.ask(slots=6)
    counted = {level.name: n for level, n in surface.feed.answers.items() if n}
    assert counted == {"full": 1, "exhausted": 1}


def test_a_query_is_asked_of_nobody_who_was_not_named() -> None:
    query = Query(viewer=1, surface=0, now_ms=NOW_MS, languages=(0,), slots=3)
    query.lower(Level.cached)
    query.lower(Level.unpersonalised)
    assert query.level is Level.cached, "the worst thing that happened stays said"
