"""All routes of the console's API behind one guard."""

from __future__ import annotations

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.di import Provide

from jhalak.api.console import (
    cases,
    channels,
    content,
    experiments,
    learning,
    now,
    policy,
    recalls,
    reviews,
    session,
    sounds,
    sources,
    status,
    stories,
    viewer,
)
from jhalak.api.console.access import signed_in, the_operator


def console_routes() -> Router:
    """Under /console/api; nothing of it answers without an operator."""
    return Router(
        "/console/api",
        route_handlers=[
            *session.ROUTES, *status.ROUTES, *now.ROUTES, *learning.ROUTES, *viewer.ROUTES,
            *policy.ROUTES, *experiments.ROUTES, *content.ROUTES, *sources.ROUTES,
            *stories.ROUTES, *recalls.ROUTES, *channels.ROUTES, *reviews.ROUTES,
            *sounds.ROUTES,
            *cases.ROUTES,
        ],
        guards=[signed_in],
        cache_control=CacheControlHeader(no_store=True),
        dependencies={"operator": Provide(the_operator)},
        include_in_schema=False,
    )  # fmt: skip
