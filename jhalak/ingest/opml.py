"""Lists of feeds in OPML 2.0 (http://opml.org/spec2.opml)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple
from xml.etree import ElementTree

from jhalak.ingest.tongues import code_of
from jhalak.schema.languages import LANGUAGES

MAX_BYTES: Final = 16 << 20
_DECLARATIONS: Final = re.compile(rb"<!\s*(?:ENTITY|DOCTYPE)", re.I)


class BadOpml(Exception):
    """No list of feeds; says why."""


class Listed(NamedTuple):
    """One feed of a list."""

    url: str
    title: str
    language: str
    """One of LANGUAGES, or ""."""


def read_opml(data: bytes) -> list[Listed]:
    """The feeds, in order, each address once. An outline without a language of its own has that
    of the one around it. Raises BadOpml."""
    if len(data) > MAX_BYTES:
        raise BadOpml(f"larger than {MAX_BYTES >> 20} MiB")
    if _DECLARATIONS.search(data):
        raise BadOpml("it declares entities or a document type; no list of feeds needs them")
    try:
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise BadOpml(f"not XML: {problem}") from None
    if root.tag.lower() != "opml":
        raise BadOpml(f"not OPML: its root is {root.tag[:40]!r}")
    found: dict[str, Listed] = {}
    waiting = [(outline, "") for outline in reversed(root.findall("./body/outline"))]
    while waiting:
        outline, around = waiting.pop()
        said = code_of(outline.get("language", ""))
        language = said if said in LANGUAGES else around
        url = outline.get("xmlUrl") or outline.get("xmlurl") or ""
        if url.strip():
            title = outline.get("title") or outline.get("text") or ""
            found.setdefault(url.strip(), Listed(url.strip(), title, language))
        waiting += [(inner, language) for inner in reversed(outline.findall("./outline"))]
    return list(found.values())
