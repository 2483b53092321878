"""/v1/creators/me/playlists, /v1/playlists: lists of videos that people make."""

from __future__ import annotations

import asyncio
import secrets
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post, put
from litestar.params import QueryParameter

from jhalak.api.collections.shapes import (
    NO_STORE,
    PAGE,
    Id,
    MakerOut,
    Title,
    allowed_title,
    is_young,
    known_maker,
    maker_out,
    shown_videos,
    videos_out,
)
from jhalak.api.people.profile import ShelfVideo
from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.ports.creators import Creator
from jhalak.ports.viewers import Viewer
from jhalak.schema.collection import MOST, MOST_VIDEOS, Playlist

VideoQuery = Annotated[str, QueryParameter(name="video", max_length=64)]
After = Annotated[int, QueryParameter(name="after", ge=0, le=MOST_VIDEOS)]


class PlaylistIn(msgspec.Struct, forbid_unknown_fields=True):
    """A new list."""

    title: Title
    public: bool = False


class PlaylistChanges(msgspec.Struct, forbid_unknown_fields=True):
    """What is given changes; the rest stays."""

    title: Title | None = None
    public: bool | None = None


class EntryIn(msgspec.Struct, forbid_unknown_fields=True):
    """Where a video is to stand."""

    place: Annotated[int, msgspec.Meta(ge=0, le=MOST_VIDEOS)] | None = None
    """Among all entries, the first is 0; null: at the end, or where it is already."""


class OwnPlaylist(msgspec.Struct):
    """As its owner sees it."""

    id: str
    title: str
    public: bool
    n: int
    """Entries, also those that cannot be seen now."""
    has: bool
    """The video that was asked about is in it."""
    created_ms: int
    changed_ms: int


class OwnPlaylistsOut(msgspec.Struct):
    """What was changed last comes first."""

    playlists: list[OwnPlaylist]
    may_be_public: bool
    """False: lists of who is under 18, or of unknown age, are their own."""


class EntryVideo(msgspec.Struct):
    """One entry that the reader may see."""

    place: int
    """Among all entries, the first is 0."""
    video: ShelfVideo


class PlaylistOut(msgspec.Struct):
    """A list as a reader sees it, 50 entries at a time."""

    id: str
    title: str
    public: bool
    person: MakerOut
    own: bool
    n: int
    unavailable: int
    """How many of all entries the reader may not see."""
    items: list[EntryVideo]
    next: int | None
    """For `after`; null: that was all."""


@get("/v1/creators/me/playlists", tags=["collections"], cache_control=NO_STORE)
async def get_playlists(
    creator: Creator, services: Services, video: VideoQuery = ""
) -> OwnPlaylistsOut:
    """One's own. `video`: each says whether it has that one."""
    found = await asyncio.to_thread(services.playlists.of_account, creator.num, video)
    grown_up = not is_young(creator, services.clock())
    return OwnPlaylistsOut([_own(one.playlist, has=one.has) for one in found], grown_up)


@post("/v1/creators/me/playlists", tags=["collections"], cache_control=NO_STORE)
async def post_playlist(data: PlaylistIn, creator: Creator, services: Services) -> OwnPlaylist:
    """Make one: private unless it says otherwise, and always for who is under 18. At most 100."""
    now_ms = services.clock()
    _may_be(services, creator, public=data.public)
    made = Playlist(
        id=secrets.token_urlsafe(16), account=creator.num, title=allowed_title(data.title),
        public=data.public, created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    if not await asyncio.to_thread(services.playlists.add, made):
        raise Refused(409, "too_many_playlists", f"an account has at most {MOST} lists")
    return _own(made)


@patch("/v1/creators/me/playlists/{playlist_id:str}", tags=["collections"],
       cache_control=NO_STORE)  # fmt: skip
async def patch_playlist(
    data: PlaylistChanges, playlist_id: Id, creator: Creator, services: Services
) -> OwnPlaylist:
    """Rename it, or change who may see it."""
    said = {
        name: value for name, value in msgspec.structs.asdict(data).items() if value is not None
    }
    if not said:
        raise Refused(400, "bad_body", "say what is to change")
    _may_be(services, creator, public=said.get("public", False))
    if "title" in said:
        said["title"] = allowed_title(said["title"])
    now_ms = services.clock()
    changed = await asyncio.to_thread(
        lambda: services.playlists.change(creator.num, playlist_id, now_ms, **said)
    )
    if changed is None:
        raise no_such_playlist()
    return _own(changed)


@delete("/v1/creators/me/playlists/{playlist_id:str}", tags=["collections"], status_code=204)
async def delete_playlist(playlist_id: Id, creator: Creator, services: Services) -> None:
    """The videos stay."""
    if not await asyncio.to_thread(services.playlists.forget, creator.num, playlist_id):
        raise no_such_playlist()


@put("/v1/creators/me/playlists/{playlist_id:str}/videos/{video_id:str}", tags=["collections"],
     status_code=204)  # fmt: skip
async def put_entry(
    data: EntryIn, playlist_id: Id, video_id: Id, creator: Creator, services: Services
) -> None:
    """Add a video that one may see, or move one that is there. Idempotent."""

    def write() -> str:
        if not shown_videos(services, [video_id], creator.viewer):
            return "unseen"
        return services.playlist_entries.put(
            creator.num, playlist_id, video_id, services.clock(), data.place
        )

    became = await asyncio.to_thread(write)
    if became == "unseen":
        raise Refused(404, "no_such_video", "there is no such video that you may see")
    if became == "none":
        raise no_such_playlist()
    if became == "full":
        raise Refused(409, "playlist_full", f"a list has at most {MOST_VIDEOS} videos")


@delete("/v1/creators/me/playlists/{playlist_id:str}/videos/{video_id:str}",
        tags=["collections"], status_code=204)  # fmt: skip
async def delete_entry(playlist_id: Id, video_id: Id, creator: Creator, services: Services) -> None:
    """Take a video out. Idempotent."""
    taken = await asyncio.to_thread(
        services.playlist_entries.take, creator.num, playlist_id, video_id, services.clock()
    )
    if not taken:
        raise no_such_playlist()


@get("/v1/playlists/{playlist_id:str}", tags=["collections"], cache_control=NO_STORE)
async def get_playlist(
    playlist_id: Id, viewer: Viewer, services: Services, after: After = 0
) -> PlaylistOut:
    """Its entries that the viewer may see. 404 also for another's private one, and where the
    viewer may see nothing of its owner."""
    return await asyncio.to_thread(_read, services, playlist_id, viewer.id, after)


def _read(services: Services, playlist_id: str, viewer: int, after: int) -> PlaylistOut:
    playlist = services.playlists.find(playlist_id)
    known = None if playlist is None else known_maker(services, playlist.account, viewer)
    if playlist is None or known is None:
        raise no_such_playlist()
    public = playlist.public and not is_young(known.person, services.clock())
    if not (public or known.own):
        raise no_such_playlist()
    entries = services.playlist_entries.entries(playlist_id)
    shown = shown_videos(services, entries, viewer)
    page = [one for one in shown if one[0] >= after]
    videos = videos_out(services, [one for _, one in page[:PAGE]])
    return PlaylistOut(
        id=playlist.id, title=playlist.title, public=public, person=maker_out(known.person),
        own=known.own, n=len(entries), unavailable=len(entries) - len(shown),
        items=[
            EntryVideo(place, video) for (place, _), video in zip(page, videos, strict=False)
        ],
        next=page[PAGE][0] if len(page) > PAGE else None,
    )  # fmt: skip


def no_such_playlist() -> Refused:
    return Refused(404, "no_such_playlist", "there is no such list that you may see")


def _may_be(services: Services, creator: Creator, *, public: bool) -> None:
    """Raises Refused (403)."""
    if public and is_young(creator, services.clock()):
        raise Refused(403, "must_stay_private", "lists of who is under 18 are their own")


def _own(playlist: Playlist, *, has: bool = False) -> OwnPlaylist:
    return OwnPlaylist(
        playlist.id, playlist.title, playlist.public, playlist.n, has, playlist.created_ms,
        playlist.changed_ms,
    )  # fmt: skip


ROUTES: list[Any] = [
    get_playlists, post_playlist, patch_playlist, delete_playlist, put_entry, delete_entry,
    get_playlist,
]  # fmt: skip
