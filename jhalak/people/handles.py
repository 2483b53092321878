"""Handles of creators: how they are spelled, and which nobody may take."""

from __future__ import annotations

import re
from typing import Final

from jhalak.people.skeleton import likeness

PATTERN: Final = r"[a-z0-9._]{3,24}"
_SPELLED: Final = re.compile(PATTERN)
RESERVED: Final = frozenset((
    "about", "abuse", "account", "accounts", "admin", "administrator", "ads", "api", "app",
    "audit", "billing", "blog", "bot", "console", "contact", "copyright", "creator", "creators",
    "demo", "dev", "developer", "feed", "feeds", "grievance", "help", "home", "info", "jhalak",
    "legal", "live", "login", "lockscreen", "mail", "me", "media", "moderator", "moderators",
    "news", "notice", "null", "official", "operator", "order", "orders", "owner", "police",
    "privacy", "publisher", "publishers", "report", "reports", "root", "safety", "security",
    "service", "settings", "staff", "studio", "support", "system", "team", "terms", "test",
    "trust", "undefined", "upload", "uploads", "user", "users", "verified", "verify", "video",
    "videos", "viewer", "viewers", "webmaster", "www",
))  # fmt: skip
"""Names that people would take for ours."""
_LIKE_OURS: Final = frozenset(likeness(name) for name in RESERVED)
_US: Final = likeness("jhalak")


def refusal(handle: str) -> str:
    """Why nobody may take it; "" where somebody may."""
    if not _SPELLED.fullmatch(handle):
        return "a handle has 3 to 24 of the letters a to z, digits, dots and underscores"
    plain = handle.replace(".", "").replace("_", "")
    if len(plain) < 2:
        return "a handle has two letters or digits at least"
    if handle[0] == "." or handle[-1] == "." or ".." in handle:
        return "a handle neither begins nor ends with a dot, nor has two of them running"
    if imitates_us(plain):
        return f"{handle!r} is kept free: people would take it for ours"
    return ""


def imitates_us(name: str) -> bool:
    """Would people take it for ours? `Jhalak` with anything of the list is; `Jhalak Desai` is a
    person."""
    looks = likeness(name)
    return looks in _LIKE_OURS or (_US in looks and looks.replace(_US, "", 1) in _LIKE_OURS)
