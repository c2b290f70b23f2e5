"""What can not be exported: nothing is left behind, and the sentence says what to do."""

import errno
import gzip
import os
from datetime import date

import pytest

from archive.catalog import Catalog
from archive.errors import ArchiveError, DamagedRecord, DiskFull
from archive.wacz import package
from archive.wacz.select import ExportRefused, Wanted
from archive.wacz.signing import Signer
from archive.wacz.write import export_wacz
from archive.warc.reader import list_warcs
from tests.archive.wacz_site import ABOUT, make_archive

ONE = Wanted(("ha_tinh",))


@pytest.fixture
def root(tmp_path):
    return make_archive(tmp_path / "data", odd=False)


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def export(root, path, wanted=ONE, **more):
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        return export_wacz(root, catalog, path, wanted, ABOUT, **more)


def left(out):
    return sorted(path.name for path in out.rglob("*"))


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Wanted(("lam_dong",)), "nothing of lam_dong is held"),
        (Wanted(()), "nothing of any site is held"),
        (Wanted(("ha_tinh",), since=date(2030, 1, 1)), "in that span; .*khcn show"),
        (Wanted(("ha_tinh",), date(2024, 6, 1), date(2024, 5, 1)), "in that span"),
        (Wanted(("ha_tinh",), captures=frozenset({"urn:uuid:none"})), "in that span"),
    ],
)
def test_what_is_not_held_is_not_written(root, out, wanted, told):
    with pytest.raises(ExportRefused, match=told):
        export(root, out / "a.wacz", wanted)
    assert left(out) == []


def test_what_exists_stays_unless_it_is_to_be_replaced(root, out):
    (out / "a.wacz").write_bytes(b"mine")

    with pytest.raises(ExportRefused, match=r"a\.wacz: exists; .*--force"):
        export(root, out / "a.wacz")
    assert (out / "a.wacz").read_bytes() == b"mine"
    export(root, out / "a.wacz", replace=True)
    assert (out / "a.wacz").read_bytes()[:2] == b"PK"


def test_names_that_no_wacz_can_have(root, out):
    (out / "b.wacz").mkdir()
    (out / "c").mkdir()

    with pytest.raises(ExportRefused, match=r"must end with \.wacz; name it a\.wacz"):
        export(root, out / "a.zip")
    with pytest.raises(ExportRefused, match="is a folder"):
        export(root, out / "b.wacz", replace=True)
    with pytest.raises(ExportRefused, match=r"out/c: exists; several files go into a folder"):
        export(root, out / "c.wacz", max_bytes=1)
    assert left(out) == ["b.wacz", "c"]


def test_a_place_that_can_not_be_written(root, out):
    (out / "file").write_bytes(b"")

    with pytest.raises(ArchiveError, match="can not be written"):
        export(root, out / "file/a.wacz")
    with pytest.raises(ArchiveError, match="can not be written"):
        export(root, out / "file/a.wacz", max_bytes=1)


@pytest.mark.parametrize("wanted", [ONE, Wanted(("ha_tinh",), since=date(2024, 6, 1))], ids=["whole", "span"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "junk"])
def test_a_torn_file_is_not_passed_on(root, out, wanted, damage):
    path = root / list_warcs(root, "ha_tinh")[1]
    data = bytearray(path.read_bytes())
    if damage == "cut":
        del data[-20:]
    elif damage == "junk":
        data += b"junk"
    else:
        data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))

    for max_bytes in (None, 1):
        with pytest.raises(
            DamagedRecord, match=rf"{path.name}: record at byte \d+: .*khcn verify.*restore.*export again"
        ):
            export(root, out / "a.wacz", wanted, max_bytes=max_bytes)
    assert left(out) == []


def test_a_file_that_is_being_written_is_waited_for(root, out):
    path = root / list_warcs(root, "ha_tinh")[1]
    path.rename(path.with_name(path.name + ".open"))

    with pytest.raises(ArchiveError, match=r"\.open: is being written, or was left .*khcn repair"):
        export(root, out / "a.wacz")
    # What lies elsewhere is exported.
    export(root, out / "b.wacz", Wanted(("ha_tinh",), until=date(2024, 5, 31)))
    assert left(out) == ["b.wacz"]


def test_a_file_that_is_gone_is_told(root, out):
    (root / list_warcs(root, "ha_tinh")[0]).unlink()

    with pytest.raises(ArchiveError, match="no such WARC file"):
        export(root, out / "a.wacz", Wanted(("ha_tinh",), until=date(2024, 5, 31)))
    assert left(out) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_told(root, out):
    (root / list_warcs(root, "ha_tinh")[0]).chmod(0)

    with pytest.raises(ArchiveError, match=r"can not be read.*mend its permissions"):
        export(root, out / "a.wacz")


def test_originals_that_the_catalog_does_not_hold_are_named(root, out):
    import sqlite3

    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        revisit = next(c for c in catalog.captures("ha_tinh") if c.revisit_of and "/anh/" in c.url)
    with sqlite3.connect(root / "catalog.sqlite3") as database:
        database.execute("delete from captures where id = ?", (revisit.revisit_of,))
    exported = export(root, out / "a.wacz", Wanted(("ha_tinh",), since=date(2024, 6, 1)))

    assert exported.missing == [revisit.revisit_of]
    assert left(out) == ["a.wacz"]


@pytest.mark.parametrize("max_bytes", [None, 1])
def test_a_full_disk_leaves_nothing(root, out, monkeypatch, max_bytes):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(package._Hashing, "write", full)

    with pytest.raises(DiskFull, match="no space left"):
        export(root, out / "a.wacz", max_bytes=max_bytes)
    assert left(out) == []


def test_an_interrupt_leaves_nothing(root, out, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(package._Hashing, "write", interrupt)

    with pytest.raises(KeyboardInterrupt):
        export(root, out / "a.wacz")
    assert left(out) == []


@pytest.mark.parametrize(
    "content",
    [b"junk", b"", gzip.compress(b"x", mtime=0), b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
)
def test_a_file_that_is_no_key_is_refused(tmp_path, content):
    (tmp_path / "key.pem").write_bytes(content)

    with pytest.raises(ArchiveError, match=r"key\.pem: no private key"):
        Signer.open(tmp_path / "key.pem")
    with pytest.raises(ArchiveError, match="can not be read or made"):
        Signer.open(tmp_path / "key.pem" / "other.pem")


def test_a_key_that_replay_tools_can_not_check_is_refused(tmp_path):
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)

    with pytest.raises(ArchiveError, match="P-384"):
        Signer.open(tmp_path / "key.pem")
