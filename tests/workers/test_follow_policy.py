"""What is saved in the console holds in every process that serves, and what is taken back ends."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from jhalak.config.experiments import ExperimentSettings, Override
from jhalak.config.settings import Settings, ValueWeights
from jhalak.experiments.assignment import Assignment
from jhalak.records.database import Database
from jhalak.records.definitions import SqlDefinitionStore
from jhalak.records.policies import SqlDraftStore, SqlPolicyStore
from jhalak.schema.query import Query
from jhalak.workers.follow_policy import FollowPolicy
from tests.experiments.settings_of import experiment, settings_of
from tests.worlds import NOW_MS

LIKED = Override(values={"like": 9.0}, topic_fade=0.5)
BOLDER = msgspec.convert(experiment(), ExperimentSettings)


class Cell:
    """One serving process's assignment, and the records that it follows."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.drafts, self.policies = SqlDraftStore(database), SqlPolicyStore(database)
        self.definitions = SqlDefinitionStore(database)
        self.assignment = Assignment(settings)
        self.assignment.stop([])
        self.follower = FollowPolicy(
            settings, self.policies, self.definitions, self.assignment.obey
        )

    def save(self, override: Override, base: int) -> None:
        self.policies.save(self.drafts.add(override, base, "asha", 1), "asha", "why", 2)

    def follow(self) -> None:
        assert asyncio.run(self.follower.step()) is False

    def query(self, viewer: int, **fields: bool) -> Query:
        query = Query(viewer, 0, NOW_MS, (0,), 8, **fields)
        self.assignment.apply(query)
        return query


@pytest.fixture
def cell(database: Database) -> Cell:
    return Cell(database, Settings())


def test_a_saved_policy_holds_for_everybody_and_goes_when_another_one_holds(cell: Cell) -> None:
    cell.follow()
    assert cell.query(1).values is None and cell.follower.version == 0
    cell.save(LIKED, 0)
    cell.follow()
    for query in (cell.query(1), cell.query(2, minor=True), cell.query(3, profiled=False)):
        assert query.values == ValueWeights(like=9.0) and query.topic_fade == 0.5
        assert query.exploration is None and query.arms == ()
    cell.policies.bring_back(0, "asha", "as it was", 3)
    cell.follow()
    assert cell.query(1).values is None and cell.query(1).topic_fade is None
    assert cell.follower.version == 2


def test_an_arm_changes_what_the_policy_says(cell: Cell) -> None:
    cell.definitions.add(BOLDER, "asha", "to see", 1)
    cell.save(LIKED, 0)
    cell.follow()
    queries = [cell.query(viewer) for viewer in range(1, 40)]
    assert {query.exploration for query in queries} == {None, 0.5}
    assert all(query.values == ValueWeights(like=9.0) for query in queries)
    assert {query.arms for query in queries} == {(("bolder", "usual"),), (("bolder", "bold"),)}
    cell.definitions.end("bolder", "asha", NOW_MS)
    cell.follow()
    assert {cell.query(viewer).arms for viewer in range(1, 40)} == {()}


def test_definitions_that_do_not_fit_the_file_any_more_run_not_at_all(database: Database) -> None:
    cell = Cell(database, settings_of(experiment("of-the-file")))
    cell.definitions.add(BOLDER, "asha", "to see", 1)
    cell.save(LIKED, 0)
    cell.follow()
    names = {arm[0] for viewer in range(1, 40) for arm in cell.query(viewer).arms}
    assert names == {"of-the-file"} and cell.query(1).topic_fade == 0.5
