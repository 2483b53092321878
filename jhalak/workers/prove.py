"""Proving a checkpoint's lineage: fold the log again and come to the same hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from jhalak.config.settings import ModelSettings
from jhalak.learning.fold import Fold
from jhalak.learning.lineage import (
    Checkpoint,
    Lineage,
    Manifest,
    Run,
    built_with,
    code_version,
    from_blob,
    hash_of,
)
from jhalak.ports.blob_store import BlobStore
from jhalak.ports.event_log import EventLog
from jhalak.schema.activity import TOPIC
from jhalak.workers.learn import BATCH, FOLDER, fold_entry

Outcome = Literal["proven", "records proven", "not provable", "different"]
"""`records proven`: by the hash over the records; the weights were made by other code."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What folding again came to."""

    outcome: Outcome
    why: str
    base: str
    """Path of the checkpoint from which it was folded again; "": from the log's beginning."""
    records: int
    """How many were folded again."""


async def kept(blobs: BlobStore) -> dict[str, Checkpoint]:
    """The checkpoints that can be read, by path, the oldest first."""
    found = {}
    for path in await blobs.list(FOLDER):
        data = await blobs.get(path)
        try:
            if data is not None:
                found[path] = from_blob(data)
        except ValueError:
            continue  # of another version: nothing of it can be said
    return found


async def prove(event_log: EventLog, blobs: BlobStore, *, whole: bool = False) -> Proof:
    """Fold again what made the newest checkpoint: from the oldest one kept that it comes from, or
    with `whole` from the log's beginning. Raises ValueError where there is no checkpoint."""
    checkpoints = await kept(blobs)
    if not checkpoints:
        raise ValueError("there is no checkpoint of this version of the learner")
    *_, target = checkpoints.values()
    base, runs = ("", _all_of(target)) if whole else _shortest(checkpoints, target)
    if runs is None:
        text = "the order of folding is known only back to the oldest manifest that is kept"
        return Proof("not provable", text, base, 0)
    start = checkpoints[base] if base else None
    fold, lineage = _begin(target.manifest, start)
    found = 0
    for run in runs:
        here = await _fold_run(event_log, fold, lineage, run)
        found += here
        if here < run.records:
            text = f"{run.records - here} records are in the log no more: erased, or retention"
            return Proof("not provable", text, base, found)
    return Proof(*_compare(target.manifest, fold, lineage), base, found)


def _shortest(
    checkpoints: dict[str, Checkpoint], target: Checkpoint
) -> tuple[str, list[Run] | None]:
    """(the oldest checkpoint that the target comes from, the runs from there)."""
    line = [*target.ancestors, target.manifest]
    names = [hash_of(manifest) for manifest in line]
    for path, checkpoint in checkpoints.items():
        name = hash_of(checkpoint.manifest)
        if name in names[:-1]:
            later = line[names.index(name) + 1 :]
            return path, [run for manifest in later for run in manifest.runs]
    return "", _all_of(target)


def _all_of(target: Checkpoint) -> list[Run] | None:
    """The runs from the log's beginning. One partition has one order; of several it is known as
    far back as manifests are kept."""
    manifest = target.manifest
    if len(manifest.offsets) == 1:
        return [Run(0, 0, manifest.offsets[0], sum(manifest.records.values()))]
    line = [*target.ancestors, manifest]
    return None if line[0].parent else [run for one in line for run in one.runs]


def _begin(manifest: Manifest, start: Checkpoint | None) -> tuple[Fold, Lineage]:
    rules = manifest.settings
    model = msgspec.convert(rules["model"], ModelSettings)
    fold = Fold(len(manifest.offsets), rules["label_window_s"], rules["join_h"], model)
    lineage = Lineage(manifest.cell)
    if start is not None:
        fold.load(start.state)
        lineage.go_on(start.manifest, start.ancestors)
    return fold, lineage


async def _fold_run(event_log: EventLog, fold: Fold, lineage: Lineage, run: Run) -> int:
    """Fold a run again; answers how many of its records there are."""
    at, found = run.after, 0
    while at < run.to:
        entries = await event_log.read(TOPIC, run.partition, at, BATCH)
        within = [entry for entry in entries if entry.n <= run.to]
        for entry in within:
            await fold_entry(event_log, fold, lineage, entry)
        found += len(within)
        if len(within) < BATCH:
            break
        at = within[-1].n
    return found


def _compare(manifest: Manifest, fold: Fold, lineage: Lineage) -> tuple[Outcome, str]:
    again = lineage.manifest(fold, fold.dump())
    if again.log != manifest.log or again.records != manifest.records:
        return "different", "the log holds other records than those that were folded"
    if again.weights == manifest.weights and again.state == manifest.state:
        return "proven", "the same records come to the same weights, bit for bit"
    for said, here in ((manifest.code, code_version()), (manifest.built, built_with())):
        if said != here:
            return "records proven", f"its weights were made by {said}; here is {here}"
    return "different", "the same records come to other weights"
