"""The worked examples of the pages, run as they stand there.

In a page, ``$ khcn ...`` in a block ``console`` is run, and what follows is what it prints; ``[...]``
stands for anything. Comments before other blocks say what they are: ``<!-- file: PATH -->`` is what a
person writes, ``<!-- written: PATH -->`` what a command wrote, ``<!-- played: TARGET -->`` a page that
is served. ``python -m tests.docs.examples`` fills in what is printed and written now.
"""

from __future__ import annotations

import re
import shlex
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.crawler.scouted import HOST, HTML, nukeviet
from tests.crawler.scripted import Answer, answer, served
from tests.docs.pages import DOCS, ROOT
from tests.khcn import FAST, khcn

PAGES = ("add-a-site.md", "add-a-family.md")
ANYTHING = "[...]"
_BLOCK = re.compile(
    r"(?:<!-- (?P<kind>file|written|played): (?P<name>\S+) -->\n)?```(?P<form>\w+)\n(?P<text>.*?)```\n", re.S
)
_COMMAND = re.compile(r"^\$ (?P<line>khcn .+)\n(?P<printed>(?:(?!\$ ).*\n)*)", re.M)


@dataclass
class Example:
    """A copy of the project, and the port of what is played."""

    project: Path
    port: int

    def run(self, line: str) -> str:
        """Run a command line without the delays of a crawl; return what it prints, without empty lines."""
        arguments = shlex.split(line)[1:]
        fast = FAST if {"crawl", "new", "check"} & set(arguments) else ()
        done = khcn(
            *arguments, *fast, cwd=self.project, resolve=f"{HOST}=127.0.0.1:{self.port}", PYTHONPATH=str(self.project)
        )
        assert done.returncode == 0, f"$ {line}\n{done.stdout}{done.stderr}"
        lines = [text.rstrip() for text in done.stdout.splitlines() if text.strip()]
        return "".join(f"{text}\n" for text in lines)


def copied(project: Path) -> None:
    """Copy of the project what a person changes who adds a site or a family."""
    shutil.copytree(ROOT / "spiders", project / "spiders", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "settings.py", project)
    (project / "tests" / "sites").mkdir(parents=True)


def files(page: str) -> dict[str, str]:
    """Return what a person writes on a page, by path."""
    blocks = _BLOCK.finditer((DOCS / page).read_text("utf-8"))
    return {found["name"]: found["text"] for found in blocks if found["kind"] == "file"}


def filled(page: str, folder: Path) -> str:
    """Return a page with what its commands print and write now, run in a copy of the project in *folder*."""
    text = (DOCS / page).read_text("utf-8")
    project = folder / "project"
    copied(project)
    with served(played(text)) as server:
        example = Example(project, server.server_address[1])
        return _BLOCK.sub(lambda found: _block(found, example), text)


def played(text: str) -> dict[str, list[Answer]]:
    """Return what is served for a page of the documents."""
    pages = {found["name"]: found["text"] for found in _BLOCK.finditer(text) if found["kind"] == "played"}
    missing = {f"{HOST}/*": [answer(b"", "404 Not Found")]}
    return (
        {f"{HOST}{name}": [answer(body.encode(), kind=HTML)] for name, body in pages.items()} | missing
        if pages
        else nukeviet()
    )


def _block(found: re.Match[str], example: Example) -> str:
    text, path = found["text"], example.project / (found["name"] or "")
    if found["kind"] == "file":
        path.write_text(text, "utf-8")
    elif found["kind"] == "written":
        text = path.read_text("utf-8")
    elif found["form"] == "console":
        text = _COMMAND.sub(lambda command: _answered(command, example), text)
    start = found.start("text") - found.start()
    return found[0][:start] + text + found[0][start + len(found["text"]) :]


def _answered(command: re.Match[str], example: Example) -> str:
    printed = example.run(command["line"])
    kept = command["printed"] if command["printed"].strip() == ANYTHING else printed
    return f"$ {command['line']}\n{kept}"


if __name__ == "__main__":
    for name in PAGES:
        with tempfile.TemporaryDirectory() as place:
            (DOCS / name).write_text(filled(name, Path(place)), "utf-8")
