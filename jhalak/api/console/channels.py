"""Channels: what is in them, and changing them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

import msgspec
from litestar import delete, get, put

from jhalak.api.console.access import Operator
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.catalogue.channels import MOST, BadChannel, checked, merged, shipped
from jhalak.schema.channel import Channel
from jhalak.schema.languages import LANGUAGES

Why = Annotated[str, msgspec.Meta(min_length=3, max_length=500)]
Few = Annotated[list[Annotated[str, msgspec.Meta(max_length=128)]], msgspec.Meta(max_length=200)]
SHOWN = 12
"""Newest items of a channel that are shown with it."""


class ChannelIn(msgspec.Struct, forbid_unknown_fields=True):
    """A channel as it is to be, and why."""

    names: dict[str, Annotated[str, msgspec.Meta(max_length=100)]]
    why: Why
    topics: Few = []
    hashtags: Few = []
    languages: Few = []
    picked: Few = []
    left_out: Few = []
    hidden: bool = False


class ForgetIn(msgspec.Struct, forbid_unknown_fields=True):
    why: Why


@get("/channels", tags=["console"])
async def get_channels(services: Services) -> dict[str, Any]:
    """All channels as they are saved, each with its live items by language and its newest."""
    _, changed = await asyncio.to_thread(services.channels.all)
    own = {channel.id for channel in changed}
    return {
        "channels": [
            _one(services, channel, changed=channel.id in own)
            for channel in merged(changed).values()
        ]
    }


@put("/channels/{channel_id:str}", tags=["console"], status_code=200)
async def put_channel(
    channel_id: str, data: ChannelIn, operator: Operator, services: Services
) -> dict[str, Any]:
    """Make or change one; its feed is as it says within two seconds."""
    try:
        channel = checked(
            Channel(
                id=channel_id, names=data.names, topics=tuple(data.topics),
                hashtags=tuple(data.hashtags), languages=tuple(data.languages),
                picked=tuple(data.picked), left_out=tuple(data.left_out), hidden=data.hidden,
            )
        )  # fmt: skip
    except BadChannel as error:
        raise Refused(400, "bad_channel", f"channel {channel_id!r}: {error}") from None
    _, changed = await asyncio.to_thread(services.channels.all)
    if channel_id not in merged(changed) and len(merged(changed)) >= MOST:
        raise Refused(409, "too_many_channels", f"there are {MOST} channels already")
    by = f"operator:{operator.name}"
    await asyncio.to_thread(services.channels.put, channel, by, data.why, services.clock())
    return _one(services, channel, changed=True)


@delete("/channels/{channel_id:str}", tags=["console"], status_code=200)
async def forget_channel(
    channel_id: str, data: ForgetIn, operator: Operator, services: Services
) -> dict[str, Any]:
    """One that ships is as it ships again; one of the cell's own is gone."""
    by = f"operator:{operator.name}"
    gone = await asyncio.to_thread(
        services.channels.forget, channel_id, by, data.why, services.clock()
    )
    if not gone:
        raise Refused(404, "no_such_channel", f"channel {channel_id!r} was not changed here")
    ships = shipped().get(channel_id)
    return {"channel": _one(services, ships, changed=False) if ships else None}


def _one(services: Services, channel: Channel, *, changed: bool) -> dict[str, Any]:
    world = services.world
    rows = world.channel_rows.get(channel.id, {})
    newest = sorted(
        (row for part in rows.values() for row in part[:SHOWN].tolist()),
        key=lambda row: -int(world.catalogue.published_ms[row]),
    )
    return {
        "id": channel.id, "names": channel.names, "topics": channel.topics,
        "hashtags": channel.hashtags, "languages": channel.languages, "picked": channel.picked,
        "left_out": channel.left_out, "hidden": channel.hidden, "changed": changed,
        "ships": channel.id in shipped(),
        "items": {LANGUAGES[language]: len(part) for language, part in rows.items()},
        "newest": [_told(services, row) for row in newest[:SHOWN]],
    }  # fmt: skip


def _told(services: Services, row: int) -> dict[str, Any]:
    record = services.world.catalogue.records[row]
    if record is None:
        return {}
    item = record.item
    return {
        "item": item.id, "title": item.title, "language": item.language, "topic": item.topic,
        "publisher": item.publisher, "kind": item.kind,
    }  # fmt: skip


ROUTES = [get_channels, put_channel, forget_channel]
