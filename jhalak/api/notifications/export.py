"""What an account was told, in its export."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from jhalak.api.services import Services
from jhalak.ports.creators import Creator

EACH: Final = 200


def notifications_document(services: Services, creator: Creator) -> dict[str, Any]:
    """Blocks."""
    told: list[dict[str, Any]] = []
    before: tuple[int, int] | None = None
    while page := services.notifications.page(creator.num, before, EACH):
        told += [
            {
                "kind": one.kind, "subject": one.subject, "about": dict(one.said), "n": one.n,
                "people": [person.handle for person in one.people], "at_ms": one.at_ms,
                "read_ms": one.read_ms,
            }
            for one in page
        ]  # fmt: skip
        before = (page[-1].at_ms, page[-1].num)
    settings = services.notice_settings.settings(creator.num)
    return {
        "notifications": told,
        "notification_settings": msgspec.structs.asdict(settings),
        "push": [
            {"endpoint": one.endpoint, "created_ms": one.created_ms}
            for one in services.pushes.of(creator.num)
        ],
    }
