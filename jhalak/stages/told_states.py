"""A viewer's state that is told, for slates that are made to be looked at and never served."""

from __future__ import annotations

from jhalak.schema.viewer_state import ViewerState
from jhalak.stages.viewer_states import ViewerStates


class ToldStates(ViewerStates):
    """Knows one viewer at a time, whom `state` says; reads and writes nothing."""

    def __init__(self) -> None:
        self.state: ViewerState | None = None
        self.erased: set[int] = set()

    def at_hand(self, viewer: int, *, profiled: bool = True) -> ViewerState | None:
        return self.state

    async def get(self, viewer: int, *, profiled: bool = True) -> tuple[ViewerState, bool]:
        return self.state or ViewerState(viewer), True
