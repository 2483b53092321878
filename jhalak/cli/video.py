"""`jhalak video`: a clip becomes what phones play."""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jhalak.cli.failure import Failure
from jhalak.cli.output import last_line

if TYPE_CHECKING:
    from jhalak.media.make import Made
    from jhalak.media.sandbox import Sandbox


def run(arguments: argparse.Namespace) -> int:
    from jhalak.media.container import Refused
    from jhalak.media.make import make
    from jhalak.media.sandbox import Broke, NoSandbox

    source: Path = arguments.file.absolute()
    if not source.is_file():
        raise Failure(f"{arguments.file}: there is no such file", 2)
    out: Path = arguments.out.absolute()
    if out.exists() and any(out.iterdir()):
        raise Failure(f"{arguments.out} is not empty; name a new folder", 2)
    sandbox = _sandbox(weak=arguments.rlimits)
    out.parent.mkdir(parents=True, exist_ok=True)
    # Made aside: what has its final name is whole.
    with tempfile.TemporaryDirectory(prefix=".jhalak-", dir=out.parent) as aside:
        try:
            made = make(sandbox, source, Path(aside), lambda: print("playable", flush=True))
        except Refused as error:
            raise Failure(f"{arguments.file}: refused ({error.code}): {error}") from error
        except Broke as error:
            raise Failure(f"{arguments.file}: {error}; it is damaged or hostile") from error
        except NoSandbox as error:
            raise Failure(f"{error}; --rlimits runs it with limits alone", 3) from error
        _keep(made, Path(aside), out)
    told = _told(made, out)
    for rung in told["rungs"]:
        print(f"{rung['mp4']}: {rung['width']} x {rung['height']}, {rung['bytes']:,} bytes")
    last_line(told, wanted=arguments.json)
    return 0


def _sandbox(*, weak: bool) -> Sandbox:
    from jhalak.media.program import find_ffmpeg
    from jhalak.media.sandbox import Sandbox

    found = find_ffmpeg()
    if found is None:
        said = os.environ.get("FFMPEG")
        raise Failure(
            f"FFMPEG={said} is no program here" if said
            else "there is no ffmpeg: pip install 'jhalak[video]', or set FFMPEG", 3,
        )  # fmt: skip
    return Sandbox(found, weak=weak)


def _keep(made: Made, aside: Path, out: Path) -> None:
    from jhalak.media.make import MASTER

    out.mkdir(exist_ok=True)
    for one in made.rungs:
        for file in one.files:
            file.replace(out / file.name)
    (aside / MASTER).replace(out / MASTER)
    (out / "poster.webp").write_bytes(made.stills.poster)
    (out / "strip.webp").write_bytes(made.stills.strip)


def _told(made: Made, out: Path) -> dict[str, Any]:
    seen = made.probed
    return {
        "width": seen.width, "height": seen.height, "duration_s": round(seen.duration_s, 3),
        "frames": seen.frames, "codec": seen.codec, "sound": seen.sound,
        "ai_mark": made.ai_mark,
        "rungs": [
            {
                "mp4": one.mp4.name, "width": one.rung.width, "height": one.rung.height,
                "bytes": (out / one.mp4.name).stat().st_size,
            }
            for one in made.rungs
        ],
        "wave": list(made.stills.wave), "likeness": made.likeness.hex(),
        "cpu_s": {
            "passes": [round(each, 2) for each in made.pass_cpu_s],
            "stills": round(made.stills.cpu_s, 2),
        },
    }  # fmt: skip
