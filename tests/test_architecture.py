"""The house is as its plan says; documentation tells every setting and every metric."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from jhalak.config.settings import BadSettings, Settings, read_settings

ROOT = Path(__file__).parents[1]
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text("utf-8")
OPERATIONS = (ROOT / "docs/operations.md").read_text("utf-8")
FILE_LINES, FUNCTION_LINES, PORT_METHODS = 300, 40, 6


def sources() -> list[Path]:
    return sorted((ROOT / "jhalak").rglob("*.py"))


def rooms() -> dict[str, str]:
    """Every room that docs/architecture.md lists, and what it says of it."""
    [listed] = re.findall(r"```\n(jhalak/\n.*?)```", ARCHITECTURE, re.DOTALL)
    return dict(re.findall(r"^  (\w+)(?:/|\.py)\s+(.+)$", listed, re.MULTILINE))


def test_every_room_is_in_the_plan_and_every_room_of_the_plan_exists_or_is_said_to_come() -> None:
    exist = {p.parent.name for p in (ROOT / "jhalak").glob("*/__init__.py")}
    exist |= {p.stem for p in (ROOT / "jhalak").glob("*.py")} - {"__init__", "__main__"}
    planned = rooms()
    assert exist - set(planned) == set(), "a room that the plan does not know"
    missing = {name for name in set(planned) - exist if "later" not in planned[name].lower()}
    assert missing == set(), "a room of the plan that is not there"


def test_every_room_is_in_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = contracts["tool"]["importlinter"]["contracts"][0]["layers"]
    declared = {name for layer in layers for name in layer.replace(" ", "").split("|")}
    exist = {p.parent.name for p in (ROOT / "jhalak").glob("*/__init__.py")}
    assert exist <= declared


def settings(kind: Any = Settings, before: str = "") -> Iterator[tuple[str, Any]]:
    """(name, default) of every setting, `a.b` for b of a."""
    for field in msgspec.structs.fields(kind):
        if isinstance(field.default, msgspec.Struct):
            yield from settings(type(field.default), f"{before}{field.name}.")
        else:
            yield before + field.name, field.default


def test_operations_tells_every_setting_with_its_default_and_no_other() -> None:
    section = OPERATIONS.partition("## Settings")[2].partition("\n## ")[0]
    table = re.findall(r"^\| `([a-z0-9_.]+)` \| (\S.*?) \| .+ \|$", section, re.MULTILINE)
    told = {name: default.strip("`").replace(" ", "") for name, default in table}
    known = {
        name: f'"{value}"' if isinstance(value, str) else str(value).replace(" ", "")
        for name, value in settings()
    }
    assert {name: told.get(name) for name in known} == known
    assert set(told) == set(known)


def test_settings_are_read_from_the_data_folder(tmp_path: Path) -> None:
    assert read_settings(tmp_path) == Settings()
    (tmp_path / "jhalak.toml").write_text("cell = 'delhi'\n[feed.values]\ntap = 2\n")
    found = read_settings(tmp_path)
    assert found.cell == "delhi" and found.feed.values.tap == 2.0
    assert found.feed.exploration == Settings().feed.exploration


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("sell = 'x'", "sell"), ("[feed]\ncandidates = 'many'", "feed.candidates"),
        ("[feed.values]\ntapp = 1", "tapp"), ("cell = 'a' b", "line 1"),
        ("[log]\npartitions = 1.5", "partitions"), ("[log]\npartitions = 0", "log.partitions"),
        ("[follow]\nat_once = 0", "follow.at_once"), ("[server]\nport = 99999", "server.port"),
        ("[media]\nsandbox = 'Strict'", "there are 'rlimits', 'strict'"),
        ("utc_offset_h = 330", "utc_offset_h"),
    ],
)  # fmt: skip
def test_a_wrong_setting_stops_the_start_with_its_place(
    tmp_path: Path, text: str, named: str
) -> None:
    (tmp_path / "jhalak.toml").write_text(text)
    with pytest.raises(BadSettings, match=re.escape(named)) as caught:
        read_settings(tmp_path)
    assert "jhalak.toml" in str(caught.value)


def test_settings_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    (tmp_path / "jhalak.toml").mkdir()
    with pytest.raises(BadSettings, match=r"jhalak\.toml: cannot be read"):
        read_settings(tmp_path)


def test_operations_tells_every_metric() -> None:
    source = (ROOT / "jhalak/api/ops.py").read_text("utf-8")
    names = set(re.findall(r'"(jhalak_\w+)"', source))
    assert len(names) > 10
    told = set(re.findall(r"`(jhalak_\w+)`", OPERATIONS))
    assert {name for name in names if not {name, f"{name}_total"} & told} == set()


def test_links_between_documents_lead_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_budgets_are_printed_where_they_are_exceeded(capsys: pytest.CaptureFixture[str]) -> None:
    """Not a limit: some code reads better beyond them. See them with pytest -s."""
    said = []
    for path in sources():
        text = path.read_text("utf-8")
        name = path.relative_to(ROOT)
        if text.count("\n") > FILE_LINES:
            said.append(f"{name}: {text.count(chr(10))} lines")
        said += [
            f"{name}: {function} has {lines} lines"
            for function, lines in functions(ast.parse(text))
            if lines > FUNCTION_LINES
        ]
    with capsys.disabled():
        if said and "-s" in sys.argv:
            print("\nbeyond the budgets:", *said, sep="\n  ")
    assert len(said) < len(sources())


def test_ports_are_small() -> None:
    for path in sorted((ROOT / "jhalak/ports").glob("*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef):
                methods = sum(
                    isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) for n in node.body
                )
                assert methods <= PORT_METHODS, f"{path.name}: {node.name}"


def test_every_module_says_what_it_is() -> None:
    silent = [p for p in sources() if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert silent == []
