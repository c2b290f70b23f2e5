"""What the pages lead to and tell to type is there."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from crawler.cli import khcn
from tests.docs.pages import DOCS, PAGES, READMES, ROOT, code_names, first_cells, options_of, read, section


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def links() -> list[tuple[Path, str]]:
    found = []
    for page in PAGES:
        text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        found += [(page, link) for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    return [(page, link) for page, link in found if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize(("page", "link"), links(), ids=lambda value: getattr(value, "name", value))
def test_relative_links_lead_somewhere(page, link):
    name, _, anchor = link.partition("#")
    target = (page.parent / name).resolve() if name else page

    assert target.exists()
    assert not anchor or anchor in anchors(target)


def parts() -> list[str]:
    """Return the files and folders of the table of parts; a bare name lies beside the one before it."""
    found: list[str] = []
    for cell in re.findall(r"^\| .* \| (.*) \|$", section(read("docs/architecture.md"), "Where each part lives"), re.M):
        for name in re.findall(r"`([^`]+)`", cell):
            found.append(name if "/" in name else f"{found[-1].rpartition('/')[0]}/{name}")
    return found


def test_the_parts_of_the_architecture_are_where_it_says():
    assert [name for name in parts() if not (ROOT / name).exists()] == []


def test_every_module_is_part_of_the_architecture():
    layers = [path for layer in ("archive", "crawler", "spiders") for path in (ROOT / layer).rglob("*.py")]
    modules = [path.relative_to(ROOT).as_posix() for path in layers if path.name != "__init__.py"]

    assert [name for name in modules if not name.startswith(tuple(parts()))] == [], "name it in docs/architecture.md"


def typed() -> Iterator[tuple[str, str]]:
    """Yield page and command line of every ``khcn`` and ``make`` that a reader may type."""
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        shell = [block for kind, block in blocks if kind in ("", "sh")]
        lines = [line.partition(" #")[0] for block in shell for line in block.splitlines()]
        for line in [*lines, *re.findall(r"`((?:khcn|make) [^`]+)`", text)]:
            for part in re.split(r"&&|\|\||[;|]|\d?>", line):
                found = re.search(r"(?:^|[ /])((?:khcn|make) .+)", part)
                if found and "[" not in part:
                    yield page.name, found[1].strip()


TYPED = list(dict.fromkeys(typed()))


@pytest.mark.parametrize(("page", "line"), [pair for pair in TYPED if pair[1].startswith("make ")])
def test_a_make_target_that_a_page_names_exists(page, line):
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))

    assert set(line.split()[1:]) <= targets


@pytest.mark.parametrize(("page", "line"), [pair for pair in TYPED if pair[1].startswith("khcn ")])
def test_a_command_that_a_page_names_exists_with_its_options(page, line):
    command: click.Command = khcn
    known = options_of(khcn)
    for word in shlex.split(line)[1:]:
        if isinstance(command, click.Group) and word in command.list_commands(click.Context(command)):
            command = command.get_command(click.Context(command), word) or khcn
            known = options_of(command)
        elif word.startswith("-"):
            assert word in known

    is_pattern = "VERB" in line
    assert is_pattern or not isinstance(command, click.Group) or line.split()[1].startswith("--")


def test_the_command_lines_of_the_pages_were_found():
    found = [line for page, line in TYPED if page in READMES]

    assert {"make demo", "make test", "khcn sites list", "khcn rebuild"} <= set(found)


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_leads_to_every_page(readme):
    linked = {link for page, link in links() if page.name == readme}

    assert {f"docs/{path.name}" for path in DOCS.glob("*.md")} <= linked
    assert len(read(readme).splitlines()) <= 200


def test_both_readmes_tell_to_type_the_same():
    of_page = {name: [line for page, line in TYPED if page == name] for name in READMES}

    assert of_page["README.md"] == of_page["README.vi.md"]


def test_every_make_target_is_explained():
    targets = set(re.findall(r"^([a-z]+):.*## ", read("Makefile"), re.MULTILINE))

    assert code_names(first_cells(section(read("CONTRIBUTING.md"), "Set up"))) == targets


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_text_is_composed(page):
    text = page.read_text("utf-8")

    assert unicodedata.is_normalized("NFC", text)


def test_the_glossary_is_sorted_and_has_both_languages():
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.+) \|$", read("docs/glossary.md"), re.MULTILINE)[2:]

    terms = [term for term, _, _ in rows]
    assert terms == sorted(terms, key=str.lower)
    assert all(vietnamese.strip() and meaning.strip() for _, vietnamese, meaning in rows)
