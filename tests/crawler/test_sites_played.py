"""Played Departments, as if no file declared them: what is proposed reads their articles, untouched."""

from __future__ import annotations

import json

import pytest

from tests.crawler.other_sites import other_sites
from tests.khcn import FAST, khcn
from tests.play.departments import department_articles
from tests.play.server import play

PLAYED = {
    "vccorp": "http://skhcn.angiang.gov.vn/",
    "sharepoint": "http://dost-dongnai.gov.vn/Pages/trang-chu.aspx",
    "aspx_default": "http://sokhcn.cantho.gov.vn/",
    "slug_id": "http://sokhcn.haiphong.gov.vn/",
    "generic": "http://dost.danang.gov.vn/",
}


@pytest.fixture(scope="module")
def played():
    with play(still=True, all_sites=True) as sites:
        yield sites


@pytest.mark.parametrize(("family", "home"), PLAYED.items(), ids=PLAYED)
def test_a_proposed_file_reads_the_first_articles(tmp_path, played, family, home):
    run = {"resolve": played.resolve, "PYTHONPATH": other_sites(tmp_path, only=("ha_tinh",)), "data": tmp_path / "data"}

    made = khcn("sites", "new", "thu_nghiem", home, "--json", *FAST, **run)
    checked = khcn("sites", "check", "thu_nghiem", "--json", *FAST, **run)

    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["family"] == family
    assert checked.returncode == 0, checked.stdout
    titles = {article.title for article in department_articles()}
    read = [seed["article"]["title"] for seed in json.loads(checked.stdout)["seeds"] if seed["article"] is not None]
    assert read
    assert set(read) <= titles
