"""What each role may do in the console: the least role of every route."""

from __future__ import annotations

from typing import Final

from jhalak.ports.accounts import Role

PREFIX: Final = "/console/api"
LEAST: Final[dict[str, Role]] = {
    "GET /session": "observer",
    "DELETE /session": "observer",
    "GET /sessions": "observer",
    "DELETE /sessions/{key}": "observer",
    "GET /status": "observer",
    "GET /now": "observer",
    "GET /content": "observer",
    "GET /content/item": "observer",
    "GET /content/rising": "observer",
    "GET /content/stories": "observer",
    "GET /content/recalled": "observer",
    "POST /content/recall": "moderator",
    "GET /reviews": "moderator",
    "POST /reviews/{number}": "moderator",
    "GET /cases": "moderator",
    "POST /cases/{case_id}": "moderator",
    "GET /videos/{video}/files/{name}": "moderator",
    "POST /videos/{video}/takedown": "moderator",
    "GET /sounds/{sound}": "moderator",
    "POST /sounds/{sound}/takedown": "moderator",
    "POST /sounds/{sound}/restore": "moderator",
    "GET /channels": "observer",
    "PUT /channels/{channel_id}": "editor",
    "DELETE /channels/{channel_id}": "editor",
    "GET /sources": "observer",
    "POST /sources/change": "editor",
    "GET /learning": "observer",
    "GET /fairness": "observer",
    "GET /replays": "observer",
    "GET /replays/{number}": "observer",
    "POST /viewer": "moderator",
    "POST /viewer/what-if": "moderator",
    "GET /policy": "observer",
    "POST /policy/drafts": "editor",
    "GET /policy/drafts/{number}": "observer",
    "POST /policy": "admin",
    "POST /policy/back": "admin",
    "GET /experiments": "observer",
    "POST /experiments": "admin",
    "POST /experiments/stop": "admin",
}
"""By method and path template. Each role may do what those before it may."""


def least_of(method: str, template: str) -> Role:
    """The role that a route of the console's API needs. What the table does not name is for
    admins."""
    asked = "GET" if method == "HEAD" else method
    return LEAST.get(f"{asked} {template.removeprefix(PREFIX)}", "admin")
