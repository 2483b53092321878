"""`jhalak why`."""

from __future__ import annotations

import argparse
import asyncio
from typing import Any

import msgspec

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line

_BAR = 20
"""Characters of the longest bar."""


def run(arguments: argparse.Namespace) -> int:
    from jhalak.schema.ids import parse

    try:
        viewer = parse(arguments.viewer)
    except ValueError as error:
        raise Failure(f"{arguments.viewer!r} is no viewer's id: {error}", 2) from None
    with explained():
        why = asyncio.run(_why(arguments, viewer))
    print(f"{why['item']} in place {why['position'] + 1} of {why['surface']}, {why['served']}")
    print(f"{why['reason']}: {why['why']}\n")
    parts = sorted(why["parts"].items(), key=lambda part: -abs(part[1]))
    most = max((abs(lift) for _, lift in parts), default=0.0) or 1.0
    for name, lift in parts:
        print(f"{name:16} {lift:+8.3f} {'#' * round(_BAR * abs(lift) / most)}")
    print(f"\nchance {why['propensity']:.4f}, model {why['model']}, level {why['level']}")
    last_line(why, wanted=arguments.json)
    return 0


async def _why(arguments: argparse.Namespace, number: int) -> dict[str, Any]:
    """The slot's explanation; the look is written to the audit record."""
    from jhalak.assembly import now_ms, open_log, open_records
    from jhalak.config.settings import read_settings
    from jhalak.embedded.keys import open_keys
    from jhalak.feeds.slot_token import BadToken, SlotTokens
    from jhalak.feeds.why import explain, find_served

    settings, now = read_settings(arguments.data), now_ms()
    records = open_records(arguments.data, settings)
    log = open_log(arguments.data, settings, writable=False)
    try:
        viewer = records.viewers.get(number)
        if viewer is None:
            raise Failure(f"there is no viewer {arguments.viewer}")
        tokens = SlotTokens(open_keys(arguments.data / "keys", now).slot)
        try:
            claim = tokens.verify(arguments.slot, number, now)
        except BadToken as error:
            raise Failure(f"{error} ({error.code})", 2) from None
        records.audit.append("operator:cli", "show why", arguments.viewer, arguments.slot, now)
        served = await find_served(log, number, claim.slate, claim.issued_ms)
        record = records.items.by_num([claim.item]).get(claim.item)
        item, publisher = (record.item.id, record.item.publisher) if record else (None, "")
        told = None
        if served is not None:
            told = explain(served, claim.position, viewer.languages[0], item, publisher or "")
        if told is None:
            raise Failure("what was served then is not recorded any more")
        found: dict[str, Any] = msgspec.to_builtins(told)
        return found
    finally:
        log.close()
        records.database.close()
