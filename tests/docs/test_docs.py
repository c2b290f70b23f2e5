"""The documents say what the program is: every name of the one is in the other."""

from __future__ import annotations

import ast
import re

import click
import msgspec
import pytest

import settings
from archive.archive import Archive
from archive.schema import FORMS
from crawler.causes import WORDS
from crawler.exits import Exit
from crawler.sites import Host, Layout, Province, Seed, Site
from docs import generate
from tests.docs.pages import COMMANDS, PAGES, ROOT, code_names, first_cells, options_of, read, section

SETTING_TABLES = ("Wiring", "Manners", "Transfers", "Finding", "Other web archives", "Everything else")
TABLES = {"Top level": Site, "[province]": Province, "[[hosts]]": Host, "[[seeds]]": Seed, "[[layouts]]": Layout}


def settings_names() -> set[str]:
    """Return the settings that ``settings.py`` assigns, but for what only helps it."""
    tree = ast.parse(read("settings.py"))
    targets = [node.targets[0] for node in tree.body if isinstance(node, ast.Assign)]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    return {target.id for target in targets if isinstance(target, ast.Name)} - {"HERE"}


def settings_read_by_code() -> set[str]:
    """Return the settings that our own code asks Scrapy for by name."""
    asked = r"""settings(?:\[|\.get(?:int|bool|float|list|dict)?\()\s*"([A-Z][A-Z_]+)\""""
    files = [path for layer in ("crawler", "spiders") for path in (ROOT / layer).rglob("*.py")]
    return {name for path in files for name in re.findall(asked, path.read_text("utf-8"))}


# --- docs/cli.md ------------------------------------------------------------------------------


@pytest.mark.parametrize("path", COMMANDS)
def test_options_and_arguments_of_a_command_are_documented_and_no_others(path):
    rows = first_cells(section(read("docs/cli.md"), path))

    documented = {word for name in code_names(rows) for word in name.split()[:1]}
    arguments = {entry.name.upper() for entry in COMMANDS[path].params if isinstance(entry, click.Argument)}
    assert documented | {"-h", "--help"} == options_of(COMMANDS[path]) | arguments


def test_every_documented_command_exists():
    headings = re.findall(r"^## (khcn.*)$", read("docs/cli.md"), re.MULTILINE)

    assert sorted(headings) == sorted(COMMANDS)


def test_every_exit_code_is_documented_with_what_to_do():
    rows = re.findall(r"^\| (\d+) \| ([A-Z]+) \| (.+) \| (.+) \|$", read("docs/cli.md"), re.MULTILINE)

    assert [(int(code), name) for code, name, _, _ in rows] == [(code.value, code.name) for code in Exit]


def test_every_form_of_the_schema_is_named():
    row = section(read("docs/cli.md"), "khcn schema")

    assert set(FORMS) <= code_names([row])


def test_the_causes_of_failure_are_those_of_the_program():
    text = section(read("docs/operations.md"), "When it breaks")
    words = code_names(first_cells(text.partition("### Causes of failure")[2]))

    assert words == {word for word, _ in WORDS} | {"error", "status", "robots", "breaker"}


# --- docs/settings.md ---------------------------------------------------------------------------


def test_every_setting_is_documented_and_no_other():
    text = read("docs/settings.md")
    tables = "".join(section(text, name) for name in SETTING_TABLES)

    asked = {name for name in settings_read_by_code() if not name.startswith("KHCN_")} - {"USER_AGENT"}
    assert code_names(first_cells(tables)) == settings_names() | asked


def test_documented_values_are_those_of_settings_py():
    rows = re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \| .+ \|$", read("docs/settings.md"), re.MULTILINE)
    plain = {name: value for name, value in rows if not name.startswith("KHCN_") and value[0] in '"0123456789TF['}

    assert {name: ast.literal_eval(value) for name, value in plain.items()} == {
        name: getattr(settings, name) for name in plain
    }
    assert len(plain) > 15


def test_every_environment_variable_is_documented_and_no_other():
    code = set(re.findall(r'env\.get\("(KHCN_[A-Z_]+)"', read("crawler/config.py")))

    assert code_names(first_cells(section(read("docs/settings.md"), "Environment"))) == code
    assert code


def test_the_environment_is_read_in_one_place():
    files = [path for layer in ("archive", "crawler", "spiders") for path in (ROOT / layer).rglob("*.py")]
    readers = [path.name for path in files if re.search(r"os\.environ|getenv", path.read_text("utf-8"))]

    assert readers == ["config.py"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_no_page_names_a_variable_that_nothing_reads(page):
    known = set(re.findall(r"KHCN_[A-Z_]+", read("crawler/config.py"))) | {"KHCN_"}

    assert set(re.findall(r"KHCN_[A-Z_]*", page.read_text("utf-8"))) <= known


# --- docs/data-format.md --------------------------------------------------------------------------


def test_the_tables_of_the_data_format_are_generated():
    text = read("docs/data-format.md")

    assert generate.fill(text) == text, "run python -m docs.generate"


def test_every_class_of_the_model_and_of_the_report_has_a_table():
    assert set(re.findall(r"<!-- fields: (\w+) -->", read("docs/data-format.md"))) == set(generate.CLASSES)


def test_what_is_asked_of_an_archive_in_python_is_documented_with_every_class_that_it_answers():
    methods = {name: made for name, made in vars(Archive).items() if callable(made) and not name.startswith("_")}
    rows = section(read("docs/data-format.md"), "In Python")
    answered = {word for made in methods.values() for word in re.findall(r"\b[A-Z]\w+", made.__annotations__["return"])}

    assert set(re.findall(r"^\| `archive\.(\w+)\(", rows, re.MULTILINE)) == set(methods)
    assert answered - {"Iterator", "Literal", "Mapping", "None", "Sequence", "HeldCapture"} <= set(generate.CLASSES)


# --- docs/add-a-site.md ---------------------------------------------------------------------------


@pytest.mark.parametrize(("heading", "table"), TABLES.items(), ids=TABLES)
def test_every_key_of_a_site_file_is_documented_and_no_other(heading, table):
    rows = section(read("docs/add-a-site.md"), heading)

    assert code_names(first_cells(rows)) == set(table.__struct_fields__)


@pytest.mark.parametrize(("heading", "table"), TABLES.items(), ids=TABLES)
def test_it_is_said_which_keys_are_needed(heading, table):
    rows = section(read("docs/add-a-site.md"), heading)
    needed = set(re.findall(r"^\| `(\w+)` \| yes \|", rows, re.MULTILINE))

    required = {field.name for field in msgspec.structs.fields(table) if field.required}
    assert needed - {"hosts"} == required  # that there is a host is looked at after the types
