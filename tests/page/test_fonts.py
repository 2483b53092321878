"""The app's own fonts: every text of every language is set in them, by nothing of the system."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jhalak.schema.languages import LANGUAGES
from tests.page.conftest import Opener

MESSAGES = Path(__file__).parents[2] / "web" / "viewer" / "src" / "words" / "messages"
SET = """([language, text]) => {
  const box = document.createElement("p");
  box.id = "probe";
  box.lang = language;
  box.textContent = text;
  document.querySelector("#probe")?.remove();
  document.body.append(box);
  box.getBoundingClientRect(); // asks for the fonts that it needs
  return document.fonts.ready.then(() => 0);
}"""


def test_every_text_is_set_in_the_fonts_that_come_with_the_app(opened: Opener) -> None:
    page = opened()
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    for language in LANGUAGES:
        texts = json.loads((MESSAGES / f"{language}.json").read_text("utf-8"))
        page.evaluate(SET, [language, " ".join(texts.values())])
        root = devtools.send("DOM.getDocument")["root"]["nodeId"]
        node = devtools.send("DOM.querySelector", {"nodeId": root, "selector": "#probe"})
        fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node["nodeId"]})["fonts"]
        assert fonts and all(font["isCustomFont"] for font in fonts), (language, fonts)


@pytest.mark.parametrize("code", ["hi", "ur", "ta"])
def test_the_languages_own_names_come_in_one_small_font(opened: Opener, code: str) -> None:
    page = opened()
    page.evaluate("document.fonts.ready.then(() => 0)")
    devtools = page.context.new_cdp_session(page)
    devtools.send("DOM.enable")
    devtools.send("CSS.enable")
    root = devtools.send("DOM.getDocument")["root"]["nodeId"]
    name = {"nodeId": root, "selector": f'.tile[value="{code}"] .name'}
    node = devtools.send("DOM.querySelector", name)["nodeId"]
    fonts = devtools.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert [font["isCustomFont"] for font in fonts] == [True]
