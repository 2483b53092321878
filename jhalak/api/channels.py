"""/v1/channels: the genres of the video feed."""

from __future__ import annotations

import msgspec
from litestar import get

from jhalak.api.services import Services
from jhalak.ports.viewers import Viewer
from jhalak.schema.languages import LANGUAGE_INDEX


class ChannelOut(msgspec.Struct):
    """A channel, as one viewer sees it."""

    channel: str
    name: str
    """In the first of the viewer's languages."""
    items: int
    """Live items of it in the viewer's languages."""


class ChannelsOut(msgspec.Struct):
    channels: list[ChannelOut]


@get("/v1/channels", tags=["channels"])
async def get_channels(viewer: Viewer, services: Services) -> ChannelsOut:
    """All channels in their order, also those in which nothing is yet. Their feeds:
    `GET /v1/video/feed?channel=`."""
    world = services.world
    spoken = [LANGUAGE_INDEX[code] for code in viewer.languages]
    return ChannelsOut(
        [
            ChannelOut(
                channel.id, channel.name(viewer.languages[0]),
                sum(len(rows.get(language, ())) for language in spoken),
            )
            for channel in world.channels.values()
            if (rows := world.channel_rows.get(channel.id)) is not None
        ]
    )  # fmt: skip


ROUTES = [get_channels]
