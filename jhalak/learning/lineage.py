"""Lineage: what a checkpoint's weights have seen, in words that can be checked.

A manifest stands in each checkpoint, written with it in one blob. Its `log` is a hash over the
records folded, each with its place, in the order of folding: h = H(h before, partition, n, length,
payload). `runs` say that order since the checkpoint before, whose manifest's hash is `parent`. So
whoever has the log can fold it again and must come to the same hashes (workers.prove); and no
manifest can be changed without all that come after it.
"""

from __future__ import annotations

import platform
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from struct import pack
from typing import Any, Final, NamedTuple, get_args

import msgspec

from jhalak import __version__
from jhalak.learning.fold import Fold, time_of
from jhalak.learning.model import HEADS
from jhalak.schema.activity import Activity
from jhalak.schema.slate import SURFACES

FORMAT: Final = 1
ANCESTORS: Final = 240
"""Manifests of earlier checkpoints in each one: two hours' at one every 30 s, 0.3 MB."""
_NO_RECORDS: Final = bytes(32)
_KIND: Final = {kind: kind.__name__.lower() for kind in get_args(Activity)}


class Run(NamedTuple):
    """Records of one partition folded one after the other."""

    partition: int
    after: int
    to: int
    """The last one's n."""
    records: int
    """How many there were: erasure leaves holes, and may make more."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a checkpoint is made of. Counts are since the log's beginning."""

    cell: str
    code: str
    """Version, and hash of the sources that learn."""
    built: str
    """What else bits depend on."""
    settings: dict[str, Any]
    parent: str
    """Hash of the manifest of the checkpoint before; "": the first one."""
    offsets: tuple[int, ...]
    """Up to which n each partition was folded."""
    runs: tuple[Run, ...]
    from_ms: int
    """Log time of the first record."""
    to_ms: int
    records: dict[str, int]
    """By kind."""
    events: dict[str, int]
    """Of devices: joined to what was served; not joined; sent again; and slots not learned."""
    examples: dict[str, dict[str, tuple[int, int]]]
    """By surface and label: learned as no, as yes. What waits for a minibatch is not among them."""
    log: str
    """Hash over the records."""
    weights: str
    state: str
    """Hash of all of the checkpoint, offsets and counters included."""


class Lineage:
    """The running part of a manifest. `saw`: 4 us a record, more for long ones."""

    def __init__(self, cell: str) -> None:
        self.cell, self.parent, self.from_ms = cell, "", 0
        self.ancestors: tuple[Manifest, ...] = ()
        self.log = _NO_RECORDS
        self.records: dict[str, int] = {}
        self.runs: list[list[int]] = []
        """As Run, the last one growing."""
        self._offsets: dict[int, int] = {}
        """Of each partition now."""

    def saw(self, partition: int, n: int, payload: bytes, record: Activity) -> None:
        """One record was folded."""
        hashed = blake2b(self.log, digest_size=32)
        hashed.update(pack("<QQQ", partition, n, len(payload)))
        hashed.update(payload)
        self.log = hashed.digest()
        kind = _KIND[type(record)]
        self.records[kind] = self.records.get(kind, 0) + 1
        if not self.from_ms:
            self.from_ms = time_of(record)
        if not self.runs or self.runs[-1][0] != partition:
            self.runs.append([partition, self._offsets.get(partition, 0), n, 0])
        run = self.runs[-1]
        run[2] = self._offsets[partition] = n
        run[3] += 1

    def go_on(self, manifest: Manifest, ancestors: tuple[Manifest, ...]) -> None:
        """What comes is folded on top of a checkpoint."""
        self.ancestors = (*ancestors, manifest)[-ANCESTORS:]
        self.parent, self.runs, self.from_ms = hash_of(manifest), [], manifest.from_ms
        self.log, self.records = bytes.fromhex(manifest.log), dict(manifest.records)
        self._offsets = dict(enumerate(manifest.offsets))

    def checkpoint(self, fold: Fold) -> Checkpoint:
        """Of the fold as it is now."""
        state = fold.dump()
        return Checkpoint(self.manifest(fold, state), self.ancestors, state)

    def manifest(self, fold: Fold, state: bytes) -> Manifest:
        """Of the fold as it is now; `state` is its dump."""
        taught = fold.examples.taught
        return Manifest(
            cell=self.cell,
            code=code_version(),
            built=built_with(),
            settings=settings_of(fold),
            parent=self.parent,
            offsets=tuple(fold.offsets),
            runs=tuple(Run(*run) for run in self.runs),
            from_ms=self.from_ms,
            to_ms=fold.at_ms,
            records=dict(sorted(self.records.items())),
            events={name: n for name, n in fold.counts.items() if name != "records"},
            examples={
                surface: {
                    head: (int(taught[s, h, 0]), int(taught[s, h, 1]))
                    for h, head in enumerate(HEADS)
                }
                for s, surface in enumerate(SURFACES)
            },
            log=self.log.hex(),
            weights=_hash(msgspec.msgpack.encode(fold.model.dump())),
            state=_hash(state),
        )


def hash_of(manifest: Manifest) -> str:
    """What a child calls its parent."""
    return _hash(msgspec.json.encode(manifest))


def settings_of(fold: Fold) -> dict[str, Any]:
    """All that decides what the same records come to."""
    window_s, join_h = fold.windows
    model = msgspec.to_builtins(fold.model.settings)
    return {"label_window_s": window_s, "join_h": join_h, "model": model}


@cache
def code_version() -> str:
    """The version, and a hash of the sources of this room and of the shapes that it reads."""
    room = Path(__file__).parent
    hashed = blake2b(digest_size=8)
    for source in sorted([*room.glob("*.py"), *(room.parent / "schema").glob("*.py")]):
        hashed.update(source.name.encode() + b"\0" + source.read_bytes())
    return f"{__version__}+{hashed.hexdigest()}"


@cache
def built_with() -> str:
    """Machine and libraries: the same records and code give other last bits on others."""
    libraries = " ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "llvmlite"))
    return f"python {platform.python_version()} {libraries} {platform.machine()}"


class Checkpoint(NamedTuple):
    """What one blob holds: all or nothing."""

    manifest: Manifest
    ancestors: tuple[Manifest, ...]
    """Of the checkpoints before, up to ANCESTORS, the oldest first."""
    state: bytes
    """The fold's dump."""


def to_blob(checkpoint: Checkpoint) -> bytes:
    """A checkpoint's bytes."""
    manifests = [*checkpoint.ancestors[-ANCESTORS:], checkpoint.manifest]
    return msgspec.msgpack.encode((FORMAT, msgspec.json.encode(manifests), checkpoint.state))


def from_blob(blob: bytes) -> Checkpoint:
    """The inverse of `to_blob`. Raises ValueError for other bytes, where the state is not the one
    that the manifest is of, and where a manifest's parent is not the one before it."""
    try:
        format_, said, state = msgspec.msgpack.decode(blob, type=tuple[int, bytes, bytes])
        if format_ != FORMAT:
            raise ValueError(f"a checkpoint of format {format_}, not {FORMAT}")
        manifests = msgspec.json.decode(said, type=list[Manifest])
    except msgspec.MsgspecError as error:
        raise ValueError(f"no checkpoint of this version: {error}") from None
    if _hash(state) != manifests[-1].state:
        raise ValueError("the state is not the one that its manifest is of")
    for before, after in pairwise(manifests):
        if after.parent != hash_of(before):
            raise ValueError("a manifest does not name the one before it as its parent")
    return Checkpoint(manifests[-1], tuple(manifests[:-1]), state)


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=32).hexdigest()
