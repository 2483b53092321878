"""What the handlers call: put together by assembly, handed to every handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from jhalak.api.event_ids import EventIds
from jhalak.api.sampler import Sampler
from jhalak.config.experiments import Override
from jhalak.config.policy import FILE
from jhalak.config.settings import Settings
from jhalak.experiments.assignment import Assignment
from jhalak.feeds.edition import Packer
from jhalak.feeds.feed import Feed
from jhalak.feeds.media_link import MediaLinks
from jhalak.feeds.search import Search
from jhalak.feeds.slot_token import SlotTokens
from jhalak.feeds.starting import Chosen
from jhalak.people.directory import Directory
from jhalak.people.passkeys import Challenges
from jhalak.people.viewer_token import ViewerTokens
from jhalak.ports.accounts import AccountStore, SessionStore
from jhalak.ports.audit import AuditStore
from jhalak.ports.blob_store import FileStore
from jhalak.ports.cases import Case, CaseStore, ReportStore, StrikeStore
from jhalak.ports.channels import ChannelStore
from jhalak.ports.comments import (
    CommentPages,
    CommentReviews,
    CommentsOf,
    CommentStore,
    CommentWriter,
)
from jhalak.ports.consents import ConsentStore
from jhalak.ports.creators import CreatorLookup, CreatorStore, VerifiedNames
from jhalak.ports.credentials import CreatorSessions, PasskeyStore, RecoveryStore
from jhalak.ports.definitions import DefinitionStore
from jhalak.ports.event_log import EventLog
from jhalak.ports.feeds import EntryStore, FeedStore
from jhalak.ports.items import ItemStore
from jhalak.ports.jobs import JobCounts, JobStore
from jhalak.ports.keys import Signer
from jhalak.ports.notifications import NoticeSettingsStore, NotificationStore, Notify
from jhalak.ports.operators import OperatorStore
from jhalak.ports.pictures import MediaStore
from jhalak.ports.playlists import PlaylistEntries, PlaylistStore
from jhalak.ports.policies import DraftStore, PolicyStore
from jhalak.ports.profile_store import ProfileStore
from jhalak.ports.publishers import PublisherStore
from jhalak.ports.push import PushStore
from jhalak.ports.relations import FollowRequests, RelationStore, RelationWriter
from jhalak.ports.replays import ReplayStore
from jhalak.ports.reviews import KnownBadStore, ReviewStore
from jhalak.ports.search import SearchStore
from jhalak.ports.series import SeriesStore
from jhalak.ports.shown_videos import ShownVideos
from jhalak.ports.sounds import SoundsDown, SoundStore
from jhalak.ports.subscriptions import DeliveryStore, SubscriptionStore
from jhalak.ports.texts import TextStore
from jhalak.ports.uploads import UploadStore
from jhalak.ports.videos import VideoShelf, VideoStore
from jhalak.ports.viewers import ViewerStore
from jhalak.schema.video import Video
from jhalak.stages.trial_wait import TrialWaits
from jhalak.stages.viewer_states import ViewerStates
from jhalak.stages.world import World
from jhalak.trust.edits import Edit, Edited
from jhalak.trust.suspend import Suspend
from jhalak.trust.take_down import TakeDown
from jhalak.understanding.words import Words


@dataclass(slots=True, eq=False)
class Services:
    """One process's rooms and ports."""

    settings: Settings
    clock: Callable[[], int]
    """Unix milliseconds."""
    world: World
    states: ViewerStates
    lockscreen: Feed
    video: Feed
    following: Feed
    channel: Feed
    channels: ChannelStore
    series: SeriesStore
    playlists: PlaylistStore
    playlist_entries: PlaylistEntries
    search: SearchStore
    finder: Search
    chosen: Chosen
    packer: Packer
    media_links: MediaLinks
    slot_tokens: SlotTokens
    viewer_tokens: ViewerTokens
    signer: Signer
    directory: Directory
    event_ids: EventIds
    event_log: EventLog
    profiles: ProfileStore
    items: ItemStore
    viewers: ViewerStore
    relations: RelationStore
    relation_writer: RelationWriter
    follow_requests: FollowRequests
    consents: ConsentStore
    operators: OperatorStore
    audit: AuditStore
    texts: TextStore
    media: MediaStore
    accounts: AccountStore
    sessions: SessionStore
    drafts: DraftStore
    policies: PolicyStore
    definitions: DefinitionStore
    replays: ReplayStore
    creator_accounts: CreatorStore
    people: CreatorLookup
    """Accounts by handle, creator number or viewer; at most one question a request."""
    creator_sessions: CreatorSessions
    recovery: RecoveryStore
    passkeys: PasskeyStore
    challenges: Challenges
    verified_names: VerifiedNames
    uploads: UploadStore
    reviews: ReviewStore
    known_bad: KnownBadStore
    videos: VideoStore
    shelf: VideoShelf
    """Accounts' videos as others see them."""
    edit_video: Callable[[str, Edit], Edited]
    """What a creator says anew of a video (workers/edit_video.py). For a thread; raises NotSo,
    PortError."""
    suspend: Suspend
    sounds: SoundStore
    sounds_down: SoundsDown
    jobs: JobStore
    notifications: NotificationStore
    notice_settings: NoticeSettingsStore
    notify: Notify
    comments: CommentStore
    comment_writer: CommentWriter
    comment_pages: CommentPages
    comments_of: CommentsOf
    comment_reviews: CommentReviews
    shown: ShownVideos
    words: Words
    """Lists of words by which comments are held."""
    """Tells an account something (ports/notifications.py)."""
    pushes: PushStore
    push_key: bytes
    """Public key for browsers (ports/push.py); empty: this cell does not push."""
    reports: ReportStore
    cases: CaseStore
    strikes: StrikeStore
    settle_case: Callable[[Case], Awaitable[None]]
    """Carries out what was decided on a case (workers/settle_cases.py). Raises PortError."""
    job_counts: JobCounts
    blobs: FileStore
    take_down: TakeDown
    feeds: FeedStore
    entries: EntryStore
    subscriptions: SubscriptionStore
    deliveries: DeliveryStore
    publishers: PublisherStore
    experiments: Assignment
    settle: Callable[[str], Awaitable[None]]
    """Carries out what was decided on a video (workers/settle_reviews.py). Raises PortError."""
    refuse_video: Callable[[Video, str, str], Awaitable[None]]
    """(video, reason, by): it is not seen any more, and does not come back. Raises PortError."""
    give_up_reserve: Callable[[], bool] = lambda: False
    """Frees a little of a full disk, for a recall; was there any?"""
    creators: dict[str, int] = field(default_factory=dict)
    """Name of every creator to its number; follows the store."""
    creator_names: dict[int, str] = field(default_factory=dict)
    """The inverse."""
    trial_waits: TrialWaits = field(init=False)
    """How long new items wait for their first impressions."""
    held: Settings = field(init=False)
    """The settings as they hold: with the policy and all experiments."""
    policy: Override = FILE
    """The policy that is in them."""
    sampler: Sampler = field(init=False)
    """How this process does, for who looks."""
    ready: bool = False
    """Set when the catalogue was read and kernels are warm."""
    counts: dict[str, int] = field(default_factory=dict)
    """Requests by `route status`, events by outcome."""

    def __post_init__(self) -> None:
        self.obey(self.settings, FILE)
        self.sampler = Sampler(self)

    def obey(self, held: Settings, policy: Override) -> None:
        """From now on these settings hold."""
        self.held, self.policy, feed = held, policy, held.feed
        self.experiments.obey(held, policy)
        self.trial_waits = TrialWaits(self.world, feed.exploration, feed.trial_impressions)

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by
