"""`jhalak doctor`: what is wrong here, and what to do about it."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jhalak.cli.doctor_videos import decoder, videos
from jhalak.cli.finding import Finding, State
from jhalak.cli.output import last_line


def run(arguments: argparse.Namespace) -> int:
    from jhalak.config.settings import BadSettings

    findings: list[Finding] = []
    checks = (
        _machine, _applications, _disk, _settings, _records, _log, _learner, _clock, decoder,
        videos,
    )  # fmt: skip
    for check in checks:
        try:
            findings += list(check(arguments.data))
        except BadSettings as error:
            if check is _settings:  # said once; what needs them cannot be looked at
                do = "put it right, then ask again: what depends on it was not looked at"
                findings.append(Finding("settings", "bad", str(error), do))
        except Exception as error:
            name = check.__name__.removeprefix("_")
            findings.append(Finding(name, "bad", f"{type(error).__name__}: {error}"))
    for finding in findings:
        print(f"{finding.state:5} {finding.what:12} {finding.says}")
        if finding.do:
            print(f"{'':18} -> {finding.do}")
    bad = sum(finding.state == "bad" for finding in findings)
    last_line({"bad": bad, "findings": [f._asdict() for f in findings]}, wanted=arguments.json)
    return 1 if bad else 0


def _machine(_: Path) -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = (3, 11) <= sys.version_info < (3, 14)
    yield Finding(
        "python", "ok" if fine else "bad", version, "" if fine else "use Python 3.11 to 3.13"
    )
    cores = os.cpu_count() or 1
    yield Finding(
        "cores", "ok" if cores > 1 else "look", str(cores),
        "" if cores > 1 else "serving and learning share one core: slates will wait",
    )  # fmt: skip
    from jhalak.embedded.sqlite import LEAST_VERSION, bundled_version

    least = ".".join(map(str, LEAST_VERSION))
    yield Finding("sqlite", "ok", f"{bundled_version()} ({least} or newer is needed)")


def _applications(_: Path) -> Iterator[Finding]:
    from jhalak.api.apps import is_built

    missing = [name for name in ("viewer", "console") if not is_built(name)]
    says = f"not built: {', '.join(missing)}" if missing else "viewer and console are built"
    yield Finding(
        "applications", "look" if missing else "ok", says,
        "make web builds them (a wheel has them); the API works without" if missing else "",
    )  # fmt: skip


def _disk(data: Path) -> Iterator[Finding]:
    folder = data if data.exists() else data.absolute().parent
    free = shutil.disk_usage(folder).free / 1e9
    state: State = "ok" if free > 5 else "look" if free > 0.5 else "bad"
    yield Finding(
        "disk", state, f"{free:.1f} GB free at {folder}",
        "" if state == "ok" else "make room: with a full disk writes answer 507",
    )  # fmt: skip
    writable = os.access(folder, os.W_OK)
    yield Finding(
        "folder", "ok" if writable else "bad", f"{folder} is {'' if writable else 'not '}writable",
        "" if writable else "give this user the folder, or name another with --data",
    )  # fmt: skip


def _settings(data: Path) -> Iterator[Finding]:
    from jhalak.config.settings import read_settings

    settings = read_settings(data)
    given = (data / "jhalak.toml").exists()
    says = f"cell {settings.cell!r}, " + ("from jhalak.toml" if given else "defaults")
    yield Finding("settings", "ok", says)


def _records(data: Path) -> Iterator[Finding]:
    from jhalak.assembly import open_records
    from jhalak.config.settings import read_settings

    settings = read_settings(data)
    if not data.exists() and not settings.records_url:
        yield Finding("records", "look", f"{data} is not there yet", "jhalak serve makes it")
        return
    records = open_records(data, settings)
    try:
        fine = records.database.writable()
        newest = records.items.changes(0, 1)
        says = "tables are current" + ("" if newest else ", no items yet")
        yield Finding(
            "records", "ok" if fine else "bad", says if fine else "cannot be written",
            "" if newest else "jhalak ingest SOURCE takes some in",
        )  # fmt: skip
    finally:
        records.database.close()


def _log(data: Path) -> Iterator[Finding]:
    from jhalak.assembly import open_log
    from jhalak.config.settings import read_settings
    from jhalak.schema.activity import TOPIC

    if not (data / "log").exists():
        yield Finding("log", "look", "there is none yet", "jhalak serve makes it")
        return
    log = open_log(data, read_settings(data), writable=False)
    ends = asyncio.run(_ends(log.ends, TOPIC))
    log.close()
    yield Finding("log", "ok", f"{sum(ends):,} records in {len(ends)} partition(s)")


async def _ends(ends: Callable[[str], object], topic: str) -> list[int]:
    return await ends(topic)  # type: ignore[misc,no-any-return]


def _learner(data: Path) -> Iterator[Finding]:
    from jhalak.assembly import now_ms, open_learned

    if not (data / "learned").exists():
        yield Finding("learner", "look", "it never ran here", "jhalak serve starts one")
        return
    learned = open_learned(data)
    silent_s = (now_ms() - learned.alive_ms()) / 1000
    fine = silent_s < 10
    yield Finding(
        "learner", "ok" if fine else "look", f"last heard {silent_s:,.0f} s ago",
        "" if fine else "fine when no server runs; else see its messages",
    )  # fmt: skip


def _clock(data: Path) -> Iterator[Finding]:
    now = time.gmtime()
    fine = 2026 <= now.tm_year < 2100
    says = time.strftime("%Y-%m-%dT%H:%M:%SZ", now)
    do = "" if fine else "set the clock: tokens and labels depend on it"
    yield Finding("clock", "ok" if fine else "bad", says, do)
    newest = max((file.stat().st_mtime for file in data.rglob("*") if file.is_file()), default=0.0)
    ahead = newest - time.time()
    if ahead > 60:
        yield Finding(
            "clock", "look", f"files here are {ahead:,.0f} s in the future",
            "the clock was set back: events between are clamped",
        )  # fmt: skip
