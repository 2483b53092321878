"""A creator with a live video, whom viewers meet as the log has it, and the worker that counts."""

from __future__ import annotations

from typing import Any

from jhalak.assembly import open_blobs, open_log
from jhalak.residency.seal import seal
from jhalak.schema.activity import TOPIC, Activity, encode
from jhalak.schema.video import Details, Media, Video
from jhalak.workers.count_reach import CountReach
from tests.api.people_at_hand import Member
from tests.learning.reach_records import event, outcomes, relation, served
from tests.worlds import DAY_MS, Jhalak, make_item

EN, HI = 0, 1


class World:
    """A server, the worker beside it, and a creator with a live video of three seconds."""

    def __init__(self, jhalak: Jhalak) -> None:
        self.jhalak = jhalak
        self.asha = Member(jhalak, "asha")
        self.log = open_log(jhalak.data, jhalak.settings, writable=False)
        self.video, self.item = self.publish("evening", self.asha)
        self.met = 0

    def publish(self, name: str, who: Member, seconds: float = 2.4, **said: Any) -> tuple[str, int]:
        """(id, item number) of a live video."""
        usual: dict[str, Any] = {"language": "hi", "ai": False, "sensitive": False, "rights": "own"}
        s, now_ms = self.jhalak.services, self.jhalak.clock()
        video = Video(
            id=name, account=who.num, handle=who.handle, upload=f"up-{name}",
            content=name.encode(), details=Details(**(usual | said)), created_ms=now_ms,
        )  # fmt: skip
        s.videos.begin(video, now_ms)
        item = make_item(
            name, "nature", "hi", kind="video", publisher=f"@{who.handle}", published_ms=now_ms,
            expires_ms=now_ms + 20 * DAY_MS,
        )  # fmt: skip
        self.jhalak.put([item])
        record = s.items.get(name)
        assert record is not None
        media = Media(
            set=f"set-{name}", duration_s=seconds, width=9, height=16, sound=True, files=()
        )
        labels = ("sensitive",) if said.get("sensitive") else ()
        s.videos.change(
            name, ("waiting",), now_ms, state="live", media=media, num=record.num,
            live_ms=now_ms, labels=labels,
        )  # fmt: skip
        return name, record.num

    def meet(
        self, people: int, language: int = HI, *, like: bool = True, reason: int = 0,
        seconds: float = 2.0,
    ) -> None:  # fmt: skip
        """So many more people watch the video for two seconds, or so long."""
        now_ms = self.jhalak.clock()
        for viewer in range(self.met + 1, self.met + people + 1):
            slate = served(viewer, viewer, now_ms, (self.item,), (reason,), (language,))
            watched = ((0, round(1000 * seconds)),)
            play = event(
                f"p{viewer}", "play", viewer, self.item, value=1000 * seconds, ranges=watched
            )
            self.append(viewer, slate, outcomes(play, viewer=viewer, at_ms=now_ms))
            if like:
                put = relation("likes", viewer, self.item, viewer=viewer, at_ms=now_ms)
                self.append(viewer, put)
        self.met += people

    def append(self, viewer: int, *records: Activity) -> None:
        s = self.jhalak.services
        for record in records:
            payload = seal(viewer, encode(record))
            self.jhalak.run(s.event_log.append(TOPIC, viewer, payload, self.jhalak.clock()))

    def worker(self) -> CountReach:
        blobs = open_blobs(self.jhalak.data, self.jhalak.settings)
        made = CountReach(self.log, blobs, self.jhalak.settings, self.jhalak.clock)
        self.jhalak.run(made.resume())
        return made

    def count(self, worker: CountReach | None = None) -> CountReach:
        worker = worker or self.worker()

        async def read() -> None:
            while await worker.step():
                pass
            await worker.tell()

        self.jhalak.run(read())
        return worker

    def figures(self) -> Any:
        return self.asha.get(f"/v1/creators/me/videos/{self.video}/figures")
