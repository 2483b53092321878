"""What is known of a comment's text before it is kept: its language, and whether it may be shown at
once. The quick path of understanding: no text's vector is made here."""

from __future__ import annotations

from typing import Final, NamedTuple

from jhalak.api.raw import Refused
from jhalak.api.services import Services
from jhalak.people.comment_rules import rules_of
from jhalak.people.comment_text import cleaned, holds, mentions, refusal
from jhalak.ports.comments import FILTERED, CommentState
from jhalak.ports.shown_videos import Shown
from jhalak.schema.languages import LANGUAGES
from jhalak.understanding.language import UNDETERMINED, classify
from jhalak.understanding.safety import verdicts
from jhalak.understanding.scripts import LATIN, SCRIPT_OF, script_of

FEW: Final = 4
"""Words, of which fewer do not tell neighbours apart."""


class Judged(NamedTuple):
    """A comment's text, and what follows from it."""

    text: str
    language: str
    state: CommentState
    reason: str
    """Codes of what is doubted, one a line: classes (understanding/words.py), FILTERED."""
    mentioned: dict[str, int]
    """Handle to account."""


def judged(services: Services, text: str, shown: Shown, viewer: int) -> Judged:
    """For a thread: half a millisecond, but a second for the first of a process. Raises Refused
    (400)."""
    plain = cleaned(text)
    said = refusal(plain)
    if said:
        raise Refused(400, "bad_comment", said)
    told = _language(plain, shown.video.details.language)
    [verdict] = verdicts([plain], [told], services.words)
    why = list(verdict.classes)
    if not shown.own and holds(plain, rules_of(shown.owner.options).words):
        why.append(FILTERED)
    named = mentions(plain)
    return Judged(
        plain, told if told in LANGUAGES else UNDETERMINED, "held" if why else "shown",
        "\n".join(why), services.comments_of.mentioned(named, viewer) if named else {},
    )  # fmt: skip


def _language(text: str, of_video: str) -> str:
    """A few words in the script of the video's language are in that: whether `संख्या 3` is Hindi
    or Marathi nobody can tell. In Latin letters three words tell enough."""
    script = SCRIPT_OF[of_video]
    if script != LATIN and len(text.split()) < FEW and script_of(text) == script:
        return of_video
    return classify(text, of_video)[0]
