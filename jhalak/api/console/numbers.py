"""Numbers that name what is kept: none is greater than the records hold."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from litestar.params import Parameter

GREATEST: Final = 2**63 - 1

Number = Annotated[int, Parameter(le=GREATEST)]
"""In a path."""
Key = Annotated[int, msgspec.Meta(ge=0, le=GREATEST)]
"""In a body."""
