"""Layers import one way, and what reads pages knows neither the engine nor the world."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, read, section

FORBIDDEN = {
    "archive": {"crawler", "spiders", "settings", "tests", "scrapy", "twisted"},
    "crawler": {"spiders", "tests"},
    "spiders": {"tests"},
}
ENGINE = ("scrapy", "twisted", "OpenSSL")


def imports(path: Path) -> set[str]:
    """Return the top names of all modules that a file imports, wherever in it."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.partition(".")[0] for name in plain | named}


def pure_modules() -> list[str]:
    """Return the modules that the architecture calls pure."""
    text = section(read("docs/architecture.md"), "Layers").partition("Pure modules")[2]
    names = re.findall(r"`([\w/]+\.py)`", text)
    files = [name if "/" in name else f"crawler/{name}" for name in names]
    files += [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "spiders/pages").glob("*.py"))]
    return [name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in files]


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_a_layer_imports_no_layer_above_it(layer):
    files = sorted((ROOT / layer).rglob("*.py"))
    found = {path.relative_to(ROOT).as_posix(): imports(path) & FORBIDDEN[layer] for path in files}

    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_pure_modules_load_no_engine():
    names = pure_modules()
    code = (
        f"import importlib, sys; [importlib.import_module(name) for name in {names!r}]; "
        f"print(*(name for name in {ENGINE!r} if name in sys.modules))"
    )
    loaded = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert loaded.stdout.split() == []
    assert len(names) > 10


@pytest.mark.parametrize("name", pure_modules())
def test_pure_modules_look_at_no_clock_network_or_environment(name):
    path = ROOT / (name.replace(".", "/") + ".py")
    text = (path if path.exists() else ROOT / name.replace(".", "/") / "__init__.py").read_text("utf-8")

    assert re.findall(r"\.(?:now|utcnow|today|environ|getenv)\b|\btime\.time\b|\bsocket\b|\burlopen\b", text) == []
