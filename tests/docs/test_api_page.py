"""docs/api.md names what the API has: addresses with their parameters, problems, metrics, keys of takedown.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from archive.takedown import Entry
from archive.web.app import create_app
from tests.docs.pages import ROOT, code_names, first_cells, read, section

DOCUMENT = create_app(Path("a folder without any")).openapi()
ROWS = dict(re.findall(r"^\| `GET (\S+)` \|\s*(.*?)\s*\|", section(read("docs/api.md"), "Addresses"), re.MULTILINE))


def test_every_address_of_the_document_is_documented_and_no_other():
    assert set(ROWS) == set(DOCUMENT["paths"])


@pytest.mark.parametrize("path", sorted(ROWS))
def test_parameters_are_documented_and_which_must_be_given(path):
    told = [each for each in DOCUMENT["paths"][path]["get"].get("parameters", ()) if each["in"] == "query"]
    values = {value for each in told for value in each["schema"].get("enum", ())}
    must = set(re.findall(r"\*`(\w+)`\*", ROWS[path]))

    assert code_names([ROWS[path]]) == {each["name"] for each in told} | values
    assert must == {each["name"] for each in told if each["required"]}


def test_every_operation_says_what_it_does_and_has_an_example():
    for path, operations in DOCUMENT["paths"].items():
        content = operations["get"]["responses"]["200"]["content"]

        assert operations["get"].get("description"), path
        assert all(each.get("example") for kind, each in content.items() if kind == "application/json"), path


def test_kinds_of_problems_are_documented_and_no_others():
    files = list((ROOT / "archive/web").rglob("*.py"))
    raised = {kind for path in files for kind in re.findall(r'\btype="([a-z-]+)"', path.read_text("utf-8"))}

    assert code_names(first_cells(section(read("docs/api.md"), "Problems"))) == raised


def test_keys_of_the_takedown_list_are_documented_and_no_others():
    rows = first_cells(section(read("docs/operations.md"), "Taking something down"))

    assert code_names(rows) == set(Entry.__struct_fields__)
