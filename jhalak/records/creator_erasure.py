"""What goes with an account that is erased; in the transaction that erases it.

Whoever keeps something of accounts adds it here: a statement by `of` (the account's number), or a
function of its own.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, delete, or_, select

from jhalak.records.comment_erasure import forget_comments
from jhalak.records.item_erasure import forget_items
from jhalak.records.relation_erasure import forget_creator
from jhalak.records.sounds import OF_ERASED
from jhalak.records.tables import (
    cases,
    creator_sessions,
    notification_actors,
    notification_settings,
    notifications,
    part_news,
    passkeys,
    playlist_entries,
    playlists,
    push_subscriptions,
    recovery_codes,
    reports,
    reviews,
    series,
    series_parts,
    strikes,
    uploads,
    verified_names,
    videos,
)

_VIDEOS: Final = select(videos.c.id).where(videos.c.account == bindparam("of"))
_TOLD: Final = select(notifications.c.num).where(notifications.c.account == bindparam("of"))
_LISTS: Final = select(playlists.c.id).where(playlists.c.account == bindparam("of"))
_STATEMENTS: Final = (
    delete(creator_sessions).where(creator_sessions.c.account == bindparam("of")),
    delete(recovery_codes).where(recovery_codes.c.account == bindparam("of")),
    delete(passkeys).where(passkeys.c.account == bindparam("of")),
    delete(verified_names).where(verified_names.c.account == bindparam("of")),
    delete(notification_actors).where(
        or_(
            notification_actors.c.account == bindparam("of"),
            notification_actors.c.notification.in_(_TOLD),
        )
    ),
    delete(notification_settings).where(notification_settings.c.account == bindparam("of")),
    delete(notifications).where(notifications.c.account == bindparam("of")),
    delete(push_subscriptions).where(push_subscriptions.c.account == bindparam("of")),
    delete(reports).where(reports.c.account == bindparam("of")),
    delete(cases).where(cases.c.account == bindparam("of")),
    delete(strikes).where(strikes.c.account == bindparam("of")),
    delete(part_news).where(part_news.c.video.in_(_VIDEOS)),
    delete(series_parts).where(series_parts.c.video.in_(_VIDEOS)),
    delete(series).where(series.c.account == bindparam("of")),
    delete(playlist_entries).where(
        or_(
            playlist_entries.c.video.in_(_VIDEOS),
            playlist_entries.c.playlist.in_(_LISTS),
        )
    ),
    delete(playlists).where(playlists.c.account == bindparam("of")),
    delete(reviews).where(reviews.c.video.in_(_VIDEOS)),
    delete(videos).where(videos.c.account == bindparam("of")),
    *OF_ERASED,
    delete(uploads).where(uploads.c.account == bindparam("of")),
)
"""In an order in which nothing is left that points at what is gone."""


def forget_account(connection: Connection, num: int, creator: int) -> None:
    """All that is kept of the account but its own row. The caller holds the sequence of items."""
    forget_items(connection, num)
    # Before the blocks of others: what their videos count is known by them.
    forget_comments(connection, num)
    forget_creator(connection, num, creator)
    for statement in _STATEMENTS:
        connection.execute(statement, {"of": num})
