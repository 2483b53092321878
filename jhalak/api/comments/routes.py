"""All that concerns comments."""

from __future__ import annotations

from typing import Any

from jhalak.api.comments import acting, reading, writing

ROUTES: list[Any] = [*reading.ROUTES, *writing.ROUTES, *acting.ROUTES]
