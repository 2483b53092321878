"""A row becomes an item, or a reason why not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from jhalak.catalogue.topics import GENERAL, by_label, topic_by_id
from jhalak.ingest.clean import clean, clean_title, headline, shortened
from jhalak.ingest.entry_text import blocks_of, summary_of, untracked, without_more
from jhalak.ingest.fields import (
    BadField,
    date_ms,
    duration_s,
    labels_of,
    link,
    renditions_of,
    text_of,
    truth,
)
from jhalak.ingest.identity import item_id
from jhalak.ingest.mojibake import is_mojibake
from jhalak.ingest.tongues import Tongues
from jhalak.schema.item import Image, Item, Kind
from jhalak.schema.picture import Block
from jhalak.understanding.scripts import SCRIPT_OF, letters_by_script, written_in

FUTURE_MS: Final = 3_600_000
"""How far ahead of our clock a publisher's may go."""
MAX_PUBLISHER: Final = 80

_VIDEO: Final = frozenset(("video", "clip", "reel", "short", "shorts", "videoobject"))


class Refused(Exception):
    """The row becomes no item; says why."""


class Composed(NamedTuple):
    item: Item
    title: str
    """The whole clean title, of which item.title may be the first 80 graphemes."""
    lifetime_ms: int
    text: tuple[Block, ...] = ()
    """The entry whole, where it says more than the card."""


@dataclass(slots=True)
class Composer:
    """Makes items of the rows of one source."""

    tongues: Tongues
    publisher: str = ""
    """For rows that name none."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Parts of taken rows that were left out, by reason."""
    reviewed: bool = False

    def compose(self, fields: dict[str, Any], now_ms: int) -> Composed:
        """Raises Refused."""
        try:
            return self._composed(fields, now_ms)
        except BadField as problem:
            raise Refused(str(problem)) from None

    def _composed(self, fields: dict[str, Any], now_ms: int) -> Composed:
        title = self._title(fields)
        blocks = self._blocks(fields)
        summary = without_more(self._text(fields, "summary")) or summary_of(blocks)
        language = self.tongues.language_of(title, summary, fields)
        if language is None:
            raise Refused(f"language not one of ours: {self.tongues.found}")
        publisher = self._text(fields, "publisher")[:MAX_PUBLISHER].strip() or self.publisher
        publisher = publisher.lstrip("@ ")  # with it a name is an account's
        topic = topic_by_id()[self._topic(fields)]
        text = self._reader_text(title, summary, blocks, language)
        short, summary = self._card_texts(title, summary, language)
        kind: Kind = "video" if text_of(fields.get("kind"), "kind").lower() in _VIDEO else "card"
        item = Item(
            id=item_id(clean(text_of(fields.get("id"), "id")), title, publisher),
            kind=kind,
            language=language,
            topic=topic.id,
            title=short,
            summary=summary,
            publisher=publisher,
            url=untracked(link(fields.get("url"), "url")),
            image=self._image(fields),
            story=clean(text_of(fields.get("story"), "story"))[:128],
            sound=clean(text_of(fields.get("sound"), "sound"))[:128],
            duration_s=duration_s(fields.get("duration")) if kind == "video" else 0.0,
            renditions=renditions_of(fields.get("renditions")) if kind == "video" else (),
            published_ms=self._published(fields, now_ms),
            expires_ms=date_ms(fields.get("expires"), "expiry"),
            sensitive=topic.sensitive or truth(fields.get("sensitive")),
            reviewed=self.reviewed,
        )
        return Composed(item, title, topic.lifetime_ms, text)

    def _title(self, fields: dict[str, Any]) -> str:
        title = clean_title(text_of(fields.get("title"), "title"))
        if not title:
            raise Refused("empty title")
        if is_mojibake(title):
            raise Refused("mojibake")
        if not any(map(str.isalnum, title)):
            raise Refused("title without letters")
        return title

    def _text(self, fields: dict[str, Any], name: str) -> str:
        """A text that an item can do without: a damaged one is left out."""
        value = fields.get(name)
        text = clean(text_of(value[0] if isinstance(value, list) and value else value, name))
        if is_mojibake(text):
            self.dropped[f"{name}: mojibake"] += 1
            return ""
        return text

    def _blocks(self, fields: dict[str, Any]) -> tuple[Block, ...]:
        """The entry's text: what it calls its content, else its summary."""
        for name in ("content", "summary"):
            value = fields.get(name)
            source = value[0] if isinstance(value, list) and value else value
            blocks = blocks_of(source) if isinstance(source, str) else ()
            if any(is_mojibake(block.text) for block in blocks):
                self.dropped[f"{name}: mojibake"] += name == "content"  # a summary's is counted
            elif blocks:
                return blocks
        return ()

    def _reader_text(
        self, title: str, summary: str, blocks: tuple[Block, ...], language: str
    ) -> tuple[Block, ...]:
        """What our reader shows; nothing where the card itself shows it all."""
        whole = " ".join(block.text for block in blocks)
        if whole in (title, shortened(summary)) or not written_in(whole, SCRIPT_OF[language]):
            return ()
        return (Block("h", title), *blocks) if headline(title)[1] else blocks

    def _card_texts(self, title: str, summary: str, language: str) -> tuple[str, str]:
        """Headline and summary of a card. What is cut from the title begins the summary."""
        if summary and letters_by_script(summary) and not written_in(summary, SCRIPT_OF[language]):
            self.dropped["summary: another script"] += 1  # a card speaks one language
            summary = ""
        if summary == title:
            summary = ""
        short, cut = headline(title)
        if cut and not summary.startswith(title):
            summary = f"{title}\n{summary}".strip()
        return short, shortened(summary)

    def _topic(self, fields: dict[str, Any]) -> str:
        known = [by_label(label) for label in labels_of(fields.get("topic"))]
        return next((topic for topic in known if topic != GENERAL), GENERAL)

    def _published(self, fields: dict[str, Any], now_ms: int) -> int:
        try:
            published = date_ms(fields.get("published"), "date")
        except BadField:
            self.dropped["published: no date"] += 1
            return 0
        if published > now_ms + FUTURE_MS:
            raise Refused("published in the future")
        return published

    def _image(self, fields: dict[str, Any]) -> Image | None:
        value = fields.get("image")
        alt = fields.get("image_alt")
        if isinstance(value, dict):
            alt = alt or value.get("alt")
            value = value.get("src") or value.get("url")
        try:
            source = link(value, "image", local=True)
        except BadField as problem:
            self.dropped[f"image: {problem}"] += 1
            return None
        return Image(src=source, alt=clean(text_of(alt, "image_alt"))[:300]) if source else None
