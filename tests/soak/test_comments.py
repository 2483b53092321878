"""Many comment on one video at a time: none is lost, none counted twice."""

from __future__ import annotations

import asyncio
import json
import logging
from pathlib import Path

import pytest
from sqlalchemy import func, select

from jhalak.assembly import now_ms, open_records
from jhalak.config.settings import read_settings
from jhalak.people.operator_token import token_hash
from jhalak.ports.creators import Newcomer
from jhalak.records.tables import comment_counts, comments
from tests.soak.likes import VIDEO, Connections, prepare
from tests.soak.server import Server
from tests.worlds import DAY_MS

log = logging.getLogger(__name__)
EACH = 16
"""Comments of one account: fewer than a minute allows."""
SAID = ("बहुत बढ़िया वीडियो, संख्या {n}", "what a lovely evening, take {n}", "kya baat hai bhai {n}")


def people(data: Path, count: int) -> list[str]:
    """Secrets of as many accounts, signed in."""
    records, at_ms = open_records(data, read_settings(data)), now_ms()
    secrets = [f"the secret of somebody, {n:06}" for n in range(count)]
    for n, secret in enumerate(secrets):
        account = records.creators.add(f"person{n}", "x", at_ms, Newcomer(age_band="25-34"))
        records.creator_sessions.open(token_hash(secret), account.num, at_ms, at_ms + DAY_MS)
    records.database.close()
    return secrets


def posts(secrets: list[str], count: int) -> list[bytes]:
    found = []
    for n in range(count):
        body = json.dumps({"text": SAID[n % len(SAID)].format(n=n)}).encode()
        head = (
            f"POST /v1/videos/{VIDEO}/comments HTTP/1.1\r\nhost: jhalak\r\n"
            f"authorization: Bearer {secrets[n % len(secrets)]}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        found.append(head.encode() + body)
    return found


@pytest.mark.parametrize("seconds", [2, pytest.param(30, marks=pytest.mark.soak)])
def test_two_hundred_comments_a_second_on_one_video_are_counted_exactly(
    tmp_path: Path, seconds: int
) -> None:
    data, count = tmp_path / "data", 200 * seconds
    data.mkdir()
    (data / "jhalak.toml").write_text("[media]\nprocesses = 0\n")
    prepare(data, 1)
    secrets = people(data, -(-count // EACH) + 1)
    with Server(data).start() as server:
        first = Connections(server.port, 1)  # the models are read at the first one
        asyncio.run(first.send(posts(secrets[:1], 1), 1.0))
        crowd = Connections(server.port)
        took_s = asyncio.run(crowd.send(posts(secrets[1:], count), 200.0))
        took = sorted(crowd.took_s)
        log.info(
            "%d comments in %.1f s: %.0f/s, p50 %.0f ms, p99 %.0f ms", count, took_s,
            count / took_s, 1000 * took[len(took) // 2], 1000 * took[len(took) * 99 // 100],
        )  # fmt: skip
        assert crowd.statuses == {201: count} and first.statuses == {201: 1}
        token = server.new_viewer("en", "hi")
        page = server.request("GET", f"/v1/videos/{VIDEO}/comments?order=newest", token=token)
        assert page.json["count"] == count + 1 and len(page.json["comments"]) == 20
    records = open_records(data, read_settings(data))
    with records.database.read() as connection:
        rows = select(func.count()).select_from(comments)
        assert connection.execute(rows).scalar() == count + 1
        assert connection.execute(select(comment_counts.c.n)).scalar() == count + 1
    records.database.close()
