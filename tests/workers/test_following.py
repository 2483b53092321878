"""Following: what other processes wrote reaches this one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partialmethod
from typing import Any

import numpy as np
import pytest

from jhalak.assembly import open_records
from jhalak.embedded.learned import EmbeddedLearned
from jhalak.learning.features import UNKNOWN
from jhalak.learning.serving import BLOCK
from jhalak.ports.items import Draft
from jhalak.ports.learned import Snapshot
from jhalak.ports.viewers import Viewer
from jhalak.records.items import SqlItemStore
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.workers.follow_catalogue import BATCH, PUT_OFF
from tests.worlds import DAY_MS, NOW_MS, Jhalak, Phone, ids, make_item, make_items


def _counting(
    store: SqlItemStore, real: Callable[..., list[Any]], read: list[int], *asked: int
) -> list[Any]:
    found = real(store, *asked)
    read.append(len(found))
    return found


class TestCatalogue:
    def test_everything_is_read_in_batches(self, empty: Jhalak) -> None:
        empty.put(make_items({"food": 2 * BATCH + 7}))
        catalogue = empty.services.world.catalogue
        assert len(catalogue) == 2 * BATCH + 7
        assert catalogue.seq == 2 * BATCH + 7
        assert len(empty.services.world.serving.at) >= catalogue.capacity

    def test_a_start_reads_no_item_that_expired_and_every_recall(self, empty: Jhalak) -> None:
        store = empty.services.items
        past = [
            make_item(f"past-{n}", published_ms=NOW_MS - 2 * DAY_MS, expires_ms=NOW_MS - DAY_MS)
            for n in range(5)
        ]
        store.put([Draft(item, b"", DAY_MS) for item in past], NOW_MS)
        store.put([Draft(make_item("gone"), b"", DAY_MS)], NOW_MS)
        store.recall("gone", "op", "why", NOW_MS)
        store.put([Draft(make_item("here"), b"", DAY_MS)], NOW_MS)
        store.put([Draft(make_item("last", expires_ms=NOW_MS - 1), b"", DAY_MS)], NOW_MS)
        empty.close()
        read: list[int] = []

        with pytest.MonkeyPatch.context() as watched:
            for name in ("stored", "living"):
                real = getattr(SqlItemStore, name)
                watched.setattr(SqlItemStore, name, partialmethod(_counting, real, read))
            empty.open()
        catalogue = empty.services.world.catalogue
        assert list(catalogue.by_id) == ["here"] and list(catalogue.recalled.values()) == ["gone"]
        assert sum(read) == 2 and catalogue.seq == store.newest() == 9
        store.put([Draft(make_item("here", expires_ms=NOW_MS - 1), b"", DAY_MS)], NOW_MS)
        empty.follow()
        assert not catalogue.by_id, "of what is here it is heard that it expired"

    def test_a_step_says_whether_there_may_be_more(self, empty: Jhalak) -> None:
        drafts = [Draft(i, b"", DAY_MS) for i in make_items({"food": BATCH + 1})]
        empty.services.items.put(drafts, NOW_MS)
        follow = empty.server._follow_catalogue
        assert empty.run(follow.step()) is True
        assert empty.run(follow.step()) is False

    def test_pools_wait_while_changes_keep_coming_but_not_for_long(self, empty: Jhalak) -> None:
        follow, fresh = empty.server._follow_catalogue, []
        for n in range(PUT_OFF + 1):
            draft = Draft(make_item(f"one of many {n}"), b"", DAY_MS)
            empty.services.items.put([draft], NOW_MS)
            empty.run(follow.step())
            pools = empty.services.world.catalogue.pools
            fresh.append(len(pools.fresh.get(LANGUAGE_INDEX["en"], ())))
        assert fresh == [0] * (PUT_OFF - 1) + [PUT_OFF] * 2
        empty.run(follow.step())  # nothing came: what waited is taken in
        pools = empty.services.world.catalogue.pools
        assert len(pools.fresh[LANGUAGE_INDEX["en"]]) == PUT_OFF + 1

    def test_another_processes_items_creators_and_revocations_arrive(
        self, jhalak: Jhalak, phone: Phone
    ) -> None:
        other = open_records(jhalak.data, jhalak.settings)
        item = make_item("from outside", "games", publisher="The Outsider")
        other.items.put([Draft(item, b"", DAY_MS)], NOW_MS)
        other.viewers.create(Viewer(id=99, created_ms=1, languages=("en",)))
        other.viewers.erase(99, NOW_MS)
        other.database.close()
        jhalak.follow()
        assert "from outside" in jhalak.services.world.catalogue.by_id
        assert "The Outsider" in jhalak.services.creators
        number = jhalak.services.creators["The Outsider"]
        assert jhalak.services.creator_names[number] == "The Outsider"
        assert jhalak.services.viewer_tokens.revoked[99] > 0
        assert phone.ask("PUT", "/v1/me/follows/creator/The Outsider").status_code == 200

    def test_a_story_that_many_publishers_tell_rises(self, empty: Jhalak) -> None:
        empty.put(
            [
                make_item(f"flood-{k}", story="flood", publisher=f"paper {k}", published_ms=NOW_MS)
                for k in range(5)
            ]
        )
        empty.clock.forward(s=11)
        empty.follow()
        world = empty.services.world
        assert len(world.rising[0]) == 1
        empty.clock.forward(s=4 * 3600)
        empty.follow()
        assert not world.rising

    def test_items_expire_without_any_change(self, empty: Jhalak) -> None:
        empty.put([make_item("a", expires_ms=NOW_MS + 1000), make_item("b")])
        empty.clock.forward(s=1)
        empty.follow()
        catalogue = empty.services.world.catalogue
        assert list(catalogue.by_id) == ["b"]
        assert len(catalogue.pools.fresh[0]) == 1

    def test_a_failing_store_is_tried_again_from_where_it_was(
        self, empty: Jhalak, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        drafts = [Draft(i, b"", DAY_MS) for i in make_items({"food": 3})]
        empty.services.items.put(drafts, NOW_MS)
        with monkeypatch.context() as broken:
            broken.setattr(empty.services.items, "stored", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                empty.follow()
        empty.follow()
        assert len(empty.services.world.catalogue) == 3


class TestLearned:
    def test_a_snapshot_is_laid_over_the_rows(self, jhalak: Jhalak) -> None:
        phone = jhalak.phone()
        card = phone.edition()["cards"][0]
        phone.look(card)
        phone.tap(card)
        jhalak.learn()
        world = jhalak.services.world
        row = world.catalogue.by_id[card["item"]]
        others = np.delete(np.flatnonzero(world.catalogue.live), 0)
        assert world.serving.version > 0
        unknown = world.serving.blocks[world.serving.at[:, BLOCK], UNKNOWN]
        assert unknown[row] == 0.0, "something is known of it"
        assert (unknown[others[others != row]] == 1.0).all()
        assert world.serving.trending.of(0).tolist() == [row]
        assert world.alive_ms == jhalak.clock()

    def test_an_item_that_came_after_the_snapshot_counts_as_unknown(self, jhalak: Jhalak) -> None:
        jhalak.learn()
        jhalak.put([make_item("newcomer", "games")])
        world = jhalak.services.world
        row = world.catalogue.by_id["newcomer"]
        assert world.serving.blocks[world.serving.at[row, BLOCK], UNKNOWN] == 1.0

    def test_what_another_version_of_the_program_learned_is_left_aside(
        self, jhalak: Jhalak
    ) -> None:
        before = EmbeddedLearned(jhalak.data / "learned", "of before")
        before.publish(Snapshot(9, NOW_MS, (1,), {"flat": np.zeros(3)}))
        jhalak.follow()
        assert jhalak.services.world.serving.version == 0
        jhalak.phone().edition()
        jhalak.learn()
        assert jhalak.services.world.serving.version > 0

    def test_nothing_new_changes_nothing(self, jhalak: Jhalak) -> None:
        jhalak.learn()
        before = jhalak.services.world.serving
        jhalak.follow()
        assert jhalak.services.world.serving is before

    def test_items_that_were_learned_of_but_left_are_passed_over(self, jhalak: Jhalak) -> None:
        phone = jhalak.phone()
        cards = phone.edition()["cards"]
        phone.tap(*cards[:3])
        jhalak.services.items.recall(cards[0]["item"], "test", "", NOW_MS)
        jhalak.follow()
        jhalak.learn()
        world = jhalak.services.world
        names = {world.catalogue.record(int(r)).item.id for r in world.serving.trending.of(0)}
        assert names == {cards[1]["item"], cards[2]["item"]}


class TestErasures:
    def test_one_that_a_crash_cut_short_is_finished(self, jhalak: Jhalak) -> None:
        phone, other = jhalak.phone(), jhalak.phone()
        for viewer in (phone, other):
            viewer.tap(viewer.edition()["cards"][0])
        jhalak.settle()
        jhalak.run(jhalak.services.states.flush())
        jhalak.services.viewers.erase(phone.number, NOW_MS)  # and no more: then it crashed
        jhalak.restart()
        jhalak.run(jhalak.server._finish_erasures.step())
        jhalak.clock.forward(s=5)
        jhalak.run(jhalak.server._finish_erasures.step())
        assert jhalak.records(phone.viewer) == []
        assert jhalak.run(jhalak.services.profiles.get(phone.number)) is None
        assert jhalak.records(other.viewer)

    def test_what_a_late_request_wrote_is_removed(self, jhalak: Jhalak) -> None:
        phone = jhalak.phone()
        phone.edition()
        phone.ask("DELETE", "/v1/me")
        jhalak.run(jhalak.services.event_log.append("activity", phone.number, b"\x91\x00", NOW_MS))
        jhalak.follow()
        jhalak.run(jhalak.server._finish_erasures.step())
        jhalak.clock.forward(s=5)
        jhalak.run(jhalak.server._finish_erasures.step())
        read = jhalak.services.event_log.read_key("activity", phone.number)
        assert jhalak.run(read) == []


def test_the_loops_of_a_started_server_do_it_all(empty: Jhalak) -> None:
    """`start` reads, warms and begins; `stop` writes what is in memory."""
    import asyncio

    drafts = [Draft(item, b"", DAY_MS) for item in make_items({"food": 30})]
    empty.services.items.put(drafts, NOW_MS)

    async def work() -> None:
        await empty.server.start()
        assert empty.services.ready and len(empty.services.world.catalogue) == 30
        assert empty.services.lockscreen.answers[0] == 0, "warming counts as nothing"
        empty.services.items.put([Draft(make_item("later"), b"", DAY_MS)], NOW_MS)
        async with asyncio.timeout(10):
            while "later" not in empty.services.world.catalogue.by_id:
                await asyncio.sleep(0.01)

    empty.run(work())
    phone = empty.phone()
    assert len(ids(phone.edition())) == 24
    empty.restart()
    assert empty.run(empty.services.profiles.get(phone.number)) is not None
    assert len(ids(phone.edition())) == 24
