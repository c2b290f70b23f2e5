"""Bags of closed WARC files: whole, as somebody else's program checks them, and without what must not be shown."""

from __future__ import annotations

import errno
import gzip
import hashlib
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import bagit
import pytest

from archive.bagit import AGENT, export_bag
from archive.catalog import Catalog
from archive.errors import DamagedRecord, DiskError
from archive.fixity.run import DueCheck
from archive.takedown import FILE
from archive.verify import Verification
from archive.wacz.select import ExportBusy, ExportRefused, Wanted
from tests.archive.example import GONE, RICE, make_example
from tests.archive.wacz_site import SECOND, make_archive

ABOUT = {"External-Description": "Lưu trữ web: Sở KH&CN Hà Tĩnh", "Bagging-Date": "2026-01-02", AGENT: "khcn/0.1.0"}
SITES = ("ha_tinh", "hau_giang")


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    root = make_archive(tmp_path_factory.mktemp("bagged") / "data", odd=False)
    (root / "crawls").mkdir()
    for number in range(2):
        (root / "crawls" / f"ha_tinh-{number}.json").write_text(f'{{"crawl": "ha_tinh-{number}"}}')
    return root


@pytest.fixture
def root(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "data")


def export(root: Path, path: Path, *sites: str, **more: object):
    span = {name: more.pop(name) for name in ("since", "until") if name in more}
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        wanted = Wanted(sites or tuple(catalog.sites()), **span)
        return export_bag(root, catalog, path, wanted, ABOUT, **more)


def payload(path: Path) -> dict[str, bytes]:
    files = sorted((path / "data").rglob("*"))
    return {each.relative_to(path / "data").as_posix(): each.read_bytes() for each in files if each.is_file()}


def test_a_bag_is_valid_to_somebody_else_and_holds_the_files_byte_for_byte(root, tmp_path):
    bagged = export(root, tmp_path / "bag")

    bag = bagit.Bag(str(tmp_path / "bag"))
    bag.validate()
    held = payload(tmp_path / "bag")
    warcs = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*.warc.gz")}
    assert {name: data for name, data in held.items() if name.startswith("warcs/")} == warcs
    assert sorted(set(held) - set(warcs)) == ["crawls/ha_tinh-0.json", "crawls/ha_tinh-1.json"]
    assert (bagged.warcs, bagged.crawls, bagged.open) == (len(warcs), 2, [])
    assert bagged.size == sum(map(len, held.values()))
    assert bag.info["Payload-Oxum"] == f"{bagged.size}.{len(held)}"
    assert bag.info["External-Description"] == ABOUT["External-Description"]
    assert set(bag.algorithms) == {"sha256", "sha512"}
    for name, digests in bag.entries.items():
        data = (tmp_path / "bag" / name).read_bytes()
        assert digests == {kind: hashlib.new(kind, data).hexdigest() for kind in ("sha256", "sha512")}


@pytest.mark.parametrize("name", ["data/warcs/", "bag-info.txt", "manifest-sha512.txt"])
def test_a_changed_bit_makes_it_invalid(root, tmp_path, name):
    export(root, tmp_path / "bag")
    path = next(each for each in (tmp_path / "bag").rglob("*") if each.is_file() and name in each.as_posix())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    assert not bagit.Bag(str(tmp_path / "bag")).is_valid()


def test_sites_and_a_span_choose_whole_files(root, tmp_path):
    export(root, tmp_path / "site", "hau_giang")
    assert {name.split("/")[1] for name in payload(tmp_path / "site") if name.startswith("warcs")} == {"hau_giang"}

    bagged = export(root, tmp_path / "late", since=SECOND.date())
    (name,) = [name for name in payload(tmp_path / "late") if name.startswith("warcs")]
    assert payload(tmp_path / "late")[name] == (root / name).read_bytes()
    assert bagged.crawls == 1
    with pytest.raises(ExportRefused, match="no closed WARC file"):
        export(root, tmp_path / "none", until=date(1999, 1, 1))
    assert not list(tmp_path.glob("none*"))


def test_what_it_holds_is_an_archive_again(root, tmp_path):
    export(root, tmp_path / "bag")
    again = tmp_path / "again"
    shutil.copytree(tmp_path / "bag" / "data", again)

    found = {one.rule for one in Verification(again).findings()}

    assert found == {"catalog-missing", "cdxj-missing"}  # for `khcn index` and `khcn rebuild`


@pytest.mark.parametrize("entry", [f'url = "{RICE}"', 'site = "ha_tinh"'])
def test_what_must_not_be_shown_does_not_leave(tmp_path, entry):
    root = tmp_path / "data"
    make_example(root)
    (root / FILE).write_text(f'[[takedown]]\n{entry}\nreason = "Lộ thông tin"\ndate = 2025-04-01\n', "utf-8")

    export(root, tmp_path / "bag")

    bagit.Bag(str(tmp_path / "bag")).validate()
    names = list(payload(tmp_path / "bag"))
    if "site" in entry:
        assert [name.split("/")[1] for name in names] == ["nghe_an"]
        return
    (part,) = [name for name in names if "/ha_tinh/" in name]
    assert part.endswith("-part.warc.gz")
    text = gzip.decompress(payload(tmp_path / "bag")[part]).decode()
    assert GONE in text
    assert RICE not in text


def test_files_still_open_are_left_out_and_named(root, tmp_path):
    warc = next((root / "warcs" / "hau_giang").rglob("*.warc.gz"))
    warc.rename(f"{warc}.open")

    bagged = export(root, tmp_path / "bag")

    assert bagged.open == [f"{warc.relative_to(root).as_posix()}.open"]
    assert not [name for name in payload(tmp_path / "bag") if "hau_giang" in name]
    with pytest.raises(ExportRefused):
        export(root, tmp_path / "other", "hau_giang")


def test_a_file_that_rotted_since_its_last_check_is_not_sealed(root, tmp_path):
    check = DueCheck(root, root / "catalog.sqlite3", 1, lambda: datetime(2031, 1, 1, tzinfo=UTC))
    assert list(check.findings()) == []
    warc = next(root.rglob("*.warc.gz"))
    data = bytearray(warc.read_bytes())
    data[-20] ^= 1
    warc.write_bytes(data)

    with pytest.raises(DamagedRecord, match=f"{warc.name}: its SHA-256 is not that of its last check"):
        export(root, tmp_path / "bag")

    assert not list(tmp_path.glob("bag*"))


def test_places_that_are_not_for_a_bag(root, tmp_path):
    with pytest.raises(ExportRefused, match="lies in the data root"):
        export(root, root / "warcs" / "bag")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "bag-info.txt").write_text("Bag-Software-Agent: bagger\n")
    with pytest.raises(ExportRefused, match="exists"):
        export(root, tmp_path / "mine")
    with pytest.raises(ExportRefused, match="is no bag of this program"):
        export(root, tmp_path / "mine", replace=True)
    export(root, root / "exports" / "bag")
    assert export(root, root / "exports" / "bag", "hau_giang", replace=True).warcs == 1
    assert not list(root.glob("exports/*.tmp"))
    bagit.Bag(str(root / "exports" / "bag")).validate()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left on device")])
def test_a_run_that_ends_early_leaves_nothing_and_what_a_killed_one_left_is_cleared(root, tmp_path, error):
    def stop(file: str) -> None:
        raise error

    with pytest.raises((KeyboardInterrupt, DiskError)):
        export(root, tmp_path / "bag", tick=stop)
    assert not list(tmp_path.glob("bag*"))

    (tmp_path / "bag.tmp" / "data").mkdir(parents=True)
    (tmp_path / "bag.tmp" / "data" / "half").write_text("x")
    (tmp_path / "bag.tmp" / "bagit.txt").write_text("x")
    export(root, tmp_path / "bag")
    bagit.Bag(str(tmp_path / "bag")).validate()


def test_two_runs_do_not_write_one_bag(root, tmp_path):
    def other(file: str) -> None:
        with pytest.raises(ExportBusy):
            export(root, tmp_path / "bag")

    export(root, tmp_path / "bag", tick=other)

    bagit.Bag(str(tmp_path / "bag")).validate()
    assert SITES[1] in {name.split("/")[1] for name in payload(tmp_path / "bag")}
