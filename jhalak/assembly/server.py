"""One server: everything put together, and its loops."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from jhalak.assembly.stores import (
    PROFILES,
    now_ms,
    open_blobs,
    open_fetcher,
    open_learned,
    open_log,
    open_records,
)
from jhalak.assembly.videos import (
    open_edit,
    open_publish,
    open_push,
    open_settle,
    open_settle_cases,
    open_settle_sounds,
    open_suspend,
    open_take_down,
)
from jhalak.config.settings import Settings, read_settings
from jhalak.embedded.keys import open_keys
from jhalak.embedded.profile_store import open_or_begin_anew
from jhalak.embedded.reserve import Reserve
from jhalak.records.relation_writer import GroupWriter

log = logging.getLogger(__name__)

RESERVE = "reserve"
KEEP_PROFILES_MS = 60_000
"""A profile is written so long after the viewer was first active: once a minute at most."""


def give_up_reserve(data: Path) -> bool:
    """Free what is kept on the disk for a recall; was there any?"""
    return Reserve(data / RESERVE).give_up()


class Server:
    """One serving process: everything open, current, and warm."""

    def __init__(
        self, data: Path, settings: Settings | None = None, clock: Callable[[], int] = now_ms
    ) -> None:
        from jhalak.api.event_ids import EventIds
        from jhalak.api.services import Services
        from jhalak.experiments.assignment import Assignment
        from jhalak.feeds.channel import channel
        from jhalak.feeds.edition import Packer
        from jhalak.feeds.fit import FitVideos
        from jhalak.feeds.following import following
        from jhalak.feeds.lockscreen import lockscreen
        from jhalak.feeds.media_link import MediaLinks
        from jhalak.feeds.search import Search
        from jhalak.feeds.slot_token import SlotTokens
        from jhalak.feeds.starting import Chosen
        from jhalak.feeds.video import video
        from jhalak.media.arrival import Stores
        from jhalak.people.directory import Directory
        from jhalak.people.passkeys import Challenges
        from jhalak.people.viewer_token import ViewerTokens
        from jhalak.ports.comments import Limits
        from jhalak.stages.viewer_states import ViewerStates
        from jhalak.stages.world import World
        from jhalak.understanding.words import Words
        from jhalak.workers.finish_erasures import FinishErasures
        from jhalak.workers.follow_catalogue import FollowCatalogue
        from jhalak.workers.follow_channels import FollowChannels
        from jhalak.workers.follow_learned import FollowLearned
        from jhalak.workers.follow_policy import FollowPolicy
        from jhalak.workers.follow_series import FollowSeries
        from jhalak.workers.follow_stops import FollowStops
        from jhalak.workers.keep_time import KeepTime
        from jhalak.workers.notify import Notifier
        from jhalak.workers.publish_due import PublishDue
        from jhalak.workers.steady_clock import SteadyClock
        from jhalak.workers.sweep_notices import SweepNotices
        from jhalak.workers.sweep_uploads import SweepUploads
        from jhalak.workers.tell_parts import TellParts
        from jhalak.workers.write_comments import WriteComments

        settings = settings or read_settings(data)
        self.data, self.settings = data, settings
        self.records = records = open_records(data, settings)
        self.event_log = open_log(data, settings, writable=True)
        self._reserve = Reserve(data / RESERVE)
        self._reserve.take()
        self.profiles = open_or_begin_anew(data / PROFILES)
        keys = open_keys(data / "keys", clock())
        self._push = open_push(data, records, settings, clock)
        world = World()
        blobs = open_blobs(data, settings)
        self._fetcher = open_fetcher(settings)
        take_down = open_take_down(records, blobs, self._fetcher, settings, clock)
        self._notifier = Notifier(records.notifications, clock)
        self._settle_cases = open_settle_cases(records, take_down, self._notifier, settings, clock)
        self._settle = open_settle(records, take_down, settings, clock, self._settle_cases)
        self._settle_sounds = open_settle_sounds(
            records, take_down, settings, clock, self._settle_cases
        )
        states = ViewerStates(
            self.event_log, self.profiles, records.relations, world.catalogue.embedding_of, clock,
            world.film_of,
            size=settings.server.active_viewers, keep_days=settings.feed.never_repeat_days,
            hide_days=settings.feed.hide_days,
        )  # fmt: skip
        tokens = ViewerTokens(settings.cell, keys.viewer)
        links = MediaLinks(keys.media, settings.media.origin)
        rules = settings.comments
        words = Words(data / "words")
        publish = open_publish(records, settings, clock)
        self.services = Services(
            settings=settings,
            clock=clock,
            world=world,
            states=states,
            lockscreen=lockscreen(world, states, self.event_log, settings),
            video=video(world, states, self.event_log, settings),
            following=following(world, states, self.event_log, settings),
            channel=channel(world, states, self.event_log, settings),
            channels=records.channels,
            series=records.series,
            playlists=records.playlists,
            playlist_entries=records.playlists,
            search=records.search,
            finder=Search(world),
            chosen=Chosen(world),
            packer=Packer(world.catalogue, links),
            media_links=links,
            slot_tokens=SlotTokens(keys.slot),
            viewer_tokens=tokens,
            signer=keys.edition,
            directory=Directory(records.viewers, 2 * settings.server.active_viewers),
            event_ids=EventIds(self.event_log),
            event_log=self.event_log,
            profiles=self.profiles,
            items=records.items,
            viewers=records.viewers,
            relations=records.relations,
            relation_writer=GroupWriter(records.relations),
            follow_requests=records.follow_requests,
            consents=records.consents,
            operators=records.operators,
            audit=records.audit,
            feeds=records.feeds,
            entries=records.entries,
            subscriptions=records.subscriptions,
            deliveries=records.deliveries,
            publishers=records.publishers,
            texts=records.texts,
            media=records.media,
            accounts=records.accounts,
            sessions=records.sessions,
            drafts=records.drafts,
            policies=records.policies,
            definitions=records.definitions,
            replays=records.replays,
            creator_accounts=records.creators,
            people=records.people,
            creator_sessions=records.creator_sessions,
            recovery=records.recovery,
            passkeys=records.passkeys,
            challenges=Challenges(keys.viewer),
            verified_names=records.verified_names,
            uploads=records.uploads,
            reviews=records.reviews,
            known_bad=records.known_bad,
            videos=records.videos,
            shelf=records.shelf,
            edit_video=open_edit(records, publish, words, clock),
            suspend=open_suspend(records, take_down, clock),
            sounds=records.sounds,
            sounds_down=records.sounds_down,
            jobs=records.jobs,
            notifications=records.notifications,
            notice_settings=records.notice_settings,
            notify=self._notifier,
            pushes=records.pushes,
            push_key=self._push.signer.public if self._push is not None else b"",
            reports=records.reports,
            cases=records.cases,
            strikes=records.strikes,
            settle_case=self._settle_cases.settle,
            comments=records.comments,
            comment_writer=WriteComments(
                records.comments, Limits(rules.a_minute, rules.same_an_hour)
            ),
            comment_pages=records.comment_pages,
            comments_of=records.comment_pages,
            comment_reviews=records.comments,
            shown=FitVideos(records.shown, world, records.viewers),
            words=words,
            job_counts=records.jobs,
            blobs=blobs,
            take_down=take_down,
            settle=self._settle.settle,
            refuse_video=self._settle.refuse,
            experiments=Assignment(settings),
            give_up_reserve=self._reserve.give_up,
        )
        self._follow_catalogue = FollowCatalogue(
            world, records.items, records.viewers, tokens, self.services.creators,
            self.services.creator_names, clock,
        )  # fmt: skip
        self._finish_erasures = FinishErasures(
            self._follow_catalogue.revoked, records.viewers, self.event_log, self.profiles, states,
            clock,
        )  # fmt: skip
        self._follow_learned = FollowLearned(world, open_learned(data))
        self._follow_channels = FollowChannels(world, records.channels)
        self._follow_series = FollowSeries(world, records.series)
        self._follow_stops = FollowStops(self.services.experiments, blobs)
        self._follow_policy = FollowPolicy(
            settings, records.policies, records.definitions, self.services.obey
        )
        self._sweep_uploads = SweepUploads(
            Stores(records.uploads, records.videos, blobs, clock), SteadyClock(clock)
        )
        self._publish_due = PublishDue(records.videos, publish, clock)
        self._tell_parts = TellParts(
            records.part_news,
            self.profiles,
            states.at_hand,
            world.catalogue.unfit_for_minors,
            clock,
        )
        self._sweep_notices = SweepNotices(records.notifications, SteadyClock(clock))
        label_ms = int(settings.learning.label_window_s * 1000)
        self._keep_time = KeepTime(self.event_log, clock, label_ms, settings.log.retention_days)
        self._keys = keys
        self._stop = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Read the catalogue, warm the kernels, begin the loops. Then slates can be served."""
        from jhalak.feeds.warm import warm
        from jhalak.workers.loop import repeat

        await self._follow_catalogue.catch_up()
        await self._follow_learned.step()
        await self._follow_policy.step()
        await self._follow_channels.step()
        while await self._follow_series.step():
            pass
        await warm(self.services.lockscreen, self.services.video, self.services.states)
        for name, step, every_s in (
            ("following the catalogue", self._follow_catalogue.step, 0.2),
            ("following the learner", self._follow_learned.step, 0.2),
            ("following stopped arms", self._follow_stops.step, 1.0),
            ("following the policy", self._follow_policy.step, 1.0),
            ("following channels", self._follow_channels.step, 1.0),
            ("following series", self._follow_series.step, 1.0),
            ("keeping time", self._keep_time.step, 10.0),
            ("keeping how it goes", self.services.sampler.step, 10.0),
            ("keeping profiles", self._keep_profiles, 5.0),
            ("finishing erasures", self._finish_erasures.step, 1.0),
            ("publishing what is due", self._publish_due.step, 1.0),
            ("finishing reviews", self._settle.step, 10.0),
            ("finishing what is heard", self._settle_sounds.step, 2.0),
            ("telling of new parts", self._tell_parts.step, 2.0),
            ("telling people", self._notifier.step, 1.0),
            ("finishing cases", self._settle_cases.step, 5.0),
            ("sweeping uploads", self._sweep_uploads.step, 60.0),
            ("forgetting notices", self._sweep_notices.step, 60.0),
            ("waking browsers", self._wake, 5.0),
            ("keeping a reserve", self._keep_reserve, 60.0),
            ("rotating keys", self._rotate_keys, 3600.0),
        ):
            self._loops.append(asyncio.create_task(repeat(name, step, every_s, self._stop)))
        self.services.ready = True

    async def _keep_profiles(self) -> bool:
        return await self.services.states.flush(behind_ms=KEEP_PROFILES_MS) > 0

    async def _wake(self) -> bool:
        return self._push is not None and await self._push.step()

    async def _keep_reserve(self) -> bool:
        await asyncio.to_thread(self._reserve.take)
        return False

    async def _rotate_keys(self) -> bool:
        for ring in (self._keys.slot, self._keys.media, self._keys.viewer):
            ring.rotate_if_due(self.services.clock())
        return False

    async def stop(self) -> None:
        """End the loops and write what is in memory."""
        self.services.ready = False
        self._stop.set()
        await asyncio.gather(*self._loops, return_exceptions=True)
        try:
            await self._notifier.step()
        except Exception as error:
            log.error("likes were not told: %s", error)
        try:
            while await self.services.states.flush():
                pass
        except Exception as error:
            log.error("profiles were not written (the log has it all): %s", error)
        await self._fetcher.close()
        if self._push is not None:
            await self._push.fetcher.close()
        self.event_log.close()
        self.profiles.close()
        self.records.database.close()
