"""What an adapter raises, whatever it is made of."""

from __future__ import annotations


class PortError(Exception):
    """An adapter could not do what its port promises."""


class Unavailable(PortError):
    """The store does not answer now; the same call may succeed later."""


class DiskFull(PortError):
    """Nothing more can be written; reads go on."""


class Conflict(PortError):
    """The write would break a rule of the store, such as a second viewer with one id."""
