"""What can wait has a lower priority, and nothing else has."""

from __future__ import annotations

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from jhalak.config.priority import STEPS, process_stands_back, stand_back
from jhalak.embedded.profile_store import EmbeddedProfileStore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities on Linux")
LOWEST = 19


def priority(*_: Any) -> int:
    """Of this thread."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def test_a_thread_that_stands_back_is_alone_in_it() -> None:
    before = priority()
    with ThreadPoolExecutor(1, initializer=stand_back) as beside, ThreadPoolExecutor(1) as usual:
        assert beside.submit(priority).result() == min(before + STEPS, LOWEST)
        assert usual.submit(priority).result() == priority() == before


def test_profiles_are_written_by_threads_that_stand_back(tmp_path: Path) -> None:
    store = EmbeddedProfileStore(tmp_path / "profiles.db")
    try:
        found = asyncio.run(store._run(priority, None))
    finally:
        store.close()
    assert found == min(priority() + STEPS, LOWEST)


def test_a_process_beside_the_one_that_serves_has_less_of_a_core_that_both_want() -> None:
    with get_context("spawn").Pool(1, initializer=process_stands_back) as pool:
        assert pool.apply(priority) == min(priority() + STEPS, LOWEST)
