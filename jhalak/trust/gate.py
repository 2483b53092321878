"""The gate: may this video be seen? A pure decision from what was declared and what was found.

Where the models are sure it decides; where they are not, or could not look, a human does. Nothing
is live because a check failed to run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from jhalak.schema.video import SOUND_DOWN, Details, VideoState

Outcome = Literal["live", "held", "refused"]

AI, SENSITIVE = "ai", "sensitive"
"""Labels that viewers see."""
AI_TYPES: Final = frozenset(
    (
        "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic",
        "algorithmicMedia",
    )
)  # fmt: skip
"""Of IPTC's DigitalSourceType, those that name something no camera saw."""
NOT_LOOKED: Final = -1.0
"""Score of a frame that nothing looked at."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Where the machine is sure. The picture model's recall on real uploads is not known, so it
    refuses late (docs/video.md)."""

    sexual_held: float = 0.8
    """A human looks where two frames score as much, or one half as far from 1. Of 19 harmless
    clips one frame scored 0.82 at most, the second of a clip 0.72."""
    sexual_refused: float = 0.95
    frames_refused: int = 3
    """Refused where so many frames score `sexual_refused`; all, where there are fewer."""
    same: float = 0.1
    """Share of bits that differ, below which it is surely a copy; above, a human compares."""
    sound_refused: float = 0.6
    """Refused where so much of its sound was taken down; less, and a human listens."""
    unchecked: bool = False
    """Videos may be live although no model looked at them."""


class Near(NamedTuple):
    """A video that looks like this one, mirrored or not."""

    video: str
    """"": one that is known to be bad."""
    share: float
    """Of bits that differ; media/likeness.py: below NEAR."""
    state: VideoState
    own: bool
    """Of the same creator."""


class Facts(NamedTuple):
    """What is known of a video."""

    details: Details
    scores: tuple[float, ...]
    """How surely each sampled frame is sexual, 0 to 1, or NOT_LOOKED."""
    classes: tuple[str, ...]
    """What was found in the caption (understanding/safety.py); `unchecked`: nothing could look."""
    near: tuple[Near, ...]
    comparable: bool
    """It has a likeness; False: its frames are flat, and no copy can be told."""
    ai_mark: str
    """Media.ai_mark."""
    down: str = ""
    """The code of a sound that was taken down and is heard in it; "": none."""
    down_share: float = 0.0
    """How much of its sound that is."""


class Verdict(NamedTuple):
    """What becomes of a video."""

    state: Outcome
    reason: str
    """The first of `why`; "" for live."""
    why: tuple[str, ...]
    """Codes: `known_bad`, `sexual`, `copy:ID`, `sound:CODE`, `flat`, `unseen`, `rights`,
    `caption:CLASS`."""
    labels: tuple[str, ...]


def judge(facts: Facts, rules: Rules | None = None) -> Verdict:
    """Live, held for a human, or refused, and why."""
    rules = rules or Rules()
    labels = labels_of(facts.details, facts.ai_mark)
    refused = [*_surely_sexual(facts, rules), *_copies(facts, rules, sure=True),
               *_sounds(facts, rules, sure=True)]  # fmt: skip
    if refused:
        return Verdict("refused", refused[0], tuple(refused), labels)
    doubts = [
        *_copies(facts, rules, sure=False), *_sounds(facts, rules, sure=False),
        *_pictures(facts, rules),
        *doubts_of(facts.details, facts.classes),
    ]  # fmt: skip
    if doubts:
        return Verdict("held", doubts[0], tuple(doubts), labels)
    return Verdict("live", "", (), labels)


def labels_of(details: Details, ai_mark: str) -> tuple[str, ...]:
    """What viewers are told. What the file says of AI counts as much as what its creator says."""
    ai = details.ai or ai_mark in AI_TYPES
    return (AI,) * ai + (SENSITIVE,) * details.sensitive


def judged_of(details: Details) -> tuple[object, ...]:
    """What of it the gate judges: where that changes, it is judged anew."""
    return (details.caption, details.language, details.rights, details.ai, details.sensitive,
            details.of)  # fmt: skip


def doubts_of(details: Details, classes: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of what the words leave in doubt, without a look at the pictures."""
    return (*(f"caption:{name}" for name in classes), *(["rights"] * (details.rights == "other")))


def _surely_sexual(facts: Facts, rules: Rules) -> list[str]:
    high = sum(score >= rules.sexual_refused for score in facts.scores)
    needed = min(rules.frames_refused, len(facts.scores))
    return ["sexual"] if needed and high >= needed else []


def _pictures(facts: Facts, rules: Rules) -> list[str]:
    """Doubts that a look at the frames leaves."""
    seen = [score for score in facts.scores if score != NOT_LOOKED]
    found = []
    if _doubtful(sorted(seen, reverse=True), rules.sexual_held):
        found.append("sexual")
    if not rules.unchecked and (not seen or len(seen) < len(facts.scores)):
        found.append("unseen")
    if not facts.comparable:
        found.append("flat")
    return found


def _doubtful(scores: list[float], held: float) -> bool:
    """`scores` fall. One frame alone is often wrong: skin tones, toys, fur."""
    first, second = [*scores, 0.0, 0.0][:2]
    return first >= (1 + held) / 2 or second >= held or (len(scores) == 1 and first >= held)


def _copies(facts: Facts, rules: Rules, *, sure: bool) -> list[str]:
    """Codes of what this one is a copy of, what is bad first and then the most alike."""
    codes, of = [], facts.details.of
    for near in sorted(facts.near, key=lambda one: (one.video != "", one.share)):
        # What shows a piece of another by its leave may look like it: a human says how much.
        meant = of is not None and of.kind != "sound" and near.video == of.video
        surely = near.share < rules.same and _stands(near) and not meant
        if surely is sure and _counts(near):
            codes.append(f"copy:{near.video}" if near.video else "known_bad")
    return codes


def _sounds(facts: Facts, rules: Rules, *, sure: bool) -> list[str]:
    """What is heard in it was taken down."""
    surely = facts.down_share >= rules.sound_refused
    return [f"{SOUND_DOWN}:{facts.down}"] if facts.down and surely is sure else []


def _stands(near: Near) -> bool:
    """A copy of what can be seen, or must not be, needs no human; whether a copy of what another
    creator took back may stay is for one to say."""
    return not near.video or near.state in ("live", "draft", "held", "waiting")


def _counts(near: Near) -> bool:
    """Who took back a video may upload it again; what was refused is judged by itself anew."""
    return near.state != "refused" and not (near.own and near.state == "removed")
