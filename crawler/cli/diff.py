"""``khcn diff``: what changed between two versions of an article."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import click
from rich.text import Text

from archive import open_archive
from archive.diff import Part, text_diff
from archive.diff_html import page
from archive.versions import Diff, NoSuchVersion
from crawler.cli.common import console, write_json
from crawler.cli.export import Bound
from crawler.cli.history import local, not_held
from crawler.config import Config
from crawler.exits import NotHeld

EDGE_PARAGRAPHS = 1
"""So many equal paragraphs are shown before and after a change."""
MARKS = {"delete": ("[-", "-]", "red"), "insert": ("{+", "+}", "green"), "equal": ("", "", "")}
"""What stands around a part: it can be read without colours, as ``git diff --word-diff`` shows it."""


class VersionName(Bound):
    """The number of a version, a time at which it was shown, or the id of a capture."""

    name = "VERSION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return a number, a day, an aware time, or a capture id."""
        text = str(value)
        if text.startswith("urn:"):
            return text
        return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else super().convert(value, param, ctx)


@click.command("diff")
@click.argument("url")
@click.argument("a", required=False, type=VersionName())
@click.argument("b", required=False, type=VersionName())
@click.option("--json", "form", flag_value="json", help="The fields that differ, as JSON.")
@click.option("--html", "form", flag_value="html", help="A web page of its own.")
@click.pass_obj
def command(config: Config, url: str, a: int | date | str | None, b: int | date | str | None, form: str | None) -> None:
    """Show what changed between the versions A and B of the article at URL, word by word.

    A and B are numbers as `khcn history` lists them, dates (the last capture until then), or ids of captures; by
    default the last two versions.
    """
    with open_archive(config.data, catalog_url=config.catalog_url) as archive:
        try:
            diff = archive.diff(url, a, b)
        except NoSuchVersion as error:
            raise NotHeld(str(error)) from None
        if diff is None:
            raise not_held(archive, url)
    if form == "json":
        write_json(diff.as_json())
    elif form == "html":
        click.echo(page(diff))
    else:
        _print(diff)


def _print(diff: Diff) -> None:
    out = console()
    out.print(Text(diff.url, style="bold"))
    for n, captured in zip((diff.a, diff.b), diff.captured, strict=True):
        out.print(Text(f"version {n}, captured {local(captured)}", style="dim"))
    if not diff:
        out.print("no difference")
    for name, (a, b) in diff.fields.items():
        out.print()
        out.print(Text(name, style="bold"))
        if (a is None or isinstance(a, str)) and (b is None or isinstance(b, str)):
            out.print(marked(text_diff(a or "", b or "")), soft_wrap=True)
        else:
            for op, values in (("delete", a or ()), ("insert", b or ())):
                other = b if op == "delete" else a
                for value in values:
                    if value not in (other or ()):
                        out.print(marked([Part(op, _line(value))]), soft_wrap=True)  # type: ignore[arg-type]
    if diff.text is not None:
        out.print()
        out.print(Text("text", style="bold"))
        out.print(marked(shortened(diff.text)), soft_wrap=True)


def marked(parts: Sequence[Part]) -> Text:
    """Return a text with the marks and colours of what changed."""
    shown = Text()
    for part in parts:
        before, after, style = MARKS[part.op]
        shown.append(f"{before}{part.text}{after}", style=style or None)
    return shown


def shortened(parts: Sequence[Part]) -> list[Part]:
    """Leave out equal paragraphs that are far from any change, and say how many."""
    found = []
    for place, part in enumerate(parts):
        paragraphs = part.text.split("\n\n")
        head = 1 + EDGE_PARAGRAPHS if place else 0
        tail = 1 + EDGE_PARAGRAPHS if place < len(parts) - 1 else 0
        left = len(paragraphs) - head - tail
        if part.op == "equal" and left > 1:
            told = f"(... {left} equal paragraphs ...)"
            kept = [*paragraphs[:head], told, *paragraphs[len(paragraphs) - tail :]]
            part = Part("equal", "\n\n".join(kept))
        found.append(part)
    return found


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {each}" for key, each in value.items() if each is not None)
    return str(value)
