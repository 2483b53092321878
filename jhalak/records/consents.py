"""The consent store on SQL."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select

from jhalak.ports.consents import Consent
from jhalak.records.database import Database
from jhalak.records.tables import consents
from jhalak.records.text import storable

_HISTORY = (
    select(consents.c.purpose, consents.c.granted, consents.c.notice, consents.c.at_ms)
    .where(consents.c.viewer == bindparam("viewer"))
    .order_by(consents.c.num)
)


class SqlConsentStore:
    """ConsentStore (ports/consents.py) on SQLite or PostgreSQL.

    The order is that of writing, not of `at_ms`: a clock set back does not revive a decision.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, viewer: int, consent: Consent) -> None:
        """Raises Conflict where there is no such viewer."""
        row = consent._asdict() | {
            "viewer": viewer,
            "purpose": storable(consent.purpose),
            "notice": storable(consent.notice),
        }
        with self._database.write() as connection:
            connection.execute(insert(consents), row)

    def current(self, viewer: int) -> list[Consent]:
        newest = {consent.purpose: consent for consent in self.history(viewer)}
        return [newest[purpose] for purpose in sorted(newest)]

    def history(self, viewer: int) -> list[Consent]:
        with self._database.read() as connection:
            rows = connection.execute(_HISTORY, {"viewer": viewer}).all()
        return [Consent(*row) for row in rows]
