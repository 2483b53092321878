"""`python -m benchmarks [NAME...] [--quick]`: measure, print, and end with a table."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Final

from benchmarks.load import Load
from benchmarks.processes import preferred
from benchmarks.result import NotHere, Result, table
from benchmarks.setting import Setting
from benchmarks.worlds import Worlds

CLAIMS: Final[dict[str, tuple[str, str]]] = {
    "video_cpu": ("feed_cpu", "video"),
    "edition_cpu": ("feed_cpu", "edition"),
    "growth": ("growth", "growth"),
    "retrieval": ("retrieval", "retrieval"),
    "recall": ("recall", "recall"),
    "ranking": ("ranking", "ranking"),
    "latency": ("latency", "latency"),
    "latency_backlog": ("latency", "backlog"),
    "events_cpu": ("events_cpu", "events"),
    "learner": ("learner", "learner"),
    "memory": ("memory", "memory"),
    "start": ("start", "start"),
    "stalls": ("stalls", "stalls"),
    "pictures": ("pictures", "pictures"),
    "page_load": ("page_load", "page_load"),
    "console_cost": ("console_cost", "console_cost"),
    "viewer_state": ("viewer_state", "viewer_state"),
    "replay_click": ("quality", "click"),
    "replay_long_view": ("quality", "long_view"),
    "replay_like": ("quality", "like"),
    "replay_sessions": ("quality", "sessions"),
    "replay_calibration": ("quality", "calibration"),
    "replay_speed": ("quality", "speed"),
    "replay_mind": ("quality", "mind"),
    "simulated_new_viewers": ("simulated", "new_viewers"),
    "simulated_new_interests": ("simulated", "new_interests"),
    "simulated_new_items": ("simulated", "new_items"),
    "simulated_calibration": ("simulated", "calibration"),
}
"""Name to (module, function)."""

LOGS: Final = Path("../shared/data")


def main() -> int:
    """Run what was asked for; 1 when one could not be measured, whatever the figures are."""
    arguments = _parser().parse_args()
    unknown = [name for name in arguments.names if name not in CLAIMS]
    if unknown:
        print(f"there is no benchmark {unknown[0]!r}: {', '.join(CLAIMS)}", file=sys.stderr)
        return 2
    results: list[Result] = []
    failed: list[str] = []
    began = time.monotonic()
    worlds = Worlds(arguments.dir, quick=arguments.quick)
    with nullcontext() if arguments.quick else preferred():
        _run(arguments, worlds, results, failed)
    if len(results) > 1:
        print(f"\n{table(results)}\n\n{time.monotonic() - began:.0f} s on {_machine()}")
    for name in failed:
        print(f"could not be measured: {name}", file=sys.stderr)
    return 1 if failed else 0


def _run(
    arguments: argparse.Namespace, worlds: Worlds, results: list[Result], failed: list[str]
) -> None:
    """Measure one after the other; each is printed when it is done."""
    for name in arguments.names or CLAIMS:
        module, function = CLAIMS[name]
        run: Callable[[Setting], Result] = getattr(import_module(f"benchmarks.{module}"), function)
        at = time.monotonic()
        try:
            with Load() as load:
                result = run(Setting(worlds, load, arguments.data, arguments.quick))
        except NotHere as why:
            print(f"{name}: left out: {why}", flush=True)
            continue
        except Exception:
            traceback.print_exc()
            failed.append(name)
            continue
        results.append(result)
        print(f"{result.line()}  [{time.monotonic() - at:.0f} s]")
        print(result.json(), flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure Jhalak's claims. See docs/benchmarks.md.",
        epilog=f"benchmarks: {', '.join(CLAIMS)}",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which (default: all)")
    parser.add_argument("--quick", action="store_true", help="a short pass over a smaller world")
    folder = Path(tempfile.gettempdir()) / f"jhalak-benchmarks-{os.getuid()}"
    parser.add_argument(
        "--dir", type=Path, default=folder, help=f"where worlds are kept (default: {folder})"
    )
    parser.add_argument(
        "--data", type=Path, default=LOGS,
        help=f"where real logs lie: kuairand-pure, mind (default: {LOGS})",
    )  # fmt: skip
    return parser


def _machine() -> str:
    model = "a processor without a name"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores of {model}; load average {load}"


if __name__ == "__main__":
    sys.exit(main())
