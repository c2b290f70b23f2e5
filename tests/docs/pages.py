"""The pages, and how a program reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from crawler.cli import khcn

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
READMES = ("README.md", "README.vi.md")
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")])


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def section(text: str, heading: str) -> str:
    """Return what stands below a heading of level 2, up to the next one."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no section {heading!r}"
    return found[1]


def first_cells(text: str) -> list[str]:
    """Return the first cell of every table row that holds code; heads and rules hold none."""
    return [cell for cell in re.findall(r"^\| (.*?) \|", text, re.MULTILINE) if "`" in cell]


def code_names(cells: list[str]) -> set[str]:
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def commands(group: click.Group = khcn, path: str = "khcn") -> Iterator[tuple[str, click.Command]]:
    """Yield ``khcn`` and every verb of it; a group of verbs is no verb itself."""
    if group is khcn:
        yield path, group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


COMMANDS = dict(commands())


def options_of(command: click.Command) -> set[str]:
    parameters = command.get_params(click.Context(command, info_name="x"))
    return {name for entry in parameters if isinstance(entry, click.Option) for name in entry.opts} | {"-h", "--help"}
