"""Many like one video at once: each is answered, and the counters are what counting says."""

from __future__ import annotations

import asyncio

from sqlalchemy import func, select, true

from jhalak.records.tables import relations
from tests.api.people.conftest import Two
from tests.worlds import Phone

FANS = 150


def test_likes_at_once_are_counted_exactly(two: Two) -> None:
    jhalak, path = two.jhalak, f"/v1/me/likes/item/{two.by_a}"
    fans = [jhalak.phone() for _ in range(FANS)]

    async def storm(method: str, who: list[Phone], times: int) -> None:
        asked = [jhalak.asking(method, path, phone.token) for phone in who for _ in range(times)]
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {200}
        assert sum(answer.json()["changed"] for answer in answers) == len(who)

    jhalak.run(storm("PUT", fans, 2))
    jhalak.run(storm("DELETE", fans[::5], 2))
    row = jhalak.services.world.catalogue.by_id[two.by_a]
    item = int(jhalak.services.world.catalogue.num[row])
    stand = select(func.count()).where(
        relations.c.verb == "likes", relations.c.target == item, relations.c.standing == true()
    )
    with jhalak.server.records.database.read() as connection:
        assert connection.execute(stand).scalar_one() == FANS * 4 // 5
    assert jhalak.services.relations.count("likes", "item", item) == FANS * 4 // 5
    assert two.b.profile(two.a.handle)["likes"] == FANS * 4 // 5
    told = [len(jhalak.records(phone.viewer)) for phone in fans]
    assert told == [2 if at % 5 == 0 else 1 for at in range(FANS)]
