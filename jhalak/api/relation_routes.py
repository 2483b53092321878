"""The hot routes among relations: likes and saves of items, past the framework.

A video that a whole country watches is liked a thousand times a second. What the framework would do
for each (routing, dependencies, a look at who asks) costs more than the like: who may like is
known from the token, and whether they are still there is asked where the like is written, for all
that are written together.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from litestar.types import Receive, Scope, Send

from jhalak.api.raw import JSON, PRIVATE, Refused, claim_of, path_after, query_values, respond
from jhalak.api.relations import relate
from jhalak.api.services import Services
from jhalak.ports.errors import DiskFull, PortError

HOT: Final = ("/v1/me/likes/item/", "/v1/me/saves/item/")
"""Paths that begin so, asked with PUT or DELETE."""
METHODS: Final = ("PUT", "DELETE")
LONGEST: Final = 512
_encode: Final = msgspec.json.Encoder().encode


class RelationRoutes:
    """PUT and DELETE /v1/me/{likes|saves}/item/{id}."""

    def __init__(self, services: Services) -> None:
        self._s = services

    async def item(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as api/relations.py does."""
        claim = claim_of(scope, self._s.viewer_tokens)
        values, name = query_values(scope, ("slot",)), path_after(scope, 4)
        if len(name) > LONGEST:
            raise Refused(400, "bad_request", f"an item's id has {LONGEST} characters at most")
        verb: Any = scope["path"].split("/", 4)[3]
        on = scope.get("method") == "PUT"
        try:
            done = await relate(
                self._s, claim.viewer, verb, "item", name, on=on, slot=values.get("slot")
            )
        except DiskFull:
            again = [(b"retry-after", b"30")]
            raise Refused(507, "disk_full", "nothing can be stored now", again) from None
        except PortError:
            again = [(b"retry-after", b"1")]
            said = "a store does not answer now"
            raise Refused(503, "unavailable", said, again) from None
        await respond(send, 200, _encode(done), [JSON, PRIVATE])
