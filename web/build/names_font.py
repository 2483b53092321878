"""Makes viewer/src/fonts/names.woff2: the languages' own names, in one small font.

The language screen shows thirteen names in eleven scripts before any language's font is there. Each
script's Noto is cut to its names at weight 600, and the pieces are merged. The result is kept, for
it changes only when a language joins:

    pip install fonttools brotli; python web/build/names_font.py
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.ttLib.scaleUpem import scale_upem
from fontTools.varLib.instancer import instantiateVariableFont

WEB = Path(__file__).parents[1]
FONTS = WEB / "node_modules/@fontsource-variable"
SOURCES = {
    "devanagari": ("hi", "mr"), "bengali": ("bn",), "tamil": ("ta",), "telugu": ("te",),
    "gujarati": ("gu",), "kannada": ("kn",), "malayalam": ("ml",), "gurmukhi": ("pa",),
    "oriya": ("or",), "arabic": ("ur",), "latin": ("en", "id"),
}  # fmt: skip
FAMILIES = {"latin": "noto-sans", "arabic": "noto-nastaliq-urdu"}
WEIGHT = 600


def names() -> dict[str, str]:
    """Language code to its own name, as the app has them."""
    text = (WEB / "viewer/src/platform/locale.ts").read_text("utf-8")
    return dict(re.findall(r'language\("(\w\w)", "([^"]+)"', text))


def piece(script: str, text: str) -> TTFont:
    """One script's font with what `text` needs, at 1000 units an em."""
    family = FAMILIES.get(script, f"noto-sans-{script}")
    font = TTFont(FONTS / family / f"files/{family}-{script}-wght-normal.woff2")
    instantiateVariableFont(font, {"wght": WEIGHT}, inplace=True)
    options = Options(hinting=False, notdef_outline=True, glyph_names=False)
    options.layout_features += ["init", "medi", "fina", "isol"]
    options.drop_tables += ["STAT", "meta", "DSIG", "gasp"]
    subsetter = Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    scale_upem(font, 1000)
    return font


def main() -> None:
    own = names()
    with TemporaryDirectory() as folder:
        paths = []
        for script, codes in SOURCES.items():
            paths.append(f"{folder}/{script}.ttf")
            piece(script, "".join(own[code] for code in codes)).save(paths[-1])
        merged = Merger().merge(paths)
    for table, ascent, descent in (
        ("hhea", "ascent", "descent"),
        ("OS/2", "sTypoAscender", "sTypoDescender"),
    ):
        setattr(merged[table], ascent, 1069)
        setattr(merged[table], descent, -293)
    merged.flavor = "woff2"
    target = WEB / "viewer/src/fonts/names.woff2"
    merged.save(target)
    print(f"{target.name}: {target.stat().st_size} bytes")


main()
