"""The module of a new family: found by its name, and refused where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from crawler.cli import khcn
from crawler.registry import page_classes
from tests.khcn import khcn as run_khcn

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "spiders" / "pages"


def test_a_new_family_is_found_by_its_name_and_reads_nothing_yet(tmp_path):
    shutil.copytree(ROOT / "spiders", tmp_path / "spiders", ignore=shutil.ignore_patterns("__pycache__"))

    run = run_khcn("sites", "new-family", "cong_xa_2", cwd=tmp_path, PYTHONPATH=str(tmp_path))

    code = (
        "from crawler.registry import page_class; c = page_class('cong_xa_2'); print(c.__name__, c.fingerprint(None))"
    )
    env = {"PYTHONPATH": str(tmp_path)}
    known = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("spiders/pages/cong_xa_2.py: written.")
    assert known.stdout.split() == ["CongXa2Article", "0.0"]
    module = (tmp_path / "spiders" / "pages" / "cong_xa_2.py").read_text("utf-8")
    assert len(re.findall("TODO", module)) > 5


WRONG = {
    "capitals": ("CongXa", "is no name of a family"),
    "a path": ("../cong_xa", "is no name of a family"),
    "a word of Python": ("class", "is no name of a family"),
    "a hyphen": ("cong-xa", "is no name of a family"),
    "a family": ("nukeviet", "is there already"),
    "a module of another purpose": ("reading", "is there already"),
    "a page class in another module": ("liferay_7", 'has a page class "liferay_7" already'),
}


@pytest.mark.parametrize(("name", "words"), WRONG.values(), ids=WRONG)
def test_a_name_that_can_not_be_is_refused(name, words):
    before, known = sorted(PAGES.iterdir()), set(page_classes())

    run = CliRunner().invoke(khcn, ["sites", "new-family", name])

    assert run.exit_code == 2
    assert words in " ".join(run.output.split())
    assert (sorted(PAGES.iterdir()), set(page_classes())) == (before, known)
