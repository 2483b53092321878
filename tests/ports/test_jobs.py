"""The contract of JobStore."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from jhalak.ports.jobs import Job, JobStore
from jhalak.records.database import Database
from jhalak.records.jobs import SqlJobStore

LEASE = 1000


@pytest.fixture
def store(database: Database) -> JobStore:
    return SqlJobStore(database)


def test_a_job_is_there_once_and_the_lowest_rank_and_then_the_oldest_comes_first(
    store: JobStore,
) -> None:
    last = store.add("video.rest", "a", 1, 5)
    assert last == Job(last.num, "video.rest", "a", 1, "waiting", 0.0, 0, "")
    assert store.add("video.rest", "a", 1, 9) == last == store.find("video.rest", "a")
    first, second = store.add("video.first", "b", 0, 6), store.add("video.first", "c", 0, 7)
    claimed = [store.claim(f"w{n}", 10, LEASE) for n in range(4)]
    assert [job.num if job else 0 for job in claimed] == [first.num, second.num, last.num, 0]
    assert store.find("video.first", "z") is None


def test_a_job_ends_once_and_only_by_whom_it_belongs_to(store: JobStore) -> None:
    job = store.add("k", "a", 0, 5)
    assert not store.done(job.num, "", 5)
    store.claim("one", 10, LEASE)
    assert store.beat(job.num, "one", 0.5, 10 + 2 * LEASE)
    found = store.find("k", "a")
    assert found is not None and found.progress == 0.5 and found.state == "running"
    assert store.claim("two", 10 + LEASE, LEASE) is None
    taken = store.claim("two", 10 + 2 * LEASE, LEASE)
    assert taken is not None and (taken.num, taken.crashes, taken.progress) == (job.num, 1, 0.0)
    assert not store.beat(job.num, "one", 0.9, 10**9) and not store.done(job.num, "one", 3000)
    assert not store.fail(job.num, "one", "late", 3000, "failed")
    assert store.done(job.num, "two", 3000) and not store.done(job.num, "two", 3000)
    found = store.find("k", "a")
    assert found is not None and (found.state, found.progress) == ("done", 1.0)
    assert store.claim("three", 10**9, LEASE) is None


def test_three_crashes_quarantine_a_job_and_others_go_on(store: JobStore) -> None:
    lost, told, other = (store.add("k", name, 0, 5) for name in ("lost", "told", "other"))
    now = 10
    for crash in range(3):
        for name in ("a", "b"):
            job = store.claim(f"{name}{crash}", now, LEASE)
            assert job is not None and job.crashes == crash
            if job.subject == "told":
                assert store.fail(job.num, f"{name}{crash}", "killed\0", now, "crashed")
        now += LEASE
    job = store.claim("c", now, LEASE)
    assert job is not None and job.num == other.num and job.crashes == 0
    for name in ("lost", "told"):
        found = store.find("k", name)
        assert found is not None and (found.state, found.crashes) == ("quarantined", 3)
        assert found.note
    assert lost.num and told.num and store.claim("d", now, LEASE) is None


def test_what_cannot_be_done_fails_for_good(store: JobStore) -> None:
    job = store.add("k", "a", 0, 5)
    store.claim("w", 10, LEASE)
    assert store.fail(job.num, "w", "no video in it", 11, "failed")
    found = store.find("k", "a")
    assert found is not None and (found.state, found.note) == ("failed", "no video in it")
    assert store.claim("v", 10**9, LEASE) is None


def test_workers_that_claim_at_once_never_get_the_same_job(store: JobStore) -> None:
    for n in range(40):
        store.add("k", str(n), 0, 5)

    def all_of(worker: int) -> list[int]:
        found = []
        while job := store.claim(f"{worker}-{len(found)}", 10, LEASE):
            found.append(job.num)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = sorted(num for nums in pool.map(all_of, range(4)) for num in nums)
    assert len(taken) == 40 == len(set(taken))


def test_jobs_are_counted_by_what_became_of_them(store: SqlJobStore) -> None:
    assert store.counts() == {}
    for name in ("a", "b", "c"):
        store.add("k", name, 0, 5)
    first = store.claim("w", 10, LEASE)
    assert first is not None and store.counts() == {"waiting": 2, "running": 1}
    store.done(first.num, "w", 11)
    assert store.counts() == {"waiting": 2, "done": 1}


def test_a_worker_that_stops_gives_its_job_back_and_that_is_no_crash(store: JobStore) -> None:
    job = store.add("k", "a", 0, 5)
    for n in range(5):
        assert store.claim(f"w{n}", 10, LEASE) is not None
        assert store.fail(job.num, f"w{n}", "", 11, "stopped")
        assert not store.fail(job.num, f"w{n}", "", 11, "stopped")
    found = store.claim("w", 12, LEASE)
    assert found is not None and (found.state, found.crashes) == ("running", 0)
