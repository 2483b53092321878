"""The hot routes that answer slates: an edition for the lock screen, a page of the video feed."""

from __future__ import annotations

import asyncio
import base64
from random import Random

from litestar.types import Receive, Scope, Send

from jhalak.api.raw import (
    JSON,
    PRIVATE,
    Refused,
    claim_of,
    header,
    query_values,
    respond,
    whole_number,
)
from jhalak.api.services import Services
from jhalak.feeds.edition import Edition, language_of
from jhalak.feeds.feed import Feed
from jhalak.feeds.slot_batch import mint
from jhalak.people.age import MINORS
from jhalak.people.viewer_token import ViewerClaim
from jhalak.pipeline.side_by_side import SideBySide, step
from jhalak.ports.errors import PortError
from jhalak.ports.viewers import Viewer
from jhalak.schema.ids import parse
from jhalak.schema.languages import LANGUAGE_INDEX
from jhalak.schema.query import Query
from jhalak.schema.slate import SURFACES, Level, Slate

LOCKSCREEN, VIDEO = SURFACES.index("lockscreen"), SURFACES.index("video")
SMALL_CROWD = 0.5
"""From then on a slate is counted as of a crowd."""
FOR_YOU, FOLLOWING = "you", "following"
EDITIONS_A_DAY = 6
BUDGET = 5_000_000


class FeedRoutes:
    """GET /v1/lockscreen/edition and GET /v1/video/feed."""

    def __init__(self, services: Services) -> None:
        self._s = services
        self._beside = SideBySide()
        self._rng = Random()

    async def edition(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An edition; 304 when the one that the device holds is still good."""
        s = self._s
        claim = claim_of(scope, s.viewer_tokens)
        rules = s.settings.lockscreen
        values = query_values(scope, ("slots", "have"))
        slots = whole_number(values, "slots", rules.slots, rules.min_slots, rules.max_slots)
        etag = header(scope, b"if-none-match")
        have = _slate_name(values.get("have") or (etag or "").strip('"'), etag is not None)
        query, to, budget = await self._query(claim, LOCKSCREEN, slots, have, _metered(scope))
        if self._still_good(query):
            tag = values.get("have", "") or (etag or "").strip('"')
            await respond(send, 304, b"", [(b"etag", f'"{tag}"'.encode()), PRIVATE])
            s.count("GET /v1/lockscreen/edition 304")
            return
        edition = await self._beside.run(query.viewer, self._edition(query, to, budget))
        signature = base64.b64encode(s.signer.sign(edition.body)).decode()
        await respond(
            send, 200, edition.body,
            [
                JSON, PRIVATE, (b"etag", edition.etag.encode()),
                (b"jhalak-signature", f"ed25519={signature}".encode()),
                (b"jhalak-key", s.signer.id.encode()),
            ],
        )  # fmt: skip
        s.count("GET /v1/lockscreen/edition 200")

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page of the video feed; `of=following`: only of those whom the viewer follows;
        `start`: a video that they chose comes first."""
        s = self._s
        claim = claim_of(scope, s.viewer_tokens)
        rules = s.settings.video
        values = query_values(scope, ("limit", "channel", "of", "start"))
        of = values.get("of", FOR_YOU)
        if of not in (FOR_YOU, FOLLOWING):
            raise Refused(400, "bad_parameter", f"of is {FOR_YOU} or {FOLLOWING}")
        slots = whole_number(values, "limit", rules.slots, 1, rules.max_slots)
        query, to, _ = await self._query(claim, VIDEO, slots, 0, _metered(scope))
        query.channel = values.get("channel", "")
        if query.channel and query.channel not in s.world.channel_rows:
            raise Refused(404, "no_such_channel", "there is no such channel")
        feed = s.following if of == FOLLOWING else s.channel if query.channel else s.video
        work = self._page(feed, query, to, values.get("start", ""))
        body = await self._beside.run(query.viewer, work)
        await respond(send, 200, body, [JSON, PRIVATE])
        s.count("GET /v1/video/feed 200")

    async def _edition(self, query: Query, to: str, budget: int) -> Edition:
        s = self._s
        rules = s.settings.lockscreen
        self._reach_of(query)
        # Read first: what is recalled while the slate is made is asked for later.
        since = s.world.catalogue.seq
        slate = await s.lockscreen.slate(query)
        await step()
        recalled = self._recalled(query)
        most = rules.saver_bytes if query.metered else rules.edition_bytes
        budget = min(most, budget // EDITIONS_A_DAY)
        tokens = mint(s.slot_tokens.keys, slate)
        edition = s.packer.edition(
            slate, tokens, to, recalled, budget, small=query.metered, since=since
        )
        # Before it is sent: a device that is slow to read may ask again meanwhile.
        self._after(slate, edition.cards)
        return edition

    async def _page(self, feed: Feed, query: Query, to: str, start: str) -> bytes:
        s = self._s
        self._reach_of(query)
        slate = await feed.slate(query)
        await step()
        if start:
            begun = s.chosen.begin(query, slate, start)
            if begun is None:
                raise Refused(404, "no_such_video", "there is no such video that you may see")
            slate = begun
        body = s.packer.page(
            slate, mint(s.slot_tokens.keys, slate), to, small=query.metered,
            beside=s.chosen.beside(query, slate),
        )  # fmt: skip
        self._after(slate, len(slate))
        return body

    def _reach_of(self, query: Query) -> None:
        """In a crowd all get a slate soon, made of the fewer candidates the more they are."""
        if self._beside.crowd > 0.0:
            query.reach = 1.0 - self._beside.crowd * (1.0 - self._s.settings.feed.crowded_reach)
        if self._beside.crowd >= SMALL_CROWD:
            self._s.count("slates in a crowd")

    def _after(self, slate: Slate, sent: int) -> None:
        feed = self._s.lockscreen if slate.surface == LOCKSCREEN else self._s.video
        feed.after(slate if sent == len(slate) else slate.first(sent))

    async def _query(
        self, claim: ViewerClaim, surface: int, slots: int, have: int, metered: bool
    ) -> tuple[Query, str, int]:
        """The query of a viewer, the language in which reasons are told, and the bytes a day that
        the viewer gives the lock screen. Raises Refused."""
        s = self._s
        now_ms = s.clock()
        viewer = s.directory.at_hand(claim.viewer)
        if viewer is None:
            viewer = await self._look_up(claim)
        if viewer is None:
            # Records are down: the token knows the languages, and nothing personal is read.
            languages, profiled, minor = claim.languages, False, True
        else:
            languages = tuple(LANGUAGE_INDEX[code] for code in viewer.languages)
            profiled, minor = viewer.profiled, viewer.age_band in MINORS
        query = Query(
            viewer=claim.viewer, surface=surface, now_ms=now_ms, languages=languages,
            slots=slots, profiled=profiled, minor=minor, have=have,
            hour=(now_ms / 3_600_000 + s.settings.utc_offset_h) % 24, rng=self._rng,
            metered=metered, beside=True,
        )  # fmt: skip
        s.experiments.apply(query)
        if viewer is None:
            query.lower(Level.unpersonalised)
        budget = BUDGET if viewer is None else viewer.data_budget_bytes
        return query, language_of(languages), budget

    async def _look_up(self, claim: ViewerClaim) -> Viewer | None:
        s = self._s
        budget_s = s.settings.feed.source_budget_ms / 1000
        try:
            viewer = await asyncio.wait_for(s.directory.get(claim.viewer), budget_s)
        except (PortError, TimeoutError):
            return None
        if viewer is None:
            raise Refused(401, "no_such_viewer", "this viewer was erased")
        return viewer

    def _still_good(self, query: Query) -> bool:
        """Is the edition that the device holds the newest, with nothing new and time left?"""
        state = self._s.states.at_hand(query.viewer, profiled=query.profiled)
        if not query.have or state is None or state.edition != query.have:
            return False
        left_ms = state.edition_valid_ms - query.now_ms
        refresh_ms = self._s.settings.lockscreen.refresh_before_h * 3_600_000
        fresh = state.events_since_edition == 0 and left_ms >= refresh_ms
        return fresh and not self._recalled(query)

    def _recalled(self, query: Query) -> list[str]:
        """Ids of recalled items that the device may still hold: those served to it for as long as
        an edition is valid."""
        recalled = self._s.world.catalogue.recalled
        state = self._s.states.at_hand(query.viewer, profiled=query.profiled)
        if state is None or not recalled:
            return []
        m = state.seen_count
        since_ms = query.now_ms - self._s.settings.lockscreen.valid_h * 3_600_000
        held = state.seen[:m][state.seen_ms[:m] >= since_ms].tolist()
        return [recalled[num] for num in held if num in recalled]


def _metered(scope: Scope) -> bool:
    """Does the device ask to save data (the client hint `Save-Data: on`)?"""
    return header(scope, b"save-data") == "on"


def _slate_name(name: str, lenient: bool) -> int:
    """The number of an edition's name; 0 for none. Raises Refused (400), for a name that is none,
    unless it came in a header that any cache may have written."""
    if not name:
        return 0
    try:
        return parse(name)
    except ValueError as error:
        if lenient:
            return 0
        raise Refused(400, "bad_parameter", f"have names no edition: {error}") from None
