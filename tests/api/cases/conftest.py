"""One server, with members of its own for each test, and operators who decide."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from jhalak.ports.comments import Comment, Limits
from tests.api.creators.senders import settings
from tests.api.people_at_hand import Member
from tests.worlds import Jhalak

_ids = itertools.count(1)


class Court:
    """A server, who is on it, and what humans decide."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak = jhalak
        self.services = jhalak.services

    def member(self, name: str, **more: Any) -> Member:
        return Member(self.jhalak, f"{name}{next(_ids)}", **more)

    def comment(self, by: Member, video: str, text: str = "hello") -> str:
        made: dict[str, Any] = {
            "num": 0, "id": f"comment{next(_ids)}", "video": video, "account": by.num, "parent": 0,
            "answers": 0, "text": text, "mark": text.encode(), "mentions": (), "language": "hi",
            "state": "shown", "reason": "", "likes": 0, "replies": 0, "reports": 0,
            "by_creator": False, "value": 0.0, "created_ms": self.jhalak.clock(), "edited_ms": 0,
        }  # fmt: skip
        added = self.services.comments.add(Comment(**made), Limits(1000, 1000))
        assert added.comment is not None
        return added.comment.id

    def state(self, comment: str) -> str:
        found = self.services.comment_pages.find(comment)
        assert found is not None
        return found.state

    def decide(self, target: str, outcome: str, *by: str, **more: Any) -> None:
        """Each of these operators says so of the open case about `target`; it is carried out."""
        waiting = self.services.cases.waiting("", "", 1000)
        case = next(one for one in waiting if one.target == target)
        for name in by:
            found = self.services.cases.decide(
                case.id, outcome, name, self.jhalak.clock(), **more  # type: ignore[arg-type]
            )  # fmt: skip
            assert found is not None, f"{name} may not decide"
            case = found
        assert case.decided
        self.jhalak.run(self.services.settle_case(case))

    def settle(self) -> None:
        """What the loop does."""
        self.jhalak.run(self.jhalak.server._settle_cases.step())
        self.jhalak.follow()


@pytest.fixture(scope="session")
def court(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    made = Jhalak(tmp_path_factory.mktemp("court") / "data", settings())
    yield Court(made)
    made.end()
