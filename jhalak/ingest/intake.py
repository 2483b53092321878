"""The entries of one feed become items, or reasons why not: what a poll, a delivery and a
publisher's own request have in common."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple

import msgspec

from jhalak.ingest.compose import FUTURE_MS, Composed, Composer, Refused
from jhalak.ingest.document import Document
from jhalak.ingest.fields import BadField, date_ms
from jhalak.ingest.identity import MAX_ID, digest, text_key
from jhalak.ingest.rows import Bad, Row
from jhalak.ingest.tongues import Tongues
from jhalak.ports.embedder import Embedder
from jhalak.ports.feeds import EntryRow, EntryStore
from jhalak.ports.items import Draft, ItemStore
from jhalak.schema.feed import PUSHED, Feed
from jhalak.understanding.language import dominant

BATCH: Final = 200
"""Entries of one transaction."""
DAY_MS: Final = 86_400_000
SAMPLE: Final = 100
"""Titles by which a feed's language is told."""
What = Literal["new", "updated", "unchanged", "duplicate", "rejected", "recalled"]
Understand = Callable[[Sequence[Composed]], list[Draft]]
"""Adds all that is quick to know about texts: what is slow follows later, from the store."""


def with_embeddings(embedder: Embedder) -> Understand:
    """The quick understanding: an embedding of the wording."""

    def understand(batch: Sequence[Composed]) -> list[Draft]:
        vectors = embedder.embed([f"{one.title} {one.item.summary[:300]}" for one in batch])
        return [
            Draft(one.item, vector.tobytes(), one.lifetime_ms, one.text)
            for one, vector in zip(batch, vectors, strict=True)
        ]

    return understand


class Verdict(NamedTuple):
    """What became of one entry."""

    number: int
    """Place in the document, from 1."""
    what: What
    reason: str = ""
    composed: Composed | None = None


@dataclass(slots=True)
class Outcome:
    """What became of a document."""

    verdicts: list[Verdict] = field(default_factory=list)
    """One an entry, in order."""
    counts: Counter[str] = field(default_factory=Counter)
    """By What; entries that are as they were are not counted again."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Of the rejected ones that are counted."""
    published_ms: list[int] = field(default_factory=list)
    """When what was taken as new was published, where that is known."""


class _Read(NamedTuple):
    """An entry on its way."""

    number: int
    key: bytes
    mark: bytes
    fields: dict[str, Any]
    before: EntryRow | None
    """What is known of it."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes documents in. Its calls wait for the records: for a worker thread."""

    items: ItemStore
    entries: EntryStore
    understand: Understand
    clock: Callable[[], int]
    most: int = 10_000
    """Entries of one document that are looked at."""
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Whose an item is, is decided and written by one at a time."""

    def take(self, feed: Feed, document: Document, *, keep: bool = True) -> Outcome:
        """What becomes of each entry; with `keep` false nothing is written, and entries that
        are as they were are composed too. Raises DiskFull or Unavailable: then what was committed
        before stays, and the same call goes on from there.

        Cost: 1 ms for a new entry, 20 us for one that is as it was.
        """
        now = _Pass(self, feed, keep, Outcome())
        now.recall(document.withdrawn)
        read = now.read(document)
        composer = composer_of(feed, document, read)
        # A batch is live before the next is looked at: a long document's first entries do not wait.
        for start in range(0, len(read), BATCH):
            good = now.composed(composer, read[start : start + BATCH])
            if good:
                with self.turn:
                    now.put(good)
        now.end()
        return now.outcome

    def is_free(self, item: str, owners: Mapping[str, int], feed: int) -> bool:
        """May the feed write this item?"""
        owner = owners.get(item)
        return owner == feed or (owner is None and self.items.get(item) is None)


@dataclass(slots=True)
class _Pass:
    """One document's way in."""

    intake: Intake
    feed: Feed
    keep: bool
    outcome: Outcome
    rows: list[EntryRow] = field(default_factory=list)
    """To be remembered at the end."""
    seen: set[bytes] = field(default_factory=set)
    """Entries that were looked at."""
    texts: set[int] = field(default_factory=set)
    """Titles that were."""

    def read(self, document: Document) -> list[_Read]:
        entries = document.entries[: self.intake.most]
        whole = [entry for entry in entries if isinstance(entry, Row)]
        bad = {key_of(f"bad {e.reason}"): e for e in entries if isinstance(e, Bad)}
        keys = [entry_key(entry) for entry in whole]
        known = self.intake.entries.known(self.feed.num, [*keys, *bad]) if self.feed.num else {}
        for entry in entries:
            if isinstance(entry, Bad):
                self._say(entry.line, "rejected", entry.reason)
        for key, entry in bad.items():
            if key not in known:
                self._reject(EntryRow(key, "", b"", self.intake.clock(), reason=entry.reason))
        return [
            _Read(entry.line, key, mark_of(entry.fields, self.feed), entry.fields, known.get(key))
            for key, entry in zip(keys, whole, strict=True)
        ]

    def composed(self, composer: Composer, read: list[_Read]) -> list[tuple[_Read, Composed]]:
        """The entries that changed and are good; verdicts on the others."""
        seen, texts = self.seen, self.texts
        good: list[tuple[_Read, Composed]] = []
        for one in read:
            if one.key in seen:
                self._say(one.number, "duplicate", "twice in this document")
                continue
            seen.add(one.key)
            as_it_was = one.before is not None and one.before.item and one.before.mark == one.mark
            if as_it_was and self.keep:
                self._as_it_was(one, None)
                continue
            composed = self._compose(composer, one)
            if composed is None:
                continue
            text = text_key(composed.title, composed.item.language, composed.item.publisher)
            if as_it_was:
                self._as_it_was(one, composed)
            elif text in texts:
                self._duplicate(one, composed, "", "the same title twice in this document")
            else:
                good.append((one, composed))
            texts.add(text)
        return good

    def _as_it_was(self, one: _Read, composed: Composed | None) -> None:
        assert one.before is not None
        what: What = "unchanged" if one.before.owned else "duplicate"
        self._say(one.number, what, "", composed)
        now_ms = self.intake.clock()
        if one.before.at_ms < now_ms - DAY_MS:
            self.rows.append(one.before._replace(at_ms=now_ms))

    def _compose(self, composer: Composer, one: _Read) -> Composed | None:
        now_ms = self.intake.clock()
        try:
            composed = composer.compose(one.fields, now_ms)
            pushed = self.feed.url.startswith(PUSHED)
            named = str(one.fields["id"]) if pushed else composed.item.id
            return finished(composed, self.feed, named, now_ms)
        except Refused as refusal:
            self._say(one.number, "rejected", str(refusal))
            if one.before is None or (not one.before.item and one.before.mark != one.mark):
                self._reject(EntryRow(one.key, "", one.mark, now_ms, reason=str(refusal)))
            return None

    def put(self, batch: Sequence[tuple[_Read, Composed]]) -> None:
        """Store what is this feed's to store."""
        owners = self.intake.entries.owners([composed.item.id for _, composed in batch])
        mine: list[tuple[_Read, Composed]] = []
        for one, composed in batch:
            item = composed.item.id
            if self.intake.is_free(item, owners, self.feed.num):
                mine.append((one, composed))
            else:
                self._duplicate(one, composed, item, "here from another source")
        self._claim(mine)
        changes = self._stored([composed for _, composed in mine])
        now_ms = self.intake.clock()
        for (one, composed), change in zip(mine, changes, strict=True):
            self._say(one.number, change, "", composed)
            self.outcome.counts[change] += change != "unchanged"
            if change == "new" and composed.item.published_ms:
                self.outcome.published_ms.append(composed.item.published_ms)
        if self.keep:
            rows = [EntryRow(one.key, c.item.id, one.mark, now_ms) for one, c in mine]
            self.intake.entries.keep(self.feed.num, rows)

    def _claim(self, mine: Sequence[tuple[_Read, Composed]]) -> None:
        """Whose new items are stands before they do: of what is there and nobody's, whoever is
        killed between the two could never change or withdraw it. No mark: it is looked at again."""
        new = [
            EntryRow(one.key, composed.item.id, b"", self.intake.clock())
            for one, composed in mine
            if one.before is None or not one.before.owned or one.before.item != composed.item.id
        ]
        if self.keep:
            self.intake.entries.keep(self.feed.num, new)

    def _stored(self, batch: Sequence[Composed]) -> Sequence[What]:
        intake = self.intake
        if self.keep:
            return intake.items.put(intake.understand(batch), intake.clock()) if batch else []
        return ["updated" if intake.items.get(one.item.id) else "new" for one in batch]

    def recall(self, withdrawn: Sequence[str]) -> None:
        """Take back what this feed brought, and only that."""
        intake, feed = self.intake, self.feed
        keys = {key_of(name): name for name in withdrawn[: intake.most]}
        known = intake.entries.known(feed.num, list(keys)) if keys and feed.num else {}
        for key, row in known.items():
            if row.item and row.owned:
                self._say(0, "recalled", keys[key])
                if self.keep and self._recalled(row.item):
                    self.outcome.counts["recalled"] += 1

    def _recalled(self, item: str) -> bool:
        """Recalled now, and not before."""
        items, by = self.intake.items, f"feed {self.feed.url}"[:200]
        record = items.get(item)
        if record is None or record.status == "recalled":
            return False
        items.recall(item, by, "withdrawn by its publisher", self.intake.clock())
        return True

    def end(self) -> None:
        if self.keep:
            self.intake.entries.keep(self.feed.num, self.rows)
        self.outcome.verdicts.sort(key=lambda verdict: verdict.number)

    def _duplicate(self, one: _Read, composed: Composed, item: str, reason: str) -> None:
        self._say(one.number, "duplicate", reason, composed)
        self.outcome.counts["duplicate"] += one.before is None
        now_ms = self.intake.clock()
        self.rows.append(EntryRow(one.key, item, one.mark, now_ms, owned=False, reason=reason))

    def _reject(self, row: EntryRow) -> None:
        self.outcome.counts["rejected"] += 1
        self.outcome.reasons[row.reason] += 1
        self.rows.append(row)

    def _say(
        self, number: int, what: What, reason: str = "", composed: Composed | None = None
    ) -> None:
        self.outcome.verdicts.append(Verdict(number, what, reason, composed))


def composer_of(feed: Feed, document: Document, read: Sequence[_Read]) -> Composer:
    """For the entries of one document."""
    hint = feed.language or dominant(
        title for one in read[:SAMPLE] if isinstance(title := one.fields.get("title"), str)
    )
    tongues = Tongues(option=feed.language, hint=hint)
    return Composer(tongues, feed.publisher or document.title)


def own_id(source: str, named: str) -> str:
    """The item's id. What publishers send has ids of its own kind, which no feed may take, and
    neither may one publisher take another's."""
    if source.startswith(PUSHED):
        if ":" in source.removeprefix(PUSHED):  # of `ABP` and `1`, `ABP:Majha:1` is the id too
            return f"{PUSHED}{digest('id', source, named).hex()}"
        spelt = f"{source}:{named}"
        return spelt if len(spelt) <= MAX_ID else f"{PUSHED}{digest('id', spelt).hex()}"
    return digest("id", f"{source} {named}").hex() if named.startswith(PUSHED) else named


def finished(composed: Composed, feed: Feed, named: str, now_ms: int) -> Composed:
    """The item as this source may set it: its name, its trust, its end. Raises Refused."""
    item = composed.item
    expires_ms = item.expires_ms
    if item.published_ms and not expires_ms:
        expires_ms = item.published_ms + composed.lifetime_ms
    if expires_ms and expires_ms <= now_ms:
        raise Refused(f"too old for its topic, {item.topic}")
    changed = msgspec.structs.replace(
        item,
        id=own_id(feed.url, named),
        expires_ms=expires_ms,
        publisher=feed.publisher or item.publisher,
        reviewed=feed.tier == "reviewed",
    )
    return composed._replace(item=changed)


def key_of(name: str) -> bytes:
    """Of an entry with that id."""
    return digest("entry", " ".join(name.split()))


def entry_key(entry: Row) -> bytes:
    """Of the entry's id; without one its address, else its title."""
    fields = entry.fields
    named = fields.get("id") or fields.get("url") or fields.get("title") or ""
    return key_of(str(named))


def mark_of(fields: dict[str, Any], feed: Feed) -> bytes:
    """Of all that an entry says, and all that its source's operator says."""
    wishes = (feed.tier, feed.language, feed.publisher)
    return digest(repr((wishes, sorted(fields.items()))))[:8]


def dates_ms(document: Document, now_ms: int) -> list[int]:
    """When entries were published, newest first, of those that say so and lie not ahead."""
    return sorted((at for at in _dates_ms(document) if 0 < at <= now_ms), reverse=True)


def is_early(document: Document, now_ms: int) -> bool:
    """Is an entry of the future now, and will be taken within a day?"""
    return any(FUTURE_MS < at - now_ms < DAY_MS for at in _dates_ms(document))


def _dates_ms(document: Document) -> list[int]:
    found = []
    for entry in document.entries[:SAMPLE]:
        if isinstance(entry, Row):
            with suppress(BadField):
                found.append(date_ms(entry.fields.get("published"), "date"))
    return found
