"""What would have been right where msgspec says `Invalid enum value`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from msgspec import inspect

_PROBLEM: Final = re.compile(
    r"^Invalid enum value (.+?)(?: - at `(?:key` in `)?\$\.?([^`]*)`)?$", re.S
)
MOST: Final = 64
"""So many characters of what was sent are said again."""
_STEP: Final = re.compile(r"[^.\[\]]+|\[[^\]]*\]")


def explained(problem: str, kind: Any, path: str = "") -> str:
    """msgspec's `problem` with a value of the type `kind`, the values that it takes instead of
    `Invalid enum value`; another problem as it is. `path`: where, such as `a[0].b`, if the problem
    does not say so itself."""
    match = _PROBLEM.match(problem)
    if match is None:
        return problem
    said, place = match.group(1)[:MOST], match.group(2)
    steps = _STEP.findall(path if place is None else place)
    allowed = dict.fromkeys(map(repr, _values(inspect.type_info(kind), steps)))
    if not allowed:
        return problem
    where = f" - at `$.{place}`" if place else ""
    return f"there is no {said}; there are {', '.join(allowed)}{where}"


def _values(kind: inspect.Type, steps: list[str]) -> Iterator[Any]:
    """The values that may stand at the end of `steps`: a field's name, or `[0]` or `[...]` for an
    element."""
    if isinstance(kind, inspect.Metadata):
        yield from _values(kind.type, steps)
    elif isinstance(kind, inspect.UnionType):
        for one in kind.types:
            yield from _values(one, steps)
    elif not steps:
        if isinstance(kind, inspect.LiteralType):
            yield from kind.values
        elif isinstance(kind, inspect.EnumType):
            yield from (member.value for member in kind.cls)
        elif isinstance(kind, inspect.DictType):  # a key of it
            yield from _values(kind.key_type, steps)
    else:
        for part in _parts(kind, steps[0]):
            yield from _values(part, steps[1:])


def _parts(kind: inspect.Type, step: str) -> Iterator[inspect.Type]:
    """The types of what `step` leads to."""
    if isinstance(kind, inspect.StructType):
        yield from (field.type for field in kind.fields if field.encode_name == step)
    elif isinstance(kind, inspect.DictType):
        yield kind.value_type
    elif isinstance(kind, inspect.CollectionType):
        yield kind.item_type
