"""`jhalak learned`: what the weights have seen; it reads files, so it works beside a server."""

from __future__ import annotations

import argparse
import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.learning.lineage import Checkpoint, Manifest
    from jhalak.ports.blob_store import BlobStore


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import open_blobs, open_log
    from jhalak.config.settings import read_settings
    from jhalak.workers.prove import prove

    with explained():
        settings = read_settings(arguments.data)
        if arguments.action == "lifetimes":
            last_line(_lifetimes(arguments.data), wanted=arguments.json)
            return 0
        blobs = open_blobs(arguments.data, settings)
        path, newest = asyncio.run(_newest(blobs))
        if arguments.action != "verify":
            show = _show if arguments.action == "show" else _lineage
            last_line(show(path, newest), wanted=arguments.json)
            return 0
        log = open_log(arguments.data, settings, writable=False)
        try:
            proof = asyncio.run(prove(log, blobs, whole=arguments.whole))
        finally:
            log.close()
    print(f"{path}: {proof.outcome}: {proof.why}")
    print(f"{proof.records:,} records folded again from {proof.base or 'the beginning of the log'}")
    shown = {"checkpoint": path, **{name: getattr(proof, name) for name in proof.__slots__}}
    last_line(shown, wanted=arguments.json)
    return 0 if proof.outcome in ("proven", "records proven") else 1


async def _newest(blobs: BlobStore) -> tuple[str, Checkpoint]:
    from jhalak.workers.prove import kept

    found = await kept(blobs)
    if not found:
        raise Failure("there is no checkpoint of this version: has `jhalak work learn` run?")
    return list(found.items())[-1]


def _show(path: str, checkpoint: Checkpoint) -> dict[str, Any]:
    from jhalak.learning.lineage import hash_of

    manifest = checkpoint.manifest
    print(f"checkpoint   {path}")
    print(f"manifest     {hash_of(manifest)}")
    print(f"parent       {manifest.parent or 'none'}")
    print(f"cell         {manifest.cell}")
    print(f"code         {manifest.code}, {manifest.built}")
    print(f"log time     {_time(manifest.from_ms)} to {_time(manifest.to_ms)}")
    print(f"offsets      {' '.join(map(str, manifest.offsets))}")
    print(f"records      {_counts(manifest.records)}")
    print(f"events       {_counts(manifest.events)}")
    for surface, heads in manifest.examples.items():
        said = ", ".join(f"{head} {yes:,} of {yes + no:,}" for head, (no, yes) in heads.items())
        print(f"examples     {surface}: {said}")
    print(f"log          {manifest.log}")
    print(f"weights      {manifest.weights}")
    return {"checkpoint": path, "manifest": hash_of(manifest), **msgspec.to_builtins(manifest)}


def _lineage(path: str, checkpoint: Checkpoint) -> dict[str, Any]:
    from jhalak.learning.lineage import hash_of

    line: list[Manifest] = [checkpoint.manifest, *reversed(checkpoint.ancestors)]
    for manifest in line:
        total = sum(manifest.records.values())
        print(f"{hash_of(manifest)[:16]}  {_time(manifest.to_ms)}  {total:>12,} records")
    last = line[-1].parent
    print(f"before that  {last[:16]}, not kept" if last else "before that  nothing: the first one")
    hashes = [{"manifest": hash_of(m), **msgspec.to_builtins(m)} for m in line]
    return {"checkpoint": path, "lineage": hashes}


def _lifetimes(data: Path) -> dict[str, Any]:
    """Of each topic in each language of which something was seen: the hours that ship, and those
    that the newest snapshot tells, by how many cards, slots and taps."""
    from jhalak.assembly import open_learned
    from jhalak.catalogue.topics import topics
    from jhalak.schema.languages import LANGUAGES
    from jhalak.workers.lifetimes import Lifetimes

    lifetimes = Lifetimes(open_learned(data))
    if not lifetimes.look():
        raise Failure("there is no snapshot: has `jhalak work learn` run since the last boot?")
    print("language topic          ships h  seen h  surer    cards       slots     taps")
    rows = []
    for seen in lifetimes.observed.all_seen():
        language, topic = LANGUAGES[seen.language], topics()[seen.topic]
        hours, gain = lifetimes.of_topic(language, topic.id)
        shipped = topic.lifetime_ms / 3_600_000
        print(
            f"{language:<8} {topic.id:<13} {shipped:8.0f} {hours:7.1f} {gain:6.2f}"
            f" {seen.cards:8,} {seen.exposures:11,.0f} {seen.taps:8,.0f}"
        )
        rows.append({
            "language": language, "topic": topic.id, "ships_h": shipped, "hours": round(hours, 1),
            "gain": round(gain, 2), "cards": seen.cards, "slots": round(seen.exposures),
            "taps": round(seen.taps),
        })  # fmt: skip
    return {"lifetimes": rows}


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
