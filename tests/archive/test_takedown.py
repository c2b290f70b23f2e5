"""What is on the list is not shown, searched or exported, and stays in the archive."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date

import pytest

from archive import open_archive
from archive.documents import texts
from archive.export.source import Source, Wanted
from archive.public import PublicArchive
from archive.takedown import FILE, NOTHING, TakedownError, takedown
from archive.wacz.select import Wanted as WaczWanted
from archive.wacz.write import About, export_wacz
from tests.archive.example import COPY, GONE, PICTURE, PLAN, RICE, make_example

SITES = ("ha_tinh", "nghe_an")


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    make_example(root)
    return root


@pytest.fixture
def root(example):
    yield example
    (example / FILE).unlink(missing_ok=True)


def put(root, *entries):
    lines = [f'[[takedown]]\n{entry}\nreason = "Lộ thông tin cá nhân"\ndate = 2025-04-01\n' for entry in entries]
    (root / FILE).write_text("".join(lines), "utf-8")


def exported(root):
    with open_archive(root) as archive, archive.catalog.snapshot() as state, texts(root) as text_of:
        source = Source(state, text_of, Wanted(SITES), "khcn/1", takedown(root))
        records = list(source.records())

        assert source.count() == len(records)
        return records


WRONG = {
    "takedown = 3": "takedown: not a list",
    "[[takedowns]]": "takedowns: unknown",
    "[[takedown]]\nurl = 'https://x.vn/'\ndate = 2025-01-01": "takedown[0]: Object missing required field `reason`",
    "[[takedown]]\nreason = 'a'\ndate = 2025-01-01": "takedown[0]: give either url or site",
    "[[takedown]]\nurl='https://x.vn/'\nsite='x'\nreason = 'a'\ndate = 2025-01-01": "give either url or site",
    "[[takedown]]\nurl = 'x.vn/tin'\nreason = 'a'\ndate = 2025-01-01": "takedown[0].url",
    "[[takedown]]\nurl = 'https://[x/'\nreason = 'a'\ndate = 2025-01-01": "takedown[0].url",
    "[[takedown]]\nsite = ''\nreason = 'a'\ndate = 2025-01-01": "takedown[0].site",
    "[[takedown]]\nsite = 'x'\nreason = 'a'\ndate = '2025'": "takedown[0]",
    "[[takedown]]\nsite = 'x'\nreson = 'a'": "takedown[0]",
    "[[takedown]]\nsite = 'x'\nreason='a'\ndate = 2025-02-01\nlifted = 2025-01-01": "takedown[0].lifted",
    "[[takedown": "not TOML",
    b"\xff\xfe": "not UTF-8",
}


@pytest.mark.parametrize("text", WRONG, ids=str)
def test_a_wrong_list_says_where_it_is_wrong_and_hides_nothing_by_half(root, text):
    (root / FILE).write_bytes(text if isinstance(text, bytes) else text.encode())

    with pytest.raises(TakedownError) as raised:
        takedown(root)
    assert str(root / FILE) in str(raised.value)
    assert WRONG[text] in str(raised.value)


def test_no_list_hides_nothing(root):
    assert takedown(root) is NOTHING
    assert len(exported(root)) == 3


def test_an_article_is_not_shown_under_any_of_its_addresses_and_stays_for_the_operator(root):
    put(root, 'url = "http://www.skhcn.hatinh.gov.vn/tin/giong-lua-moi/"')

    with PublicArchive(root) as archive, open_archive(root) as own:
        assert [each.url for each in archive.articles()] == [COPY, GONE]
        assert archive.article(RICE) is None
        assert archive.versions(RICE) == []
        assert archive.history(RICE) is None
        assert archive.diff(RICE) is None
        assert archive.same_as(COPY) == []
        assert archive.history(COPY).same_as == ()
        assert archive.capture(RICE) is None
        assert list(archive.captures(url=RICE)) == []
        assert archive.capture_by_id(own.article(RICE).capture) is None
        assert [hit.url for hit in archive.search("giống lúa")] == [COPY]
        assert archive.facets("giống lúa").sites == (("nghe_an", 1),)
        assert own.article(RICE).title == "Nghiệm thu giống lúa chịu mặn"
    assert [record.url for record in exported(root)] == [COPY, GONE]


def test_a_whole_site_is_not_shown(root):
    put(root, 'site = "ha_tinh"')

    with PublicArchive(root) as archive:
        assert [each.url for each in archive.articles()] == [COPY]
        assert list(archive.captures("ha_tinh")) == []
        assert list(archive.removed()) == []
        assert archive.facets("giống lúa").sites == (("nghe_an", 1),)
    assert [record.url for record in exported(root)] == [COPY]


def test_a_picture_or_document_goes_alone(root):
    put(root, f'url = "{PICTURE}"', f'url = "{PLAN}"')

    with PublicArchive(root) as archive:
        assert (archive.article(RICE).images, archive.article(RICE).attachments) == ((), ())
        assert archive.capture(PICTURE) is None
    (rice,) = (record for record in exported(root) if record.url == RICE)
    assert (rice.images, rice.attachments) == ((), ())


def test_what_was_lifted_is_shown_again(root):
    put(root, f'url = "{RICE}"')
    before = takedown(root)
    put(root, f'url = "{RICE}"\nlifted = 2025-05-01')
    after = takedown(root)

    assert before.hides_url(RICE)
    assert not after.hides_url(RICE)
    assert after.entries[0].lifted == date(2025, 5, 1)
    assert before.digest != after.digest


def test_a_wacz_has_neither_its_records_nor_its_page(root, tmp_path):
    put(root, f'url = "{GONE}"')
    path = tmp_path / "a.wacz"
    with open_archive(root) as archive:
        export_wacz(root, archive.catalog, path, WaczWanted(["ha_tinh"]), About("Hà Tĩnh", "", "khcn/1"))
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if not name.startswith("archive/")]
        listed = b"".join(package.read(name) for name in names if name.endswith((".cdx", ".idx", ".jsonl")))
        packed = next(package.read(name) for name in package.namelist() if name.startswith("archive/"))

    from fastwarc.warc import ArchiveIterator

    urls = {record.headers.get("WARC-Target-URI") for record in ArchiveIterator(io.BytesIO(packed))}
    assert GONE not in urls
    assert RICE in urls
    assert b"lich-tiep-cong-dan" not in listed


def test_a_list_that_can_not_be_read_is_no_empty_list(root):
    put(root, f'url = "{RICE}"')
    if os.geteuid() == 0:
        (root / FILE).unlink()
        (root / FILE).mkdir()
    else:
        (root / FILE).chmod(0)
    try:
        with pytest.raises(TakedownError, match="can not be read"):
            takedown(root)
    finally:
        if (root / FILE).is_dir():
            (root / FILE).rmdir()
            (root / FILE).touch()
