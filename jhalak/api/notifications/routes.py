"""All that is asked about notifications."""

from __future__ import annotations

from typing import Any

from jhalak.api.notifications import notices, push, wishes

ROUTES: list[Any] = [*notices.ROUTES, *wishes.ROUTES, *push.ROUTES]
