"""How a command ends when it cannot do what was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Failure(Exception):
    """What was wrong, where, and what to do; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


@contextmanager
def explained() -> Iterator[None]:
    """Turn what stores and settings raise into a Failure."""
    from jhalak.config.settings import BadSettings
    from jhalak.ports.errors import DiskFull, PortError

    try:
        yield
    except DiskFull as error:
        raise Failure(f"the disk is full: {error}; make room and run it again", 4) from error
    except PortError as error:
        raise Failure(f"{error}; jhalak doctor says more", 3) from error
    except BadSettings as error:
        raise Failure(str(error), 2) from error
