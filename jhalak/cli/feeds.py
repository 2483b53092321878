"""`jhalak feeds`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jhalak.cli.failure import Failure, explained
from jhalak.cli.output import last_line, say_if_none

if TYPE_CHECKING:
    from jhalak.assembly import Records
    from jhalak.config.settings import Settings
    from jhalak.ingest.document import Document
    from jhalak.ingest.health import FeedHealth
    from jhalak.ingest.intake import Outcome
    from jhalak.ports.fetcher import Answer
    from jhalak.schema.feed import Feed

STATUS = {"pause": "paused", "resume": "following"}
TIER = {"review": "reviewed", "unreview": "unreviewed"}


def run(arguments: argparse.Namespace) -> int:
    from jhalak.assembly import open_records
    from jhalak.config.settings import read_settings

    if arguments.action != "list" and not arguments.what:
        raise Failure(f"feeds {arguments.action} needs an address (jhalak feeds list)", 2)
    with explained():
        settings = read_settings(arguments.data)
        records = open_records(arguments.data, settings)
        try:
            if arguments.action == "add":
                return _add(arguments, records)
            if arguments.action == "list":
                return _list(arguments, records)
            if arguments.action == "move":
                return _move(arguments, records)
            if arguments.action == "check":
                return asyncio.run(_check(arguments, records, settings))
            return _change(arguments, records)
        finally:
            records.database.close()


def _add(arguments: argparse.Namespace, records: Records) -> int:
    """Addresses and OPML files, mixed."""
    from jhalak.assembly import now_ms
    from jhalak.embedded.targets import one_spelling, target_of
    from jhalak.ingest.opml import BadOpml, Listed, read_opml
    from jhalak.ports.fetcher import Refused
    from jhalak.schema.feed import Tier
    from jhalak.schema.languages import LANGUAGES

    if arguments.language and arguments.language not in LANGUAGES:
        raise Failure(f"--language {arguments.language}: one of {' '.join(LANGUAGES)}", 2)
    wanted: list[Listed] = []
    refused: list[Listed] = []
    for one in arguments.what:
        try:
            if "://" in one:
                target_of(one)
                wanted.append(Listed(one, "", ""))
            else:
                for listed in read_opml(Path(one).read_bytes()):
                    (wanted if _may_be_asked(listed.url) else refused).append(listed)
        except Refused as problem:
            raise Failure(f"{one}: {problem}", 2) from None
        except (OSError, BadOpml) as problem:
            raise Failure(f"{one}: neither an address nor a list of feeds: {problem}", 2) from None
    tier: Tier = "reviewed" if arguments.reviewed else "unreviewed"
    added = []
    for listed in wanted:
        if _found(records, listed.url) is None:
            feed, is_new = records.feeds.add(
                one_spelling(listed.url), now_ms(), tier=tier,
                language=arguments.language or listed.language, publisher=arguments.publisher,
            )  # fmt: skip
            added += [feed.url] if is_new else []
    print(
        f"added {len(added):,}, there before {len(wanted) - len(added):,}"
        + (f", refused {len(refused):,}" if refused else "")
    )
    said = {"added": added, "known": len(wanted) - len(added)}
    last_line(said | {"refused": [one.url for one in refused]}, wanted=arguments.json)
    return 1 if refused else 0


def _found(records: Records, url: str) -> Feed | None:
    """As it is kept, or as `add` would keep it."""
    from jhalak.embedded.targets import one_spelling, target_of
    from jhalak.ports.fetcher import Refused

    found = records.feeds.find(url)
    if found is None:
        with suppress(Refused):
            target_of(url)
            found = records.feeds.find(one_spelling(url))
    return found


def _may_be_asked(url: str) -> bool:
    """Says why not: one bad address in a list costs only itself."""
    from jhalak.embedded.targets import target_of
    from jhalak.ports.fetcher import Refused

    try:
        target_of(url)
    except Refused as problem:
        print(f"{url}: {problem}", file=sys.stderr)
        return False
    return True


def _list(arguments: argparse.Namespace, records: Records) -> int:
    import msgspec

    from jhalak.assembly import now_ms
    from jhalak.ingest.health import health_of

    now = now_ms()
    told = [health_of(feed, now) for feed in records.feeds.all()]
    say_if_none(told, "no feed is followed; jhalak feeds add URL begins")
    for one in told:
        delay = "-" if one.delay_s is None else _span(one.delay_s)
        since = (now - one.last_success_ms) / 1000
        often = "never read" if one.last_poll_ms else "not polled yet"
        often = f"every {_span(one.interval_s)}" if one.interval_s else often
        last = f"{_span(since)} ago" if one.last_success_ms else "never"
        print(f"{one.status:9} {one.tier:10} {one.url}")
        print(
            f"    {one.title[:60] or '-'}   {often}   delay {delay}   "
            f"last success {last}   {one.entries_a_day:g} entries a day"
        )
        print(
            f"    new {one.new:,}   updated {one.updated:,}   duplicate {one.duplicate:,}   "
            f"rejected {one.rejected:,}   recalled {one.recalled:,}"
            + (f"   delivered by its hub {one.deliveries:,}" if one.deliveries else "")
        )
        for reason, count in sorted(one.reasons.items(), key=lambda pair: -pair[1])[:5]:
            print(f"    rejected {count:,}: {reason}")
        if one.error:
            times = "once" if one.failures == 1 else f"{one.failures:,} times in a row"
            print(f"    failed {times}: {one.error}{_again(one, now)}")
        if one.moved:
            print(f"    its server says that it lies at {one.moved} for good (jhalak feeds move)")
    last_line({"feeds": msgspec.to_builtins(told)}, wanted=arguments.json)
    return 0


def _again(one: FeedHealth, now: int) -> str:
    """When a feed that failed is tried again."""
    if one.status != "following":
        return ""
    wait_s = (one.next_poll_ms - now) / 1000
    return f"; tried again in {_span(wait_s)}" if wait_s > 0 else "; due to be tried again"


def _change(arguments: argparse.Namespace, records: Records) -> int:
    from jhalak.assembly import now_ms

    action = arguments.action
    for url in arguments.what:
        feed = _found(records, url)
        if feed is None:
            raise Failure(f"no feed {url} (jhalak feeds list)")
        if action == "remove":
            records.feeds.remove(feed.num)
        elif action in STATUS:
            records.feeds.change(feed.num, now_ms(), status=STATUS[action])  # type: ignore[arg-type]
        else:
            records.feeds.change(feed.num, now_ms(), tier=TIER[action])  # type: ignore[arg-type]
    print(f"{action}: {len(arguments.what)}")
    last_line({action: arguments.what}, wanted=arguments.json)
    return 0


def _move(arguments: argparse.Namespace, records: Records) -> int:
    """The same feed, with its cards, at another address."""
    from jhalak.assembly import now_ms
    from jhalak.embedded.targets import one_spelling, target_of
    from jhalak.ports.fetcher import Refused
    from jhalak.schema.feed import PUSHED

    if len(arguments.what) != 2:
        raise Failure("feeds move needs two addresses: the old one and the new one", 2)
    old, new = arguments.what
    try:
        target_of(new)
    except Refused as problem:
        raise Failure(f"{new}: {problem}", 2) from None
    feed = _found(records, old)
    if feed is None:
        raise Failure(f"no feed {old} (jhalak feeds list)")
    if old.startswith(PUSHED):
        raise Failure(f"{old} sends its items itself: there is no address to change")
    if _found(records, new) is not None:
        raise Failure(f"{new} is followed already (jhalak feeds list)")
    url = one_spelling(new)
    # What is gone is the old address.
    records.feeds.change(
        feed.num, now_ms(), url=url, status="following" if feed.status == "gone" else None
    )
    print(f"moved {feed.url} to {url}")
    last_line({"move": [feed.url, url]}, wanted=arguments.json)
    return 0


async def _check(arguments: argparse.Namespace, records: Records, settings: Settings) -> int:
    """Fetch and read one feed; write nothing."""
    from jhalak.assembly import open_fetcher
    from jhalak.ports.fetcher import FetchError
    from jhalak.schema.feed import Feed
    from jhalak.workers.follow_feeds import asking, limits_of

    url = arguments.what[0]
    feed = _found(records, url) or Feed(
        num=0, url=url, language=arguments.language, publisher=arguments.publisher,
        tier="reviewed" if arguments.reviewed else "unreviewed",
    )  # fmt: skip
    fetcher = open_fetcher(settings)
    try:
        headers = {"accept": asking(feed.state)["accept"]}
        answer = await fetcher.fetch(url, headers, limits_of(settings.fetch))
    except FetchError as problem:
        raise Failure(f"{url}: {problem}") from None
    finally:
        await fetcher.close()
    if answer.status != 200:
        raise Failure(f"{url}: its server answered {answer.status}")
    return _tell(arguments, records, settings, feed, answer)


def _tell(
    arguments: argparse.Namespace, records: Records, settings: Settings, feed: Feed, answer: Answer
) -> int:
    from jhalak.assembly import now_ms, open_intake
    from jhalak.ingest.document import hub_of_headers, read_document

    kind = answer.headers.get("content-type", "")
    document = read_document(answer.body, kind, answer.url)
    hub, _ = hub_of_headers(answer.headers)
    document.hub = hub or document.hub
    if document.problem:
        raise Failure(f"{feed.url}: {document.problem}")
    outcome = open_intake(records, settings, now_ms).take(feed, document, keep=False)
    about = _about(document, answer, settings, feed, now_ms())
    for name, value in about.items():
        print(f"{name:12} {value}")
    _entries(outcome, arguments.limit)
    counts = Counter(verdict.what for verdict in outcome.verdicts)
    print("   ".join(f"{what} {count:,}" for what, count in counts.most_common()) or "no entries")
    verdicts = [
        {"entry": v.number, "what": v.what, "reason": v.reason,
         "item": v.composed.item.id if v.composed else None,
         "title": v.composed.item.title if v.composed else None,
         "language": v.composed.item.language if v.composed else None,
         "topic": v.composed.item.topic if v.composed else None}
        for v in outcome.verdicts
    ]  # fmt: skip
    last_line({"feed": about, "counts": counts, "entries": verdicts}, wanted=arguments.json)
    return 0


def _about(
    document: Document, answer: Answer, settings: Settings, feed: Feed, now: int
) -> dict[str, str]:
    """What the feed says of itself, and what following it would be like."""
    import msgspec

    from jhalak.ingest.intake import dates_ms
    from jhalak.ingest.pace import gap_s, interval_s, max_age_s

    dates = dates_ms(document, now)
    state = msgspec.structs.replace(
        feed.state, gap_s=gap_s(dates, now), newest_ms=dates[0] if dates else 0,
        ttl_s=max(document.ttl_s, max_age_s(answer.headers.get("cache-control", ""))),
    )  # fmt: skip
    hub = document.hub or "none: polled only"
    if document.hub and not settings.follow.public_url:
        hub += "; polled only, since no public address is set (serve --public-url)"
    validators = [n for n in ("etag", "last-modified") if n in answer.headers]
    interval = interval_s(state, settings.follow, now, pushed=False)
    return {
        "address": answer.url + (" (moved for good)" if answer.moved else ""),
        "format": document.kind,
        "title": document.title or "-",
        "language": document.language or "not said",
        "entries": f"{len(document.entries):,}, {len(answer.body):,} bytes",
        "validators": ", ".join(validators) or "none: each poll loads it whole",
        "wishes": f"not more often than every {_span(state.ttl_s)}" if state.ttl_s else "-",
        "pace": f"an entry every {_span(state.gap_s)}" if state.gap_s else "not known",
        "interval": f"every {_span(interval)}",
        "hub": hub,
        "following": feed.status if feed.num else "no (jhalak feeds add)",
    }


def _entries(outcome: Outcome, limit: int) -> None:
    for verdict in outcome.verdicts[:limit]:
        if verdict.composed is None:
            print(f"{verdict.number:5} {verdict.what:10} {verdict.reason}")
            continue
        item = verdict.composed.item
        picture = "picture" if item.image else "drawn art"
        print(f"{verdict.number:5} {verdict.what:10} {item.language} {item.topic:14} {item.title}")
        print(f"{'':16} {picture}; {item.url or 'no address'}"
              + (f"; {verdict.reason}" if verdict.reason else ""))  # fmt: skip
    if len(outcome.verdicts) > limit:
        print(f"... and {len(outcome.verdicts) - limit:,} more (--limit)", file=sys.stderr)


def _span(seconds: float) -> str:
    """A length of time for people."""
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} s"
