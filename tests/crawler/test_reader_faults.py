"""A family that is being written: what is wrong with its module is said, with file and fix, and harms no other site."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crawler.scouted import HOST
from tests.crawler.scripted import served
from tests.docs.examples import copied, files, played
from tests.docs.pages import DOCS
from tests.khcn import FAST, khcn

PAGE = "add-a-family.md"
MODULE = files(PAGE)["spiders/pages/bien_tap.py"]
SITE = f"""
id = "hoa_ninh"
name = "Sở Khoa học và Công nghệ tỉnh Hòa Ninh"
name_en = "Department of Science and Technology of Hòa Ninh"
status = "active"
hosts = [{{ host = "{HOST}" }}]
seeds = [{{ url = "http://{HOST}/chuyen-muc/tin-tuc", section = "Tin tức" }}]
layouts = [{{ page = "bien_tap" }}]
"""


@dataclass
class Project:
    """A copy of the project in which somebody writes a family, and the played site."""

    folder: Path
    resolve: str

    def write(self, old: str = "", new: str = "", site: str = SITE) -> None:
        """Write the family with one thing changed, and the site file."""
        assert old in MODULE
        (self.folder / "spiders" / "pages" / "bien_tap.py").write_text(MODULE.replace(old, new, 1), "utf-8")
        (self.folder / "spiders" / "sites" / "hoa_ninh.toml").write_text(site, "utf-8")

    def khcn(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command there."""
        return khcn(
            *arguments, cwd=self.folder, data=self.folder / "data", resolve=self.resolve, PYTHONPATH=str(self.folder)
        )

    def check(self) -> tuple[int, list[str]]:
        """Return exit code and faults of a check."""
        run = self.khcn("sites", "check", "hoa_ninh", "--json", *FAST)
        if not run.stdout:
            return run.returncode, [run.stderr]
        found = json.loads(run.stdout)
        return run.returncode, [*found["faults"], *(fault for seed in found["seeds"] for fault in seed["faults"])]


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("family") / "project"
    copied(folder)
    with served(played((DOCS / PAGE).read_text("utf-8"))) as server:
        yield Project(folder, f"{HOST}=127.0.0.1:{server.server_address[1]}")


def test_a_sound_family_has_no_faults(project):
    project.write()

    assert project.check() == (0, [])


UNSOUND = {
    "selector of a listing": ('("a.btp-link",)', '("a.btp-link[",)', "BienTapListing.link_at: 'a.btp-link['"),
    "selector of an article": ('(".btp-text",)', '(".btp-text[",)', "BienTapArticle.body_at: '.btp-text['"),
    "pattern": (r"(?P<id>\d+)-", r"(?P<id>\d+-", "BienTapArticle.articles: '/bai/(?P<id>"),
    "text for a tuple": ('(".btp-head",)', '".btp-head"', "BienTapArticle.title_at is one text; make it a tuple"),
}


@pytest.mark.parametrize(("old", "new", "words"), UNSOUND.values(), ids=UNSOUND)
def test_what_is_no_pattern_and_no_selector_ends_what_needs_it(project, old, new, words):
    project.write(old, new)

    for arguments in (
        ("sites", "check", "hoa_ninh", *FAST),
        ("crawl", "hoa_ninh", *FAST),
        ("sites", "show", "hoa_ninh"),
    ):
        run = project.khcn(*arguments)

        assert (run.returncode, run.stdout.count("Traceback"), run.stderr.count("Traceback")) == (4, 0, 0), arguments
        assert f"spiders/pages/bien_tap.py: {words}" in run.stderr
        assert len(run.stderr.splitlines()) == 1


def test_patterns_of_the_site_file_do_not_hide_an_unsound_class(project):
    own = "layouts = [{ page = 'bien_tap', articles = ['/bai/.*'], listings = ['/chuyen-muc/.*'] }]"
    project.write('(".btp-text",)', '(".btp-text[",)', SITE.replace('layouts = [{ page = "bien_tap" }]', own))

    assert [project.khcn(*verb, "hoa_ninh", *FAST).returncode for verb in (("sites", "check"), ("crawl",))] == [4, 4]


def test_a_module_that_can_not_be_read_ends_only_what_needs_it(project):
    project.write("class BienTapArticle(MarkedArticle):", "class BienTapArticle(MarkedArticle:")
    line = MODULE[: MODULE.index("class BienTapArticle")].count("\n") + 1

    needing = project.khcn("sites", "show", "hoa_ninh")
    assert needing.returncode == 4
    assert f"spiders/pages/bien_tap.py:{line}: SyntaxError" in needing.stderr
    assert len(needing.stderr.splitlines()) == 1

    (project.folder / "spiders" / "sites" / "hoa_ninh.toml").unlink()
    for arguments in (("sites", "list"), ("sites", "show", "vinh_long")):
        run = project.khcn(*arguments)
        assert (run.returncode, "Traceback" in run.stderr) == (0, False), run.stderr
    undeclared = project.khcn("sites", "new", "hoa_ninh", f"http://{HOST}/", *FAST)
    assert "passed over, 1 of 1 that can not be used: spiders/pages/bien_tap.py" in undeclared.stderr
    assert undeclared.returncode == 0


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("\0", "bien_tap.py:1: "),  # the error's name differs between releases of Python
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import x_y_z", "ModuleNotFound"),
    ],
)
def test_whatever_a_module_is_only_what_needs_it_ends(project, code, said):
    project.write(MODULE, f'{code}\n# "bien_tap"\n')

    needing, other = project.khcn("sites", "check", "hoa_ninh", *FAST), project.khcn("sites", "show", "ha_tinh")

    assert (needing.returncode, other.returncode) == (4, 0)
    assert said in needing.stderr


def test_code_that_breaks_on_a_page_is_a_fault(project):
    project.write('    date_at: ClassVar[tuple[str, ...]] = ("i",)', "    def items(self):\n        return 1 / 0")

    code, faults = project.check()

    assert code == 6
    assert any("its reader broke (ZeroDivisionError: division by zero, at bien_tap.py:" in fault for fault in faults)


MISSED = {
    "title": (".btp-head", "BienTapArticle: title_at finds nothing"),
    "body": (".btp-text", "BienTapArticle: body_at finds nothing"),
    "items": (".btp-list .btp-row", "BienTapListing: items_at finds nothing"),
    "marks": ("btp-site", "BienTapArticle: fingerprint is 0.00 on its own pages"),
}


@pytest.mark.parametrize(("text", "words"), MISSED.values(), ids=MISSED)
def test_what_finds_nothing_is_a_fault_though_evidence_reads_the_page(project, text, words):
    project.write(text, text.replace("btp", "bpt"))

    code, faults = project.check()

    assert code == 6
    assert [fault for fault in faults if words in fault]


def test_a_selector_that_an_article_can_do_without_is_only_named(project):
    project.write(".btp-lead", ".bpt-lead")

    run = project.khcn("sites", "check", "hoa_ninh", *FAST)

    assert run.returncode == 0
    assert "selectors of BienTapArticle that found nothing on these pages: summary_at .bpt-lead" in run.stdout


def test_a_check_keeps_its_pages_when_asked_to(project):
    project.write()

    run = project.khcn("sites", "check", "hoa_ninh", "--save", str(project.folder / "pages"), *FAST)

    kept = sorted((project.folder / "pages").iterdir())
    assert [path.name for path in kept] == ["1-seed.html", "2-article.html"]
    assert 'class="btp-text"' in kept[1].read_text("utf-8")
    assert f"saved {kept[0]}" in run.stdout


def test_a_case_can_be_cut_for_the_family(project):
    project.write()
    url = f"http://{HOST}/bai/9-gia-han-cham-xet-giai-thuong"
    assert project.khcn("crawl", "hoa_ninh", "--limit", "1", *FAST).returncode == 0

    run = project.khcn("fixture", "add", "hoa_ninh", url, "--family", "bien_tap")
    other = project.khcn("fixture", "add", "hoa_ninh", url, "--family", "bien_tab")

    assert (project.folder / "tests" / "sites" / "bien_tap" / "9_gia_han_cham_xet_giai_thuong").is_dir()
    assert "-k 'bien_tap or famil'" in run.stdout
    assert (other.returncode, 'did you mean "bien_tap"?' in other.stderr) == (2, True)
