"""What every stage of one process looks at: the live catalogue and the learned state over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from jhalak.catalogue.live import LiveCatalogue
from jhalak.catalogue.series import SeriesIndex
from jhalak.learning.features import ItemColumns
from jhalak.learning.going import NOTHING, Film
from jhalak.learning.serving import Serving, nothing_learned
from jhalak.learning.vector_index import VectorIndex
from jhalak.schema.candidates import Rows
from jhalak.schema.channel import Channel


@dataclass(slots=True, eq=False)
class World:
    """Written by the serving thread alone; workers hand it finished parts."""

    catalogue: LiveCatalogue = field(default_factory=LiveCatalogue)
    serving: Serving = field(init=False)
    index: VectorIndex = field(default_factory=VectorIndex)
    """Of the catalogue's embeddings. A new one (vector_index.build) may be put in its place; what
    changed meanwhile is put into it by the next `renew`."""
    alive_ms: int = 0
    """When the learner last said that it is alive; 0: never."""
    rising: dict[int, Rows] = field(default_factory=dict)
    """Language index to cards of stories that rise now, best first (stages/rising.py)."""
    rising_sounds: Mapping[int, list[str]] = field(default_factory=dict)
    """Language index to sounds that rise now, likewise."""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """All channels by id, in their order."""
    channel_rows: Mapping[str, dict[int, Rows]] = field(default_factory=dict)
    """Channel to its rows by language index, newest first; replaced, never changed."""
    series: SeriesIndex = field(default_factory=SeriesIndex)
    renewed: list[Rows] = field(default_factory=list)
    """Rows that got a new item since the last snapshot was begun to be laid."""

    def __post_init__(self) -> None:
        self.serving = nothing_learned(self.catalogue.capacity)

    def renew(self, rows: Rows) -> None:
        """The catalogue changed; new items came into `rows`."""
        c = self.catalogue
        touched = np.fromiter(c.touched, np.int32, len(c.touched))
        c.touched.clear()
        self.index.put(touched, c.live, c.language, c.embedding)
        self.serving.fit(self.catalogue.capacity)
        if len(rows):
            self.serving.renew(rows, self.catalogue.language[rows], self.catalogue.topic[rows])
            self.renewed.append(rows)

    def replace(self, serving: Serving) -> None:
        """Take a newly laid snapshot; what came while it was laid is renewed in it."""
        self.serving = serving
        renewed, self.renewed = self.renewed, []
        serving.fit(self.catalogue.capacity)
        for rows in renewed:
            serving.renew(rows, self.catalogue.language[rows], self.catalogue.topic[rows])

    def film_of(self, item: int) -> Film:
        """How long a live video is, by the item's number, and whether it is part of a series."""
        row = self.catalogue.find(item)
        if row < 0:
            return NOTHING
        length_ms = int(self.catalogue.duration_s[row] * 1000)
        return Film(length_ms, self.series.of(self.catalogue.record(row).item.id) is not None)

    def columns(self) -> ItemColumns:
        """The columns that features read."""
        c = self.catalogue
        return ItemColumns(
            c.topic, c.language, c.creator, c.published_ms, c.lifetime_h, c.duration_s,
            c.sensitive, c.packed,
        )  # fmt: skip
