"""What stands under every page."""

from __future__ import annotations

from tests.api.console.conftest import Console


def test_every_page_says_which_cell_this_is_and_how_far_the_learner_is(console: Console) -> None:
    said = console.get("status").json()
    assert (said["cell"], said["backend"]) == ("local", "embedded")
    assert said["live_items"] == len(console.jhalak.services.world.catalogue)
    assert said["learner_silent_s"] >= 0
