"""What a person's browser shows for an address that leads nowhere, in the look of the app."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from html import escape
from importlib.resources import files
from typing import Final

from jhalak.api.apps import BUILT, policy
from jhalak.schema.languages import LANGUAGES, RIGHT_TO_LEFT

HEADERS: Final = {
    "content-security-policy": policy().decode(),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "vary": "accept, accept-language",
}
_SHEET: Final = re.compile(r'<link rel="stylesheet"[^>]*>')
_PAGE: Final = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
  <meta name="theme-color" content="#0D0E12">
  <meta name="color-scheme" content="dark">
  <title>{title}</title>
  <link rel="icon" href="/icons/icon.svg" type="image/svg+xml">
  {sheets}
</head>
<body>
  <div id="app">
    <main class="page nowhere">
      <p class="mark" lang="en">Jhalak</p>
      <h1 class="title">{title}</h1>
      <p>{hint}</p>
      <a class="wide go" href="/">{back}</a>
    </main>
  </div>
</body>
</html>
"""


def is_browser(accept: str) -> bool:
    """Does this `Accept` come from who wants a page? Programs take anything, or JSON."""
    taken = [one.partition(";")[0].strip() for one in accept.lower().split(",")]
    return "text/html" in taken and "application/json" not in taken


def language_of(accepted: str) -> str:
    """The language of ours that an `Accept-Language` wants most; English where it wants none."""
    wanted = []
    for one in accepted.lower().split(","):
        tag, _, weight = one.partition(";")
        found = re.fullmatch(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", weight, re.ASCII)
        wanted.append((float(found[1]) if found else 1.0, tag.strip().partition("-")[0]))
    known = [(weight, code) for weight, code in wanted if weight and code in LANGUAGES]
    return max(known, key=lambda pair: pair[0])[1] if known else "en"


@cache
def page(language: str) -> str:
    """The page, by the sheets that the app is drawn with as it was built."""
    words = tomllib.loads(files("jhalak.api").joinpath("nowhere.toml").read_text("utf-8"))
    index = BUILT / "viewer" / "index.html"
    sheets = _SHEET.findall(index.read_text("utf-8")) if index.exists() else []
    return _PAGE.format(
        language=language, direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        sheets="\n  ".join(sheets), **{k: escape(text) for k, text in words[language].items()},
    )  # fmt: skip
