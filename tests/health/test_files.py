"""What rots is told once, and once more when it is mended, like everything else that breaks."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from archive.fixity.ledger import PLACE
from archive.fixity.run import forget
from archive.health.expect import Expect
from archive.health.files import expected_files
from archive.health.ledger import Ledger
from archive.health.rows import health_rows
from tests.archive.test_fixity import START, flip, run
from tests.archive.wacz_site import make_archive


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    root = make_archive(tmp_path_factory.mktemp("files") / "data", odd=False)
    assert run(root)[0] == []
    return root


@pytest.fixture
def root(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "data")


def look(root, day):
    now = START + timedelta(days=day)
    rows = health_rows(root, {}, {"ha_tinh": Expect()}, now)
    with Ledger(root) as ledger:
        return [(event.event, event.site, event.name, event.told) for event in ledger.look(rows, now)]


@pytest.mark.parametrize("site", ["ha_tinh", "hau_giang"])  # the second one is not active
def test_rot_is_told_once_and_its_mending_once(root, site):
    warc = next((root / "warcs" / site).rglob("*.warc.gz"))
    assert look(root, 0) == []
    flip(warc, 100)
    run(root, 1)

    ((event, told_site, name, told),) = look(root, 1)
    assert (event, told_site, name) == ("broke", site, "files")
    assert f"{warc.relative_to(root)} is faulty" in told
    run(root, 2, days=3650)
    assert look(root, 2) == []
    flip(warc, 100)
    run(root, 3, days=3650)
    assert [each[:3] for each in look(root, 3)] == [("mended", site, "files")]
    assert look(root, 4) == []


def test_what_is_gone_is_told_until_it_is_forgotten(root):
    warc = sorted((root / "warcs" / "ha_tinh").rglob("*.warc.gz"))[-1]
    name = warc.relative_to(root).as_posix()
    warc.unlink()
    next((root / "cdxj").rglob(f"{warc.name.partition('.')[0]}.cdxj")).unlink()
    run(root, 1)

    assert expected_files(root)["ha_tinh"].value == 2
    assert [each[0] for each in look(root, 1)] == ["broke"]
    forget(root, [name], START)
    assert [each[0] for each in look(root, 2)] == ["mended"]


def test_without_a_ledger_or_with_one_that_is_newer_nothing_is_said(root):
    (root / PLACE).write_bytes(b"")
    assert expected_files(root) == {}
    (root / PLACE).unlink()
    (root / PLACE).mkdir()
    assert expected_files(root) == {}
