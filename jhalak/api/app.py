"""The application: routes, errors, and what wraps them."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Request, Router, asgi, get
from litestar.connection import ASGIConnection
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException, NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Server
from litestar.response import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from jhalak import __version__
from jhalak.api import (
    channels,
    feed_health,
    history,
    items,
    me,
    media,
    ops,
    publisher,
    relations,
    search,
    sounds,
    websub,
    why,
)
from jhalak.api.access import (
    current_operator,
    current_publisher,
    current_services,
    current_viewer,
)
from jhalak.api.apps import BUILT, app_routes, page_route
from jhalak.api.cases import routes as cases
from jhalak.api.collections import going_on, on_profile, playlists, series
from jhalak.api.comments.routes import ROUTES as COMMENTS
from jhalak.api.console.routes import console_routes
from jhalak.api.console.session import sign_in_route
from jhalak.api.creators import export, figures, preview, videos
from jhalak.api.creators.access import current_creator, current_creator_even_suspended
from jhalak.api.creators.accounts import account_routes
from jhalak.api.creators.uploads import upload_routes
from jhalak.api.events import EventRoutes
from jhalak.api.feeds import FeedRoutes
from jhalak.api.notifications import routes as notifications
from jhalak.api.nowhere import HEADERS, is_browser, language_of, page
from jhalak.api.openapi import complete
from jhalak.api.people import follow_requests, profile, video_audience
from jhalak.api.raw import JSON, PRIVATE, Refused, header, respond
from jhalak.api.relation_routes import HOT, METHODS, RelationRoutes
from jhalak.api.services import Services
from jhalak.api.video_files import video_file_route
from jhalak.api.videos import changing, one
from jhalak.api.viewers import create_viewer
from jhalak.config.allowed import explained
from jhalak.ports.errors import Conflict, DiskFull, PortError

log = logging.getLogger(__name__)

PEOPLE = [
    "/people/{page:str}", "/people/v/{video:str}", "/people/s/{sound:str}",
    "/people/list/{playlist:str}", "/people/series/{series:str}",
]  # fmt: skip
"""Addresses of the people's application that name no file: `/people/@asha`, `/people/v/ID`."""

Handler = Callable[[Scope, Receive, Send], Awaitable[None]]


def _problem(status: int, code: str, detail: str, headers: dict[str, str]) -> Response[Any]:
    return Response(
        {"error": code, "detail": detail}, status_code=status, headers=headers,
        media_type="application/json",
    )  # fmt: skip


def _count(services: Services, status: int) -> None:
    """What is our own failure, for who watches `/metrics`."""
    if status >= 500:
        services.count(f"failed {status}")


def _on_refused(request: Request[Any, Any, State], error: Refused) -> Response[Any]:
    _count(request.app.state.services, error.status)
    headers = {name.decode(): value.decode() for name, value in error.headers}
    return _problem(error.status, error.code, error.detail, headers)


def _on_http(request: Request[Any, Any, State], error: HTTPException) -> Response[Any]:
    detail = error.detail
    extra = getattr(error, "extra", None)
    if isinstance(extra, list):
        said = [f"{e.get('key', '')}: {_allowed(request, e)}".strip(": ") for e in extra]
        detail = "; ".join(said) or detail
    if error.status_code in (404, 405) and detail in ("Not Found", "Method Not Allowed"):
        if is_browser(request.headers.get("accept", "")) and error.status_code == 404:
            language = language_of(request.headers.get("accept-language", ""))
            return Response(
                page(language), status_code=404, headers=HEADERS, media_type="text/html"
            )
        asked = f"{request.method} {request.url.path[:200]}"
        detail = f"there is no {asked}; /openapi.json lists what there is"
    code = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large"}
    headers = dict(error.headers or {})
    status = error.status_code
    _count(request.app.state.services, status)
    if status >= 500:
        log.error("a request failed: %s", error, exc_info=error)
        detail = "this is our fault; it was logged"
    return _problem(status, code.get(status, f"http_{status}"), detail, headers)


def _allowed(request: Request[Any, Any, State], problem: Mapping[str, str]) -> str:
    """What is wrong with the body or a parameter; of one of a few values, which these are."""
    key, message = problem.get("key", ""), problem.get("message", "")
    in_body = problem.get("source") == "body"
    known = request.route_handler.parsed_fn_signature.parameters
    field = known.get("data" if in_body else key)
    return explained(message, field.annotation, key if in_body else "") if field else message


def _on_port(request: Request[Any, Any, State], error: PortError) -> Response[Any]:
    full, conflict = isinstance(error, DiskFull), isinstance(error, Conflict)
    _count(request.app.state.services, 507 if full else 409 if conflict else 503)
    if full:
        return _problem(507, "disk_full", "nothing can be stored now", {"retry-after": "30"})
    if conflict:
        return _problem(409, "conflict", "it changed meanwhile; read it again", {})
    return _problem(503, "unavailable", "a store does not answer now", {"retry-after": "1"})


def _on_any(request: Request[Any, Any, State], error: Exception) -> Response[Any]:
    _count(request.app.state.services, 500)
    log.error("a request failed: %s", error, exc_info=error)
    return _problem(500, "internal", "this is our fault; it was logged", {})


def _hot(methods: tuple[str, ...], handler: Handler, services: Services) -> ASGIApp:
    """A raw handler with its method checked and its refusals answered."""
    allow = [(b"allow", ", ".join(methods).encode())]

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope.get("method") not in methods:
                raise Refused(405, "method_not_allowed", f"this takes {methods[0]}", allow)
            await handler(scope, receive, send)
        except Refused as error:
            _count(services, error.status)
            await respond(send, error.status, error.body(), [JSON, PRIVATE, *error.headers])

    return handle


@lru_cache(maxsize=64)
def _can_be(host: str) -> bool:
    """Is it the host of an address? The framework makes one of each request that it refuses."""
    try:
        return urlsplit(f"//{host}").port != 0
    except ValueError:
        return False


async def _no_host(scope: Scope, receive: Receive, send: Send) -> None:
    problem = Refused(400, "bad_header", "Host names no host")
    await respond(send, problem.status, problem.body(), [JSON, PRIVATE])


class JsonRequest(Request[Any, Any, State]):
    """The framework's request; a body that is no JSON at all is refused like any other."""

    async def json(self) -> Any:
        try:
            return await super().json()
        except (UnicodeDecodeError, RecursionError) as error:
            reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else "nested too deep"
            raise Refused(400, "bad_body", f"the body is {reason}") from None


def _nothing_here(_: ASGIConnection[Any, Any, Any, State], __: BaseRouteHandler) -> None:
    """Guard: the framework's own pages about the API load scripts from elsewhere."""
    raise NotFoundException


class Application:
    """The ASGI callable: the hot routes go straight to their handlers, the rest through the
    framework, which routes and describes them all. Passing the hot ones by it saves 25 us each;
    the files of the web applications pass it by too, being exact paths like them.
    """

    def __init__(
        self, framework: Litestar, hot: Mapping[str, ASGIApp], relations: ASGIApp,
        services: Services,
    ) -> None:  # fmt: skip
        self.framework, self._services = framework, services
        self._hot, self._relations = dict(hot), relations

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        handler = None
        if scope["type"] == "http":
            handler = self._hot.get(scope["path"])
            if scope["path"].startswith(HOT) and scope["method"] in METHODS:
                handler = self._relations
            if handler is None and not _can_be(header(scope, b"host") or ""):
                handler = _no_host
        try:
            await (handler or self.framework)(scope, receive, send)
        except Exception as error:
            if handler is None:
                raise
            log.error("a request failed: %s", error, exc_info=error)
            problem = Refused(500, "internal", "this is our fault; it was logged")
            _count(self._services, problem.status)
            await respond(send, problem.status, problem.body(), [JSON, PRIVATE])


def create_app(services: Services) -> Application:
    """The ASGI application over `services`."""
    feeds, events = FeedRoutes(services), EventRoutes(services)
    hot = {
        "/v1/lockscreen/edition": _hot(("GET",), feeds.edition, services),
        "/v1/video/feed": _hot(("GET",), feeds.page, services),
        "/v1/events": _hot(("POST",), events.post, services),
    }
    raw = [asgi(path, copy_scope=False)(handler) for path, handler in hot.items()]
    rules = services.settings.media
    films = [one.rstrip("/") for one in (rules.origin, rules.bucket_origin) if one]

    @get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request[Any, Any, State]) -> dict[str, Any]:
        return complete(request.app.openapi_schema.to_schema())

    framework = Litestar(
        route_handlers=[
            *raw, video_file_route(services), create_viewer, *me.ROUTES, *history.ROUTES,
            *relations.ROUTES, *profile.ROUTES, *follow_requests.ROUTES,
            *video_audience.ROUTES, *search.ROUTES, *channels.ROUTES, *sounds.ROUTES,
            *going_on.ROUTES, *on_profile.ROUTES, *playlists.ROUTES, *series.ROUTES,
            *why.ROUTES, *items.ROUTES, *media.ROUTES, *ops.ROUTES,
            *feed_health.ROUTES, *account_routes(), *videos.ROUTES, *export.ROUTES,
            *figures.ROUTES,
            *preview.ROUTES,
            *upload_routes(services), *COMMENTS, *one.ROUTES, *changing.ROUTES,
            *notifications.ROUTES, *cases.ROUTES,
            *publisher.ROUTES, *websub.ROUTES, console_routes(),
            sign_in_route(), page_route(BUILT / "people", PEOPLE, films), openapi,
        ],
        dependencies={
            "services": Provide(current_services),
            "viewer": Provide(current_viewer),
            "operator": Provide(current_operator),
            "publisher": Provide(current_publisher),
            "creator": Provide(current_creator),
            "creator_even_suspended": Provide(current_creator_even_suspended),
        },
        exception_handlers={
            Refused: _on_refused, HTTPException: _on_http, PortError: _on_port, Exception: _on_any,
        },
        openapi_config=OpenAPIConfig(
            title="Jhalak", version=__version__, servers=[Server(url="/")],
            render_plugins=[JsonRenderPlugin()],
            openapi_router=Router(
                "/schema", route_handlers=[], guards=[_nothing_here], include_in_schema=False
            ),
        ),
        request_class=JsonRequest,
        request_max_body_size=services.settings.server.body_limit,
        state=State({"services": services}),
        logging_config=None,
        debug=False,
    )  # fmt: skip
    pages = app_routes(BUILT / "viewer", "/", films)
    pages |= app_routes(BUILT / "console", "/console/", films)
    pages |= app_routes(BUILT / "studio", "/studio/", films)
    pages |= app_routes(BUILT / "people", "/people/", films)
    quick = {path: _hot(("GET", "HEAD"), page, services) for path, page in pages.items()} | hot
    relating = _hot(METHODS, RelationRoutes(services).item, services)
    return Application(framework, quick, relating, services)
