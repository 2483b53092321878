"""/v1/channels: the genres of the video feed."""

from __future__ import annotations

import asyncio

import msgspec
from litestar import get

from jhalak.api.services import Services
from jhalak.catalogue.channels import channel_number
from jhalak.ports.viewers import Viewer
from jhalak.schema.languages import LANGUAGE_INDEX, LANGUAGES


class ChannelOut(msgspec.Struct):
    """A channel, as one viewer sees it."""

    channel: str
    name: str
    """In the first of the viewer's languages."""
    items: int
    """Live items of it in the viewer's languages."""
    followed: bool


class ChannelsOut(msgspec.Struct):
    channels: list[ChannelOut]


class OfferedOut(msgspec.Struct):
    """A channel, as it is offered to whoever is not known yet."""

    channel: str
    topic: str
    """What is drawn for it: its first topic; its id for one without."""
    names: dict[str, str]
    items: dict[str, int]
    """Live items of it, by language; none that has no item."""


class AllOfferedOut(msgspec.Struct):
    channels: list[OfferedOut]


@get("/v1/channels/offered", tags=["channels"], cache=False)
async def get_offered(services: Services) -> AllOfferedOut:
    """The channels in which something is live, in every language, for the first minute: nobody
    needs to say which languages they read to be told."""
    world = services.world
    return AllOfferedOut([
        OfferedOut(
            channel.id, channel.topics[0] if channel.topics else channel.id, channel.names,
            {LANGUAGES[language]: len(rows) for language, rows in held.items() if len(rows)},
        )
        for channel in world.channels.values()
        if (held := world.channel_rows.get(channel.id))
    ])  # fmt: skip


@get("/v1/channels", tags=["channels"])
async def get_channels(viewer: Viewer, services: Services) -> ChannelsOut:
    """All channels, those that the viewer follows first, also those in which nothing is yet. Their
    feeds: `GET /v1/video/feed?channel=`; `PUT /v1/me/follows/channel/ID` follows one."""
    world = services.world
    rows = await asyncio.to_thread(services.relations.of_viewer, viewer.id)
    followed = {row.target for row in rows if row.kind == "channel"}
    spoken = [LANGUAGE_INDEX[code] for code in viewer.languages]
    told = [
        ChannelOut(
            channel.id, channel.name(viewer.languages[0]),
            sum(len(held.get(language, ())) for language in spoken),
            channel_number(channel.id) in followed,
        )
        for channel in world.channels.values()
        if (held := world.channel_rows.get(channel.id)) is not None
    ]  # fmt: skip
    return ChannelsOut(sorted(told, key=lambda one: not one.followed))


ROUTES = [get_channels, get_offered]
