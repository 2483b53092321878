"""What a viewer hides, blocks and follows: it holds at once, whatever is learned from it."""

from __future__ import annotations

from jhalak.schema.activity import UNWANTED, Relation
from jhalak.schema.viewer_state import ViewerState


def note_relation(state: ViewerState, record: Relation, hide_ms: int) -> None:
    """What a relation's record hides or follows, apart from taste; idempotent."""
    relate(state, record.verb, record.kind, record.target, record.at_ms, record.on, hide_ms)


def relate(
    state: ViewerState, verb: str, kind: str, target: int, at_ms: int, on: bool, hide_ms: int
) -> None:
    """Note whom or what a viewer follows or does not want to see: it holds from the next slate
    on."""
    if verb == "hides" or verb in UNWANTED:
        until_ms = at_ms + hide_ms if verb == "hides" else 1 << 62
        if kind == "item":
            (state.hidden_items.add if on else state.hidden_items.discard)(target)
        else:
            hidden = state.hidden_creators if kind == "creator" else state.hidden_topics
            if on:
                hidden[target] = max(until_ms, hidden.get(target, 0))
            else:
                hidden.pop(target, None)
    elif verb == "follows" and kind != "item":
        followed = {
            "creator": state.followed_creators, "topic": state.followed_topics,
            "channel": state.followed_channels,
        }[kind]  # fmt: skip
        (followed.add if on else followed.discard)(target)
