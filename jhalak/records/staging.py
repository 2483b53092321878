"""What a batch of drafts makes of the items that are there: pure, so that it can be read alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from jhalak.ports.errors import Conflict
from jhalak.ports.items import Change, Draft
from jhalak.records.text import is_storable
from jhalak.schema.item import Item, Status

_encoder = msgspec.msgpack.Encoder()

HASH_BYTES = 16
ID_LETTERS = 128


class Known(NamedTuple):
    """What must be known of a stored item to tell whether a draft changes it."""

    num: int
    """0: not stored yet."""
    status: Status
    content_hash: bytes
    published_ms: int


class Staged(NamedTuple):
    """An item as it will be stored."""

    num: int
    """0: it is new."""
    item: Item
    """With its effective times."""
    body: bytes
    embedding: bytes
    content_hash: bytes
    """Of body and embedding, then of the text where there is one."""
    text: bytes | None
    """Encoded; empty: none; None: what is stored stays."""
    withheld: bool = False
    """Of a new one."""


def stage(
    drafts: Sequence[Draft], known: Mapping[str, Known], now_ms: int
) -> tuple[list[Change], list[Staged]]:
    """What becomes of each draft, and the rows to write, one for each changed item.

    The same as if each draft had been put alone: a repeated id meets what the one before it left.
    """
    changes: list[Change] = []
    seen = dict(known)
    staged: dict[str, Staged] = {}
    for draft in drafts:
        before = seen.get(draft.item.id)
        after = None
        if before is None or before.status != "recalled":
            after = _effective(draft, before, now_ms)
        if after is None or (before is not None and after.content_hash == before.content_hash):
            changes.append("unchanged")
            continue
        changes.append("new" if before is None else "updated")
        item = after.item
        if after.text is None and item.id in staged:
            after = after._replace(text=staged[item.id].text)
        staged[item.id] = after
        seen[item.id] = Known(after.num, "live", after.content_hash, item.published_ms)
    return changes, list(staged.values())


def check_ids(drafts: Sequence[Draft]) -> None:
    """Raises Conflict for an id that no store can keep as it is."""
    for draft in drafts:
        item_id = draft.item.id
        if not 0 < len(item_id) <= ID_LETTERS or not is_storable(item_id):
            raise Conflict(f"an item's id has 1 to {ID_LETTERS} characters: {item_id[:40]!a}")


def _effective(draft: Draft, before: Known | None, now_ms: int) -> Staged:
    """The draft with the times that hold: its own, else those of when it was first stored."""
    item = draft.item
    published, expires = item.published_ms, item.expires_ms
    if published == 0:
        published = now_ms if before is None else before.published_ms
    if expires == 0:
        # Not what is stored: it may have been understood since what its source says.
        expires = published + draft.lifetime_ms
    if (published, expires) != (item.published_ms, item.expires_ms):
        item = msgspec.structs.replace(item, published_ms=published, expires_ms=expires)
    body = _encoder.encode(item)
    # The body says where it ends, so body and embedding together have one meaning.
    digest = hashlib.blake2b(body + draft.embedding, digest_size=HASH_BYTES).digest()
    text = None
    if draft.text is not None:
        text = _encoder.encode(draft.text) if draft.text else b""
    if text is not None:
        digest += hashlib.blake2b(text, digest_size=HASH_BYTES).digest() if text else b""
    elif before is not None:
        digest += before.content_hash[HASH_BYTES:]
    num = 0 if before is None else before.num
    return Staged(num, item, body, draft.embedding, digest, text, draft.withheld)
