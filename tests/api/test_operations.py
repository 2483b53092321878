"""/healthz, /readyz, /metrics; and the one shape of everything that is refused."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from jhalak.ports.errors import DiskFull, Unavailable
from tests.worlds import Jhalak, Phone


def metrics(jhalak: Jhalak) -> dict[tuple[str, ...], float]:
    """Every sample: (name, label values sorted by label) to value."""
    answer = jhalak.ask("GET", "/metrics")
    assert answer.status_code == 200
    # A parameter said twice is refused by scrapers that read it strictly.
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_healthz_says_that_the_process_runs(shared: Jhalak) -> None:
    answer = shared.ask("GET", "/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_readyz_says_when_slates_can_be_served(jhalak: Jhalak) -> None:
    answer = jhalak.ask("GET", "/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True, "live_items": 160, "catalogue_seq": 160, "model": 0,
        "learner_silent_s": None,
    }  # fmt: skip
    jhalak.services.ready = False
    assert jhalak.ask("GET", "/readyz").status_code == 503


def test_readyz_says_how_long_the_learner_is_silent(jhalak: Jhalak) -> None:
    jhalak.learn()
    jhalak.clock.forward(s=7.5)
    found = jhalak.ask("GET", "/readyz").json()
    assert found["learner_silent_s"] == 7.5 and found["model"] > 0


def test_metrics_tell_what_happened(jhalak: Jhalak, phone: Phone) -> None:
    phone.edition()
    phone.tap(phone.edition()["cards"][0])
    phone.page()
    jhalak.services.jobs.add("video.first", "v1", 0, 5)
    found = metrics(jhalak)
    assert found["jhalak_video_jobs", "waiting"] == 1
    assert found["jhalak_slates_total", "popular", "lockscreen"] == 2
    assert found["jhalak_slates_total", "popular", "video"] == 1
    assert found["jhalak_counts_total", "events accepted"] == 1
    assert found["jhalak_counts_total", "GET /v1/lockscreen/edition 200"] == 2
    assert found["jhalak_live_items",] == 160
    assert found["jhalak_trials",] == 160
    assert found["jhalak_trial_impressions_wanted",] == 16_000
    assert found["jhalak_trial_wait_hours",] == -1
    assert found["jhalak_viewers_in_memory",] == 1
    assert found["jhalak_learner_silent_seconds",] == -1
    assert found["jhalak_stage_calls_total", "source", "trending", "lockscreen"] == 2
    assert found["jhalak_stage_candidates_total", "selector", "diverse", "lockscreen"] == 48
    assert found["jhalak_stage_failures_total", "filter", "live", "video"] == 0
    assert found["jhalak_stage_seconds_total", "scorer", "predictions", "lockscreen"] > 0
    assert found["process_resident_memory_bytes",] > 0


def test_metrics_count_what_failed(
    jhalak: Jhalak, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    trending = jhalak.services.lockscreen._ranked._sources[0][0]
    monkeypatch.setattr(trending, "find", lambda query: 1 / 0)
    assert len(phone.edition()["cards"]) == 24
    found = metrics(jhalak)
    assert found["jhalak_stage_failures_total", "source", "trending", "lockscreen"] == 1


def test_metrics_count_answers_that_are_our_fault(
    jhalak: Jhalak, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a full disk everything answered 507, and nothing in /metrics moved."""
    tap = [
        {
            "id": "1",
            "slot": phone.edition()["cards"][0]["slot"],
            "type": "tap",
            "at": "2026-11-18T12:00:00Z",
        }
    ]

    async def full(*_: object, **__: object) -> None:
        raise DiskFull("no space left")

    def gone(*_: object, **__: object) -> None:
        raise Unavailable("no answer")

    with monkeypatch.context() as patched:
        patched.setattr(jhalak.server.event_log, "append", full)
        patched.setattr(jhalak.services.items, "get", gone)
        assert phone.ask("POST", "/v1/events", json={"events": tap}).status_code == 507
        assert jhalak.ask("GET", "/v1/items/a").status_code == 503
    found = metrics(jhalak)
    assert found["jhalak_counts_total", "failed 507"] == 1
    assert found["jhalak_counts_total", "failed 503"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 404), ("GET", "/v2/viewers", 404), ("GET", "/%00", 404),
        ("GET", "/v1/viewers", 405), ("DELETE", "/v1/viewers", 405), ("PATCH", "/v1/me", 405),
        ("POST", "/v1/lockscreen/edition", 405), ("PUT", "/v1/events", 405),
        ("POST", "/v1/topics", 405), ("GET", "/v1/me/preferences", 401), ("DELETE", "/v1/me", 401),
        ("PUT", "/v1/me/likes/item/x", 401), ("DELETE", "/v1/items/x", 401),
        ("POST", "/v1/viewers", 400), ("GET", "/v1/recalls?since=x", 400),
    ],
)  # fmt: skip
def test_whatever_is_refused_says_so_in_one_shape(
    shared: Jhalak, method: str, path: str, status: int
) -> None:
    answer = shared.ask(method, path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error", "detail"}
    assert isinstance(answer.json()["error"], str) and answer.json()["detail"]
    if status == 405:
        assert answer.headers["allow"]


@pytest.mark.parametrize("host", ["[", "[::1", "a:b:c", "jhalak:99999999", "[x]"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("POST", "/v1/viewers"),
     ("POST", "/v1/creators/session/passkey/options")],
)  # fmt: skip
def test_a_host_that_cannot_be_is_refused(
    shared: Jhalak, method: str, path: str, host: str
) -> None:
    answer = shared.ask(method, path, json={"languages": ["xx"]}, headers={"Host": host})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_header"), answer.text


def test_a_body_beyond_the_limit_is_refused_everywhere(shared: Jhalak, guest: Phone) -> None:
    big = b'{"languages":["en"],"x":"' + b"a" * 300_000 + b'"}'
    for method, path in (("POST", "/v1/viewers"), ("PUT", "/v1/me/preferences")):
        answer = guest.ask(method, path, content=big, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413 and answer.json()["error"] == "too_large"


def test_what_we_did_wrong_is_not_told_to_the_outside(
    jhalak: Jhalak, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr(jhalak.services.packer, "edition", fails)
    monkeypatch.setattr(jhalak.services.relations, "of_viewer", fails)
    for path in ("/v1/lockscreen/edition", "/v1/me/relations"):
        answer = phone.ask("GET", path)
        assert answer.status_code == 500 and "42" not in answer.text
        assert answer.json()["error"] == "internal"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/nothing", 404), ("PATCH", "/v1/topics", 405)]
)
def test_an_address_that_is_not_there_is_repeated(
    shared: Jhalak, method: str, path: str, status: int
) -> None:
    answer = shared.ask(method, path)
    assert answer.status_code == status
    assert answer.json()["detail"].startswith(f"there is no {method} {path}; /openapi.json")
