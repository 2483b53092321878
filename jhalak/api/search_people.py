"""Which creators and accounts a viewer finds by words.

Who is suspended is found by nobody, and of two of whom one blocks the other neither finds the
other. By their exact handle all others are found, as whoever knows it would open the profile. By
other words a private account is found by its followers, and one that is not known to be 18 by
those who are not either: a search does not lead adults to children.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from jhalak.api.services import Services
from jhalak.feeds.search import Weighed
from jhalak.people.age import is_minor
from jhalak.ports.creators import Creator
from jhalak.ports.viewers import Viewer
from jhalak.schema.activity import Verb
from jhalak.schema.query import Query

LOOKED_AT: Final = 200
Found = dict[str, tuple[float, Creator | None]]
"""Names to what their words are worth, and whose account it is; None: a publisher's name."""


class CreatorHit(msgspec.Struct):
    """A creator that fits: a publisher, or somebody with an account (`@handle`)."""

    name: str
    items: int
    """Live items that the viewer may see, in their languages; of more than 99, 99."""
    called: str = ""
    """How somebody wants to be called; "" for a publisher."""
    verified: bool = False


def found_people(
    services: Services, viewer: Viewer, asked: str,
    creators: Sequence[Weighed], accounts: Sequence[Weighed],
) -> Found:  # fmt: skip
    """Those whom the viewer may find. For a thread."""
    worth = {one.found.ref: one.worth for one in creators[:LOOKED_AT]}
    numbers = services.world.catalogue.creator_num
    known = services.people.of_creators(
        [numbers[name] for name in worth if name.startswith("@") and name in numbers]
    )
    people = {one.num: one for one in known.values()}
    weighed = {int(one.found.ref): one.worth for one in accounts[:LOOKED_AT]}
    exact = services.people.of_handle(asked.strip().removeprefix("@").casefold())
    people |= services.people.of_accounts(weighed)
    if exact is not None:
        people[exact.num] = exact
    verbs = _verbs(services, viewer)
    found: Found = {name: (value, None) for name, value in worth.items()}
    for num, one in people.items():
        name = f"@{one.handle}"
        if one is exact or may_find(viewer, one, verbs.get(one.creator, frozenset())):
            value = max(worth.get(name, 0.0), weighed.get(num, 0.0))
            found[name] = (value + (one is exact), one)
        else:
            found.pop(name, None)
    if exact is not None and hidden(exact, verbs.get(exact.creator, frozenset())):
        found.pop(f"@{exact.handle}", None)
    return found


def hidden(account: Creator, verbs: frozenset[Verb]) -> bool:
    """Is it found by nobody, or not by this viewer whatever they ask?"""
    return account.suspended_ms > 0 or not verbs.isdisjoint(("blocks", "barred"))


def may_find(viewer: Viewer, account: Creator, verbs: frozenset[Verb]) -> bool:
    """By words that are not its handle."""
    if hidden(account, verbs) or "hides" in verbs:
        return False
    if account.viewer == viewer.id or "follows" in verbs:
        return True
    return not account.private and (not is_minor(account.age_band) or is_minor(viewer.age_band))


def _verbs(services: Services, viewer: Viewer) -> dict[int, frozenset[Verb]]:
    """How the viewer stands to creators, by their numbers."""
    verbs: dict[int, frozenset[Verb]] = {}
    for row in services.relations.of_viewer(viewer.id):
        if row.kind == "creator":
            verbs[row.target] = verbs.get(row.target, frozenset()) | {row.verb}
    return verbs


def hits(
    services: Services, query: Query, found: Found, limit: int, *, safe: bool
) -> list[CreatorHit]:
    """Best first; a publisher only with something to show."""
    finder, best = services.finder, sorted(found.items(), key=lambda one: -one[1][0])
    told: list[CreatorHit] = []
    for name, (_, account) in best[: 3 * limit]:
        items = finder.count(query, finder.of_creator(name), safe=safe)
        if account is not None:
            told.append(CreatorHit(name, items, account.name, account.verified_ms > 0))
        elif items:
            told.append(CreatorHit(name, items))
    return told[:limit]
