"""The language of each row: what its source says, where the script agrees, else what it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from jhalak.ingest.fields import text_of
from jhalak.schema.languages import LANGUAGES
from jhalak.understanding.language import agrees, classify

_NAMES: Final = {
    "english": "en", "eng": "en", "hindi": "hi", "hin": "hi", "tamil": "ta", "tam": "ta",
    "telugu": "te", "tel": "te", "indonesian": "id", "ind": "id", "in": "id", "bahasa": "id",
    "bahasa indonesia": "id", "bengali": "bn", "bangla": "bn", "ben": "bn", "marathi": "mr",
    "mar": "mr", "gujarati": "gu", "guj": "gu", "kannada": "kn", "kan": "kn", "malayalam": "ml",
    "mal": "ml", "punjabi": "pa", "panjabi": "pa", "pan": "pa", "odia": "or", "oriya": "or",
    "ory": "or", "ori": "or", "urdu": "ur", "urd": "ur",
}  # fmt: skip
_UNKNOWN: Final = frozenset(("", "und", "unknown", "mul", "zxx", "none", "null"))


def code_of(name: str) -> str:
    """The code for a language's name, code or tag (`Hindi`, `hin`, `hi-IN`), "" for "not known",
    and the name itself, shortened, for a language that is not ours."""
    folded = name.strip().casefold()
    if folded in _UNKNOWN:
        return ""
    tag = folded.replace("_", "-").partition("-")[0]
    if tag in LANGUAGES:
        return tag
    return _NAMES.get(folded) or _NAMES.get(tag) or folded[:20]


@dataclass(slots=True)
class Tongues:
    """Decides the language of rows of one source."""

    option: str = ""
    """What the operator said."""
    folder: str = ""
    """The code that names the source's folder."""
    hint: str = ""
    """What most of the source's rows are in."""
    found: str = ""
    """What the last row that was refused is in."""

    def language_of(self, title: str, summary: str, fields: Mapping[str, Any]) -> str | None:
        """One of LANGUAGES, or None; then `found` names what the row is in.

        A row's own language counts first, then the operator's, then the folder's, each only where
        the title is written in its script; else the title decides, together with the summary.
        """
        own = code_of(text_of(fields.get("language"), "language"))
        if own and own not in LANGUAGES:
            self.found = own
            return None
        for said in (own, self.option, self.folder):
            if said and agrees(said, title):
                return said
        # A feed's own language is often a default (`en-US`), so it only leans the scales.
        hint = code_of(text_of(fields.get("language_hint"), "language")) or self.hint
        language, _ = classify(f"{title}\n{summary}" if summary else title, hint)
        if summary and language not in LANGUAGES:
            language, _ = classify(title, hint)
        if language in LANGUAGES and agrees(language, title):
            return language
        self.found = language if language not in LANGUAGES else "mixed"
        return None
