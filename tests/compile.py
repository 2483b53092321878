"""Compile the kernels that most tests use, once, before the tests: `python -m tests.compile`.

Each process that meets a kernel first compiles it; side by side, tests would compile the same ones.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from jhalak.evaluation.replay import replay
from tests.evaluation import made_up
from tests.worlds import TOPICS, Jhalak, make_items


def compile_kernels() -> None:
    """Serve and learn a little, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        world = Jhalak(Path(folder) / "data")
        world.put(make_items(dict.fromkeys(TOPICS, 5)))
        phone = world.phone()
        for slate in (phone.edition()["cards"], phone.page()["items"]):
            phone.send(*(phone.event(slot, "tap") for slot in slate[:3]))
        world.clock.forward(s=300)
        world.learn()
        phone.edition()
        world.end()
    replay(made_up.log())


if __name__ == "__main__":
    compile_kernels()
