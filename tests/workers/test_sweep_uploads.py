"""Uploads that nobody ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jhalak.media.arrival import Stores
from jhalak.workers.sweep_uploads import SweepUploads
from tests.api.creators.senders import Creator, film, settings
from tests.worlds import Jhalak


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Jhalak]:
    made = Jhalak(tmp_path / "data", settings())
    yield made
    made.end()


def sweep(world: Jhalak) -> bool:
    services = world.services
    stores = Stores(services.uploads, services.videos, services.blobs, world.clock)
    return world.run(SweepUploads(stores, stores.clock).step())


def kept(world: Jhalak) -> list[str]:
    return world.run(world.services.blobs.list("uploads"))


def test_what_was_not_whole_in_time_goes_with_its_parts(world: Jhalak) -> None:
    asha = Creator(world, "asha")
    path = asha.begin(9000)
    asha.patch(path, 0, film(9000)[:5000])
    assert not sweep(world)
    assert asha.offset(path) == 5000
    world.clock.forward(h=25)
    sweep(world)
    assert kept(world) == [] and asha.tus("HEAD", path).status_code == 404


def test_what_arrived_and_was_not_made_a_video_becomes_one(world: Jhalak) -> None:
    asha = Creator(world, "asha")
    for n, data in enumerate((film(9000), b"#EXTM3U" + bytes(100))):
        name = asha.begin(len(data)).rpartition("/")[2]
        world.run(world.services.blobs.put(f"uploads/{name}/0", data))
        assert world.services.uploads.part(name, 0, 0, len(data))
        sweep(world)
        videos = asha.ask("GET", "/v1/creators/me/videos").json()["videos"]
        assert [video["state"] for video in videos] == ["waiting"], "the second is no video"
        assert len(kept(world)) == 1 and (world.services.uploads.find(name) is None) == bool(n)


def test_one_whose_part_is_gone_holds_up_no_other_and_goes_when_its_time_is_over(
    world: Jhalak,
) -> None:
    asha, names = Creator(world, "asha"), list[str]()
    for nth in range(2):
        data = film(9000 + nth)
        names.append(asha.begin(len(data)).rpartition("/")[2])
        world.run(world.services.blobs.put(f"uploads/{names[-1]}/0", data))
        assert world.services.uploads.part(names[-1], 0, 0, len(data))
    # Whoever forgot it was killed between its parts and its row.
    lost = sorted(names)[0]
    world.run(world.services.blobs.delete(f"uploads/{lost}/0"))
    world.clock.forward(h=23)
    asha.begin(9000)
    world.clock.forward(h=2)
    assert not sweep(world)
    videos = asha.ask("GET", "/v1/creators/me/videos").json()["videos"]
    assert [video["state"] for video in videos] == ["waiting"]
    assert world.services.uploads.find(lost) is None


def test_a_videos_source_stays_while_it_waits_or_is_held(world: Jhalak) -> None:
    video = Creator(world, "asha").send(film())
    job = world.services.jobs.claim("w", world.clock(), 1000)
    assert job is not None and world.services.jobs.done(job.num, "w", world.clock())
    world.clock.forward(h=25)
    sweep(world)
    assert len(kept(world)) == 1
    world.services.videos.change(video, ("waiting",), world.clock(), state="refused")
    sweep(world)
    found = world.services.videos.find(video)
    assert kept(world) == [] and found is not None
    assert world.services.uploads.find(found.upload) is None
