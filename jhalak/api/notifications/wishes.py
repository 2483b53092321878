"""/v1/creators/me/notification-settings: how an account wants to be told."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal, get_args

import msgspec
from litestar import get, put

from jhalak.api.notifications.notices import NO_STORE
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.age import is_minor
from jhalak.ports.creators import Creator
from jhalak.ports.notifications import OFFICIAL, NoticeKind, NoticeSettings

Switch = Literal["push", "list", "off"]
"""In the list and pushed; in the list only; neither."""
KINDS: Final[tuple[NoticeKind, ...]] = get_args(NoticeKind)
_TIME: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

TimeOfDay = Annotated[str, msgspec.Meta(pattern=_TIME, max_length=5)]


class QuietHours(msgspec.Struct, forbid_unknown_fields=True):
    """When nothing is pushed, in the time of where one lives."""

    on: bool = True
    begin: TimeOfDay = "22:00"
    end: TimeOfDay = "07:00"


class WishesIn(msgspec.Struct, forbid_unknown_fields=True):
    """How one wants to be told."""

    kinds: dict[NoticeKind, Switch] = {}
    """Kinds that are not named are pushed. What Jhalak owes to say (decisions, takedowns, strikes)
    cannot be `off`."""
    quiet: QuietHours = msgspec.field(default_factory=QuietHours)
    utc_offset_min: Annotated[int, msgspec.Meta(ge=-12 * 60, le=14 * 60)] = 0
    """One's time less UTC, in minutes; a device sends it anew when it changes."""


class WishesOut(msgspec.Struct):
    """How one is told."""

    kinds: dict[str, Switch]
    """All there are."""
    quiet: QuietHours
    utc_offset_min: int
    night_is_quiet: bool
    """Nothing is pushed from 22:00 to 07:00, whatever `quiet` says: so it is under 18."""
    push: bool
    """Whether this server pushes at all."""


def wishes_out(settings: NoticeSettings, minor: bool, push: bool) -> WishesOut:
    kinds: dict[str, Switch] = {}
    for kind in KINDS:
        said = kind in settings.silent
        kinds[kind] = "off" if kind in settings.off else "list" if said else "push"
    quiet = QuietHours(
        settings.quiet, _spelled(settings.quiet_from_min), _spelled(settings.quiet_to_min)
    )
    return WishesOut(kinds, quiet, settings.utc_offset_min, minor, push)


def settings_of(data: WishesIn) -> NoticeSettings:
    """Raises Refused (400)."""
    owed = [kind for kind in OFFICIAL if data.kinds.get(kind) == "off"]
    if owed:
        raise Refused(400, "bad_body", f"{', '.join(owed)}: cannot be off, only list")

    def set_to(switch: Switch) -> tuple[NoticeKind, ...]:
        return tuple(kind for kind in KINDS if data.kinds.get(kind) == switch)

    return NoticeSettings(
        off=set_to("off"), silent=set_to("list"), quiet=data.quiet.on,
        quiet_from_min=_minutes(data.quiet.begin), quiet_to_min=_minutes(data.quiet.end),
        utc_offset_min=data.utc_offset_min,
    )  # fmt: skip


def _spelled(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _minutes(time: str) -> int:
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


@get("/v1/creators/me/notification-settings", tags=["notifications"], cache_control=NO_STORE)
async def get_notification_settings(creator: Creator, services: Services) -> WishesOut:
    """Which kinds one is told, and when nothing is pushed."""
    held = await asyncio.to_thread(services.notice_settings.settings, creator.num)
    return wishes_out(held, is_minor(creator.age_band), services.settings.push.on)


@put("/v1/creators/me/notification-settings", tags=["notifications"])
async def put_notification_settings(
    data: WishesIn, creator: Creator, services: Services
) -> WishesOut:
    """Replace them."""
    chosen = settings_of(data)
    await asyncio.to_thread(services.notice_settings.set, creator.num, chosen)
    return wishes_out(chosen, is_minor(creator.age_band), services.settings.push.on)


ROUTES: list[Any] = [get_notification_settings, put_notification_settings]
