"""/v1/creators and /v1/creators/me: who has an account, and what they say of themselves."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final

import msgspec
from litestar import get, patch
from litestar.datastructures import CacheControlHeader

from jhalak.api.creators import joining, passkeys
from jhalak.api.creators.naming import allowed_about, free_name, told_age
from jhalak.api.creators.renewal import renewal_routes
from jhalak.api.creators.sessions import session_routes
from jhalak.api.creators.sign_up import sign_up_route
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.media.probe import LONGEST_S
from jhalak.people.age import PUBLIC_FROM, band_of, grown, is_minor, may_be_public
from jhalak.people.skeleton import likeness
from jhalak.ports.creators import Creator
from jhalak.ports.viewers import AgeBand
from jhalak.schema.ids import spell

DAY_MS: Final = 86_400_000
NO_STORE: Final = CacheControlHeader(no_store=True)


class Quota(msgspec.Struct):
    """What may still be uploaded."""

    videos_left_today: int
    bytes_left_today: int
    most_bytes: int
    """Of one upload."""
    most_s: float
    """Of one video."""


class CreatorOut(msgspec.Struct):
    """One's own account."""

    handle: str
    created_ms: int
    quota: Quota
    name: str
    """"": called by the handle."""
    about: str
    age_band: AgeBand | None
    """null: never told, and so taken for a minor where it matters."""
    private: bool
    may_be_public: bool
    """Known to be 16 or more."""
    verified: bool
    viewer: str | None
    """The account's viewer; null: made by the next POST /v1/creators/me/viewer."""
    recovery_codes_left: int


class CreatorChanges(msgspec.Struct, forbid_unknown_fields=True):
    """What is not named stays."""

    name: Annotated[str, msgspec.Meta(max_length=1000)] | msgspec.UnsetType = msgspec.UNSET
    """1 to 40 letters; "": called by the handle. Whoever is verified is so no more by another
    name."""
    about: Annotated[str, msgspec.Meta(max_length=5000)] | msgspec.UnsetType = msgspec.UNSET
    """At most 300 letters."""
    private: bool | msgspec.UnsetType = msgspec.UNSET
    """False only for who is known to be 16 or more."""
    birth_year: int | msgspec.UnsetType = msgspec.UNSET
    """Once, where it was never told."""


def account_routes() -> list[Any]:
    """All that concerns accounts; what their doors count is one for each process."""
    return [
        sign_up_route(), *session_routes(), *renewal_routes(), *passkeys.ROUTES, *joining.ROUTES,
        get_creator, patch_creator,
    ]  # fmt: skip


@get("/v1/creators/me", tags=["creators"], cache_control=NO_STORE)
async def get_creator(creator: Creator, services: Services) -> CreatorOut:
    """Who one is, and what may still be uploaded."""
    return await _told(services, creator)


@patch("/v1/creators/me", tags=["creators"], cache_control=NO_STORE)
async def patch_creator(data: CreatorChanges, creator: Creator, services: Services) -> CreatorOut:
    """Change what one says of oneself."""
    changes: dict[str, Any] = {}
    if data.name is not msgspec.UNSET:
        changes["name"] = await free_name(services, data.name, creator.num)
    if data.about is not msgspec.UNSET:
        changes["about"] = allowed_about(data.about)
    if data.birth_year is not msgspec.UNSET:
        changes |= _age(services, creator, data.birth_year)
    if data.private is not msgspec.UNSET:
        changes["private"] = data.private
    least = changes.get("least_age", _least(services, creator))
    if data.private is False and not may_be_public(least):
        raise Refused(
            403, "must_stay_private", f"an account is private until its owner is {PUBLIC_FROM}"
        )
    if not changes:
        return await _told(services, creator)
    if creator.verified_ms and likeness(changes.get("name", creator.name)) != likeness(
        creator.name
    ):
        await asyncio.to_thread(services.verified_names.verify, creator.num, 0, ())
    changed = await asyncio.to_thread(services.creator_accounts.change, creator.num, **changes)
    if "age_band" in changes:
        services.directory.drop(creator.viewer)
    return await _told(services, changed or creator)


def _age(services: Services, creator: Creator, birth_year: int) -> dict[str, Any]:
    """What changes with a year of birth. Raises Refused (400, 403, 409)."""
    if creator.least_age:
        raise Refused(409, "age_known", "the year of birth was told before, and is told once")
    least = told_age(services, birth_year)
    band = band_of(least)
    told = {"least_age": least, "told_ms": services.clock(), "age_band": band}
    return told | ({"private": True} if is_minor(band) else {})


def _least(services: Services, creator: Creator) -> int:
    return grown(creator.least_age, creator.told_ms, services.clock())


async def _told(services: Services, creator: Creator) -> CreatorOut:
    rules = services.settings.media
    since_ms = services.clock() - DAY_MS
    count, size = await asyncio.to_thread(services.uploads.used, creator.num, since_ms)
    left = await asyncio.to_thread(services.recovery.codes_left, creator.num)
    quota = Quota(
        max(rules.videos_a_day - count, 0), max(rules.bytes_a_day - size, 0), rules.most_bytes,
        LONGEST_S,
    )  # fmt: skip
    return CreatorOut(
        creator.handle, creator.created_ms, quota, creator.name, creator.about, creator.age_band,
        creator.private, may_be_public(_least(services, creator)), creator.verified_ms > 0,
        spell(creator.viewer) if creator.viewer else None, left,
    )  # fmt: skip
