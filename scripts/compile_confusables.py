"""Writes jhalak/people/confusables.tsv from the table of the crate unicode-security, which is made
from Unicode's confusables.txt:

    python scripts/compile_confusables.py UNICODE_SECURITY/src/tables.rs
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

OUT = Path(__file__).parents[1] / "jhalak/people/confusables.tsv"
_ONE = re.compile(r"\('\\u\{(\w+)\}',\s*&\[((?:'\\u\{\w+\}',?\s*)+)\]\)")

_CODE = re.compile(r"\{(\w+)\}")


def main(source: Path) -> None:
    text = source.read_text("utf-8")
    version = re.search(r"UNICODE_VERSION: \(u64, u64, u64\) = \((\d+), (\d+), (\d+)\)", text)
    table = text[text.index("const CONFUSABLES: &'static [(char") :]
    found = _ONE.findall(table[: table.index("];")])
    assert version is not None and len(found) > 6000, "this is not the table that we know"
    head = [
        f"# Unicode {'.'.join(version.groups())}, confusables.txt (UTS 39): what looks like what.",
        "# Copyright Unicode, Inc.; Unicode-3.0. Made by scripts/compile_confusables.py.",
    ]
    lines = [f"{one}\t{' '.join(_CODE.findall(many))}" for one, many in found]
    OUT.write_text("\n".join(head + lines) + "\n", "ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
