"""All that viewers and accounts ask about reports."""

from __future__ import annotations

from typing import Any

from jhalak.api.cases import reports, standing

ROUTES: list[Any] = [*reports.ROUTES, *standing.ROUTES]
