"""Draws the app's icons: a sun among its rings, the glimpse that the name means.

python scripts/draw_icons.py        # writes web/viewer/public/icons/
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

FOLDER = Path(__file__).parents[1] / "web" / "viewer" / "public" / "icons"
FINE = 4  # drawn so much larger, for smooth edges
GLOW, DEEP, AMBER = (176, 52, 110), (22, 14, 46), (255, 182, 72)


def ground(side: int) -> Image.Image:
    """The gradient of the sport family, from the upper left to the lower right."""
    slope = Image.linear_gradient("L").resize((side, side))
    across = slope.rotate(90)
    mixed = ImageChops.add(slope, across, scale=2)
    return Image.composite(
        Image.new("RGB", (side, side), DEEP), Image.new("RGB", (side, side), GLOW), mixed
    )


def icon(side: int, share: float, corner: float) -> Image.Image:
    """`share`: how much of the width the outermost ring takes; `corner`: radius as a share."""
    big = side * FINE
    image = ground(big).convert("RGBA")
    lines = Image.new("RGBA", (big, big))
    pen = ImageDraw.Draw(lines)
    middle = big / 2
    for ring, alpha in ((1.0, 70), (0.72, 110), (0.46, 160)):
        r = big * share / 2 * ring
        box = (middle - r, middle - r, middle + r, middle + r)
        pen.ellipse(box, outline=(255, 255, 255, alpha), width=round(big * 0.012))
    r = big * share * 0.13
    pen.ellipse((middle - r, middle - r, middle + r, middle + r), fill=(*AMBER, 255))
    r, far = big * share * 0.035, big * share * 0.36
    x, y = middle + far * 0.766, middle - far * 0.643
    pen.ellipse((x - r, y - r, x + r, y + r), fill=(255, 255, 255, 235))
    image.alpha_composite(lines)
    if corner:
        mask = Image.new("L", (big, big))
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, big, big), big * corner, fill=255)
        image.putalpha(mask)
    return image.resize((side, side), Image.Resampling.LANCZOS)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, side, share, corner in (
        ("icon-192", 192, 0.78, 0.22),
        ("icon-512", 512, 0.78, 0.22),
        ("maskable-512", 512, 0.58, 0),
    ):
        drawn = icon(side, share, corner)
        drawn = drawn if corner else drawn.convert("RGB")
        drawn.save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
