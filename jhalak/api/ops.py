"""/healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Iterable

from litestar import MediaType, get
from litestar.response import Response
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest

from jhalak.api.services import Services
from jhalak.pipeline.runner import StageStats
from jhalak.ports.errors import PortError
from jhalak.ports.jobs import JobState
from jhalak.stages.trial_wait import Waits


@get("/healthz", tags=["operations"], media_type=MediaType.TEXT)
async def healthz() -> str:
    """The process runs."""
    return "ok"


@get("/readyz", tags=["operations"])
async def readyz(services: Services) -> Response[dict[str, object]]:
    """200 when slates can be served; says how far behind the learner is."""
    world = services.world
    alive_s = (services.clock() - world.alive_ms) / 1000 if world.alive_ms else None
    body: dict[str, object] = {
        "ready": services.ready,
        "live_items": len(world.catalogue),
        "catalogue_seq": world.catalogue.seq,
        "model": world.serving.version,
        "learner_silent_s": None if alive_s is None else round(max(alive_s, 0.0), 3),
    }
    return Response(body, status_code=200 if services.ready else 503)


class Metrics:
    """Reads the counters that stages keep; nothing is counted twice on the way."""

    def __init__(
        self, services: Services, waits: Waits, unpictured: int, jobs: dict[JobState, int]
    ) -> None:
        self._s, self._waits, self._unpictured, self._jobs = services, waits, unpictured, jobs
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._registry.register(self)

    def text(self) -> bytes:
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        s = self._s
        feeds = {"lockscreen": s.lockscreen, "video": s.video}
        yield from self._stages({name: feed.stats for name, feed in feeds.items()})
        answers = CounterMetricFamily(
            "jhalak_slates", "Slates by surface and level", labels=("surface", "level")
        )
        for name, feed in feeds.items():
            for level, count in feed.answers.items():
                answers.add_metric((name, level.name), count)
        yield answers
        counts = CounterMetricFamily("jhalak_counts", "What happened", labels=("what",))
        for what, count in s.counts.items():
            counts.add_metric((what,), count)
        yield counts
        jobs = GaugeMetricFamily("jhalak_video_jobs", "What is made of videos", labels=("state",))
        for state, count in self._jobs.items():
            jobs.add_metric((state,), count)
        yield jobs
        now_ms, wait = s.clock(), self._waits.overall
        for metric, text, value in (
            ("jhalak_live_items", "Items that may be shown", len(s.world.catalogue)),
            ("jhalak_pictures_waiting", "Items whose picture is not made yet", self._unpictured),
            ("jhalak_embeddings_waiting", "Items without an embedding yet", _unembedded(s)),
            ("jhalak_catalogue_seq", "Sequence number in place", s.world.catalogue.seq),
            ("jhalak_viewers_in_memory", "Viewers whose state is at hand", len(s.states)),
            ("jhalak_profile_failures", "Profiles that could not be read", s.states.failures),
            ("jhalak_model_version", "Learned snapshot in use", s.world.serving.version),
            (
                "jhalak_learner_silent_seconds", "Since the learner was last heard",
                max(now_ms - s.world.alive_ms, 0) / 1000 if s.world.alive_ms else -1,
            ),
            ("jhalak_trials", "Items that wait for first impressions", wait.trials),
            ("jhalak_trial_impressions_wanted", "What they may still take", wait.impressions),
            ("jhalak_trial_impressions_a_day", "The budget for them", self._waits.a_day),
            (
                "jhalak_trial_wait_hours", "A new creator's wait; -1: for ever",
                _told(wait.new_item_h),
            ),
            ("jhalak_clock_seconds", "This process's clock", time.time()),
        ):  # fmt: skip
            yield GaugeMetricFamily(metric, text, value)

    @staticmethod
    def _stages(by_feed: dict[str, list[StageStats]]) -> Iterable[Metric]:
        labels = ("surface", "kind", "stage")
        calls = CounterMetricFamily("jhalak_stage_calls", "Calls", labels=labels)
        failures = CounterMetricFamily("jhalak_stage_failures", "Failures", labels=labels)
        seconds = CounterMetricFamily("jhalak_stage_seconds", "Time spent", labels=labels)
        candidates = CounterMetricFamily(
            "jhalak_stage_candidates", "Found, kept or chosen", labels=labels
        )
        for feed, stats in by_feed.items():
            for stage in stats:
                key = (feed, stage.kind, stage.name)
                calls.add_metric(key, stage.calls)
                failures.add_metric(key, stage.failures)
                seconds.add_metric(key, stage.nanoseconds / 1e9)
                candidates.add_metric(key, stage.candidates)
        return (calls, failures, seconds, candidates)


def _told(hours: float) -> float:
    return hours if math.isfinite(hours) else -1.0


def _unpictured(services: Services) -> int:
    return services.world.catalogue.count_unpictured()


def _unembedded(s: Services) -> int:
    """The backlog of the sentence encoder. 3 ms at 100,000 items."""
    c = s.world.catalogue
    return int((c.live & ~c.packed.any(axis=1)).sum())


def _jobs(services: Services) -> dict[JobState, int]:
    """None while records fail: the other figures tell of that."""
    try:
        return services.job_counts.counts()
    except PortError:
        return {}


@get("/metrics", tags=["operations"], media_type=MediaType.TEXT)
async def metrics(services: Services) -> Response[bytes]:
    """Prometheus text."""
    waits = await asyncio.to_thread(services.trial_waits.now, services.clock())
    unpictured = await asyncio.to_thread(_unpictured, services)
    jobs = await asyncio.to_thread(_jobs, services)
    text = Metrics(services, waits, unpictured, jobs).text()
    return Response(text, media_type="text/plain; version=0.0.4")


ROUTES = [healthz, readyz, metrics]
