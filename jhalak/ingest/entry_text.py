"""The text of an entry for our own reader: blocks of plain text, and the summary drawn from it."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from jhalak.ingest.clean import SUMMARY, clean, unescaped
from jhalak.schema.picture import Block, BlockKind

MAX_SOURCE: Final = 400_000
"""Letters of markup that are looked at."""
MAX_BLOCKS: Final = 1_000
MAX_LETTERS: Final = 200_000
"""Of a kept text, over all its blocks."""

_UNSEEN: Final = re.compile(
    r"<(script|style|noscript|iframe|svg|form|template|head|object|nav)\b[^<>]*>"
    r".*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.IGNORECASE | re.S,
)
_EDGE: Final = re.compile(
    r"<(/?)(p|div|br|li|ul|ol|h[1-6]|blockquote|section|article|figure|figcaption|table|tr|pre|hr)"
    r"\b[^<>]*>",
    re.IGNORECASE,
)
_ESCAPED: Final = re.compile(r"&lt;/?(?:p|div|br|li|h[1-6]|a|img)\b", re.IGNORECASE)
_FOOTER: Final = re.compile(
    r"The post .{1,300} (?:first )?appeared (?:first )?on .{1,200}"
    r"|(?:Read|Continue reading)(?: more| the full (?:story|article))?\s*(?:\.\.\.|…|→|»)?"
    r"|(?:Also|और|மேலும்) (?:Read|पढ़ें|படிக்க)\s*[:|].{0,300}"
)
"""What feeds put under an entry for those who came by another way."""
_MORE: Final = re.compile(r"\s*(?:\[(?:…|\.\.\.)\]|\((?:more|…|\.\.\.)\)|Read more)\s*$")

_TRACKING: Final = re.compile(
    r"(?:utm_|pk_|mtm_|hsa_|oly_|vero_|trk_|ns_)\w+"
    r"|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|mc_cid|mc_eid"
    r"|_hsenc|_hsmi|mkt_tok|s_cid|cmpid|ocid|ncid|ref_src|ref_url|at_medium|at_campaign|icid|spm"
    r"|_openstat|wickedid|_ga|_gl",
    re.IGNORECASE,
)


def blocks_of(source: str) -> tuple[Block, ...]:
    """The paragraphs, headings, list items and quotations of a piece of HTML or plain text.

    Nothing of markup is left: no picture that counts readers, no link. Linear in its length.
    """
    text = source[:MAX_SOURCE]
    for _ in range(2):
        if not _ESCAPED.search(text) or _EDGE.search(text):
            break
        text = unescaped(text)
    found: list[Block] = []
    letters = 0
    for kind, piece in _pieces(_UNSEEN.sub(" ", text)):
        plain = clean(piece)
        if not any(map(str.isalnum, plain)) or _FOOTER.fullmatch(plain):
            continue
        letters += len(plain)
        if letters > MAX_LETTERS or len(found) >= MAX_BLOCKS:
            break
        found.append(Block(kind, plain))
    return tuple(found)


def summary_of(blocks: tuple[Block, ...]) -> str:
    """The first paragraphs, for an entry that gives no summary of its own; "" where none is
    there. Cut by `clean.shortened` like any summary."""
    said: list[str] = []
    for block in blocks:
        if block.kind != "h":
            said.append(block.text)
        if sum(map(len, said)) > SUMMARY // 2:
            break
    return " ".join(said)


def without_more(summary: str) -> str:
    """A summary without the `[…]` or `Read more` that led to the rest of it."""
    return _MORE.sub("…", summary) if _MORE.search(summary[-40:]) else summary


def untracked(address: str) -> str:
    """An address without the parameters that only tell who came from where. Others stay as they
    are, in their order."""
    if "?" not in address and "#" not in address:
        return address
    parts = urlsplit(address)
    return urlunsplit(
        parts._replace(query=_kept(parts.query), fragment=_kept(parts.fragment)),
    )


def _kept(parameters: str) -> str:
    pairs = parameters.split("&")
    return "&".join(pair for pair in pairs if not _TRACKING.fullmatch(pair.partition("=")[0]))


def _pieces(text: str) -> list[tuple[BlockKind, str]]:
    """Texts between the edges of blocks, each with the kind of the innermost block around it."""
    pieces: list[tuple[BlockKind, str]] = []
    quotes = 0
    kind: BlockKind = "p"
    place = 0
    for edge in _EDGE.finditer(text):
        pieces.append((kind, text[place : edge.start()]))
        place = edge.end()
        closing, tag = edge[1], edge[2].lower()
        if tag == "blockquote":
            quotes = max(quotes + (-1 if closing else 1), 0)
        around: BlockKind = "quote" if quotes else "p"
        if tag == "br":
            continue
        if closing:
            kind = around
        else:
            kind = "h" if tag[0] == "h" and tag != "hr" else "li" if tag == "li" else around
    pieces.append((kind, text[place:]))
    if len(pieces) > 1:
        return pieces
    return [("p", line) for line in re.split(r"\n\s*\n", text)]
