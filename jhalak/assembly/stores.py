"""Stores and adapters, opened as the settings say."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jhalak import __version__
from jhalak.config.policy import FILE, holding
from jhalak.config.settings import Settings
from jhalak.embedded.blob_store import BlobStoreOnObstore
from jhalak.embedded.event_log import EmbeddedEventLog
from jhalak.embedded.fetcher import SafeFetcher
from jhalak.embedded.learned import EmbeddedLearned
from jhalak.embedded.profile_store import EmbeddedProfileStore
from jhalak.learning.snapshot import FORMAT
from jhalak.media.fingerprint import marks_of, shared
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
from jhalak.records.errors import CannotOpen
from jhalak.records.feeds import SqlEntryStore, SqlFeedStore
from jhalak.records.items import SqlItemStore
from jhalak.records.jobs import SqlJobStore
from jhalak.records.notice_settings import SqlNoticeSettingsStore
from jhalak.records.notifications import SqlNotificationStore
from jhalak.records.operators import SqlOperatorStore
from jhalak.records.part_news import SqlPartNewsStore
from jhalak.records.passkeys import SqlPasskeyStore
from jhalak.records.pictures import SqlMediaStore, SqlPictureStore
from jhalak.records.playlists import SqlPlaylistStore
from jhalak.records.policies import SqlDraftStore, SqlPolicyStore
from jhalak.records.publishers import SqlPublisherStore
from jhalak.records.push import SqlPushStore
from jhalak.records.recovery import SqlRecoveryStore
from jhalak.records.relations import SqlFollowRequests, SqlRelationStore
from jhalak.records.reports import SqlReportStore
from jhalak.records.reviews import SqlKnownBadStore, SqlReviewStore
from jhalak.records.search import SqlSearchStore
from jhalak.records.series import SqlSeriesStore
from jhalak.records.shown_videos import SqlShownVideos
from jhalak.records.sounds import Matching, SqlSoundStore
from jhalak.records.sounds_down import SqlSoundsDown
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

PROFILES = "profiles.sqlite"


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
    sounds: SqlSoundStore
    sounds_down: SqlSoundsDown
    jobs: SqlJobStore
    search: SqlSearchStore
    channels: SqlChannelStore
    series: SqlSeriesStore
    part_news: SqlPartNewsStore
    playlists: SqlPlaylistStore
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
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotOpen(f"{data} cannot be made: {error.strerror}") from None
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
        SqlSoundStore(database, Matching(marks_of, lambda one, other: shared(one, other).share)),
        SqlSoundsDown(database),
        SqlJobStore(database),
        SqlSearchStore(database, WORDS_VERSION),
        SqlChannelStore(database),
        SqlSeriesStore(database),
        SqlPartNewsStore(database),
        SqlPlaylistStore(database),
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
    return EmbeddedLearned(data / "learned", FORMAT)


def open_fetcher(settings: Settings) -> SafeFetcher:
    """The only way out; for one event loop."""
    rules = settings.fetch
    agent = f"Jhalak/{__version__}"
    if settings.follow.public_url:
        agent += f" (+{settings.follow.public_url})"
    return SafeFetcher(hosts=rules.hosts, ports=rules.ports, allow=rules.allow, agent=agent)


def open_profiles(data: Path) -> EmbeddedProfileStore:
    """The profile store of a data folder."""
    return EmbeddedProfileStore(data / PROFILES)
