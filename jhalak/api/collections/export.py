"""An account's series and lists in its export."""

from __future__ import annotations

from typing import Any

import msgspec

from jhalak.api.services import Services
from jhalak.ports.creators import Creator


def collections_document(services: Services, creator: Creator) -> dict[str, Any]:
    """All of them, with the ids of all videos in them. Blocks."""
    return {
        "series": [
            msgspec.to_builtins(one) | {"account": creator.handle}
            for one in services.series.of_account(creator.num)
        ],
        "playlists": [
            msgspec.to_builtins(held.playlist)
            | {
                "account": creator.handle,
                "videos": services.playlist_entries.entries(held.playlist.id),
            }
            for held in services.playlists.of_account(creator.num)
        ],
    }
