"""What makes creators' videos, decides on them and takes them away; what becomes of reports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jhalak.assembly.content import quick_embedder
from jhalak.assembly.stores import Records, open_blobs, open_fetcher
from jhalak.config.settings import Settings
from jhalak.embedded.fetcher import SafeFetcher

if TYPE_CHECKING:
    from jhalak.ports.blob_store import BlobStore
    from jhalak.ports.fetcher import Fetcher
    from jhalak.ports.notifications import Notify
    from jhalak.schema.video import Video
    from jhalak.trust.suspend import Suspend
    from jhalak.trust.take_down import TakeDown
    from jhalak.understanding.words import Words
    from jhalak.workers.edit_video import EditVideo
    from jhalak.workers.make_videos import MakeVideos
    from jhalak.workers.publish_video import PublishVideo
    from jhalak.workers.push_notices import PushNotices
    from jhalak.workers.settle_cases import SettleCases
    from jhalak.workers.settle_reviews import SettleReviews
    from jhalak.workers.settle_sounds import SettleSounds
    from jhalak.workers.sweep_videos import SweepVideos


class NoFfmpeg(Exception):
    """Videos cannot be taken in here."""


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
    from jhalak.trust.uses import ReviewUses, TellUse
    from jhalak.workers.publish_video import PublishVideo

    understand = quick(quick_embedder(settings), records.folder)
    tell = TellUse(
        records.videos, records.shown, records.people, records.notifications,
        ReviewUses(records.shown, records.reviews, clock), clock,
    )  # fmt: skip
    return PublishVideo(
        records.videos, records.items, understand, settings.media.keep_days, clock, tell,
        records.sounds,
    )  # fmt: skip


def open_edit(
    records: Records, publish: PublishVideo, words: Words, clock: Callable[[], int]
) -> EditVideo:
    """What carries out what creators say anew of their videos."""
    from jhalak.workers.edit_video import EditVideo

    return EditVideo(records.videos, records.reviews, publish, words, clock)


def open_settle(
    records: Records, take_down: TakeDown, settings: Settings, clock: Callable[[], int],
    tell: SettleCases | None = None,
) -> SettleReviews:  # fmt: skip
    """What carries out the decisions of reviews."""
    from jhalak.trust.uses import ReviewUses
    from jhalak.workers.settle_reviews import SettleReviews
    from jhalak.workers.settle_sounds import SoundAppeals

    publish = open_publish(records, settings, clock)

    def brought(video: Video) -> bool:
        sound = records.sounds.find(video.sound)
        return sound is not None and sound.video == video.id

    return SettleReviews(
        records.reviews, records.videos, records.known_bad, publish, take_down, clock, tell,
        ReviewUses(records.shown, records.reviews, clock),
        SoundAppeals(records.sounds_down, brought, clock),
    )  # fmt: skip


def open_settle_sounds(
    records: Records, take_down: TakeDown, settings: Settings, clock: Callable[[], int],
    tell: SettleCases | None = None,
) -> SettleSounds:  # fmt: skip
    """What carries out the decisions on sounds."""
    from jhalak.workers.settle_sounds import SettleSounds

    publish = open_publish(records, settings, clock)
    return SettleSounds(records.sounds_down, records.videos, publish, take_down, clock, tell)


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
        CheckVideo(records.videos, load_look(), words, judged_by, records.sounds, clock),
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
