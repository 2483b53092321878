"""`jhalak viewers`."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import msgspec

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line


def run(arguments: argparse.Namespace) -> int:
    from jhalak.schema.ids import parse

    try:
        viewer = parse(arguments.viewer)
    except ValueError as error:
        raise Failure(f"{arguments.viewer!r} is no viewer's id: {error}", 2) from None
    with explained():
        shown = asyncio.run(_show(arguments, viewer))
    for name, value in shown.items():
        print(f"{name:14} {value}")
    last_line(shown, wanted=arguments.json)
    return 0


async def _show(arguments: argparse.Namespace, number: int) -> dict[str, Any]:
    """What is kept about a viewer; the look is written to the audit record."""
    import numpy as np

    from jhalak.assembly import now_ms, open_log, open_profiles, open_records
    from jhalak.catalogue.topics import topics
    from jhalak.config.settings import read_settings
    from jhalak.learning import profile
    from jhalak.learning.taste import interests
    from jhalak.residency.seal import unseal
    from jhalak.schema.activity import TOPIC

    settings = read_settings(arguments.data)
    records = open_records(arguments.data, settings)
    log = open_log(arguments.data, settings, writable=False)
    profiles = open_profiles(arguments.data)
    try:
        found = records.viewers.get(number)
        if found is None:
            raise Failure(f"there is no viewer {arguments.viewer}")
        records.audit.append("operator:cli", "show viewer", arguments.viewer, "", now_ms())
        value = await profiles.get(number)
        entries = await log.read_key(TOPIC, number)
        shown: dict[str, Any] = {**msgspec.to_builtins(found), "id": arguments.viewer}
        shown["relations"] = len(records.relations.of_viewer(number))
        shown["records_in_log"] = len(entries)
        if value is not None:
            state = profile.load(number, unseal(number, value))
            shown["seen_items"] = state.seen_count
            unknown = np.full(len(state.items), -1)  # no live catalogue is at hand
            liked = interests(state, unknown)
            shown["interests"] = {topics()[t].id: round(s, 3) for t, s in liked}
        return shown
    finally:
        log.close()
        profiles.close()
        records.database.close()
