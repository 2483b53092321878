"""What is built for others to install carries the web applications, ready to be served."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from jhalak.api.apps import is_built

ROOT = Path(__file__).parents[1]
BUILT = "jhalak/api/built"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a wheel and a source archive of this tree, made without any network."""
    if not (is_built("viewer") and is_built("console")):
        pytest.skip("the web applications are not built: make web")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return folder


def names_of_the_wheel(folder: Path) -> set[str]:
    [wheel] = folder.glob("*.whl")
    return set(zipfile.ZipFile(wheel).namelist())


def names_of_the_source(folder: Path) -> set[str]:
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        return {name.partition("/")[2] for name in opened.getnames()}


def test_the_wheel_carries_both_applications_compressed(built: Path) -> None:
    names = names_of_the_wheel(built)
    for application in ("viewer", "console"):
        there = {p.relative_to(ROOT).as_posix() for p in (ROOT / BUILT / application).rglob("*.*")}
        assert there <= names
        assert {
            f"{BUILT}/{application}/index.html{ending}" for ending in ("", ".br", ".gz")
        } <= names
    assert any(name.endswith(".js.br") for name in names)


def test_the_wheel_carries_what_runs_and_nothing_else(built: Path) -> None:
    names = names_of_the_wheel(built)
    assert {name.partition("/")[0] for name in names if ".dist-info/" not in name} == {"jhalak"}
    assert {"jhalak/cli/serve.py", "jhalak/api/trust/index.html"} <= names
    assert f"{BUILT}/.made" not in names
    [wheel] = built.glob("*.whl")
    assert wheel.stat().st_size < 16_000_000


def test_the_source_builds_the_same_wheel_without_node(built: Path) -> None:
    names = names_of_the_source(built)
    assert {name for name in names_of_the_wheel(built) if name.startswith(BUILT)} <= names
    assert {"web/package-lock.json", "Makefile", "pyproject.toml"} <= names
    assert not any("node_modules" in name or name.startswith((".git/", ".venv")) for name in names)
