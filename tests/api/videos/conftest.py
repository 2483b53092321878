"""The same server and people as for comments."""

from __future__ import annotations

from tests.api.comments.conftest import asha as asha
from tests.api.comments.conftest import meena as meena
from tests.api.comments.conftest import ravi as ravi
from tests.api.comments.conftest import video as video
from tests.api.comments.conftest import world as world
