import gzip
import io
import json
import subprocess
import sys
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from archive.catalog import Catalog
from archive.cdxj import read_lines, sidecar_path
from archive.wacz.read import open_wacz
from archive.wacz.select import Wanted
from archive.wacz.signing import Signer, is_signed
from archive.wacz.write import export_wacz
from archive.warc.reader import list_warcs, read_record
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import CRLF, exchange
from tests.archive.wacz_site import ABOUT, ARTICLES, HOME, HOST, SECOND, make_archive

WACZ = Path(sys.executable).parent / "wacz"
CREATED = datetime(2024, 7, 1, 2, 3, 4, 567000, tzinfo=UTC)
BOTH = Wanted(("ha_tinh", "hau_giang"))
ONE = Wanted(("ha_tinh",))
LATER = Wanted(("ha_tinh",), since=SECOND.date())


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_archive(tmp_path_factory.mktemp("data"))


def export(root, path, wanted=ONE, **more):
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        return export_wacz(root, catalog, path, wanted, ABOUT, created=CREATED, **more)


@pytest.fixture(scope="module")
def whole(root, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "whole.wacz"
    export(root, path, BOTH)
    return path


@pytest.fixture(scope="module")
def later(root, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "later.wacz"
    exported = export(root, path, LATER)
    assert exported.missing == []
    return path


def index_lines(path):
    """Read the index with nothing of ours."""
    with zipfile.ZipFile(path) as file:
        blocks = file.read("indexes/index.cdx.gz")
        small = file.read("indexes/index.idx").decode().splitlines()[1:]
    places = [json.loads(line[line.index("{") :]) for line in small]
    members = [blocks[place["offset"] : place["offset"] + place["length"]] for place in places]
    assert b"".join(members) == blocks
    return b"".join(map(gzip.decompress, members)).decode().splitlines()


def check_structure(path):
    """Hold a WACZ against the specification with zipfile, warcio and fastwarc alone; return its index lines."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        infos = {info.filename: info for info in file.infolist()}
        manifest = json.loads(file.read("datapackage.json"))
        digest = json.loads(file.read("datapackage-digest.json"))
        assert manifest["profile"] == "data-package"
        assert manifest["wacz_version"] == "1.1.1"
        listed = {entry["path"]: entry for entry in manifest["resources"]}
        assert set(listed) | {"datapackage.json", "datapackage-digest.json"} == set(infos)
        for name, entry in listed.items():
            data = file.read(name)
            assert entry["hash"] == "sha256:" + sha256(data).hexdigest()
            assert entry["bytes"] == len(data)
            assert entry["name"] == name.rpartition("/")[2].lower()
        assert digest["path"] == "datapackage.json"
        assert digest["hash"] == "sha256:" + sha256(file.read("datapackage.json")).hexdigest()
        gzipped = [info for name, info in infos.items() if name.endswith(".gz")]
        assert {info.compress_type for info in gzipped} == {zipfile.ZIP_STORED}
        lines = index_lines(path)
        assert lines == sorted(lines, key=str.encode)
        opened = []
        for line in lines:
            fields = json.loads(line[line.index(" {") :])
            warc = file.read("archive/" + fields["filename"])
            member = warc[int(fields["offset"]) :][: int(fields["length"])]
            (record,) = list(ArchiveIterator(io.BytesIO(member), arc2warc=False, verify_http=False))
            assert record.rec_headers["WARC-Target-URI"].replace(" ", "%20") == fields["url"]
            (fast,) = list(FastIterator(io.BytesIO(member), parse_http=False))
            assert fast.record_id.strip("<>") == record.rec_headers["WARC-Record-ID"].strip("<>")
            opened.append(record.rec_headers["WARC-Record-ID"])
        assert len(set(opened)) == len(opened)
        header, *pages = map(json.loads, file.read("pages/pages.jsonl").decode().splitlines())
        assert header == {"format": "json-pages-1.0", "id": "pages", "title": "All Pages", "hasText": True}
        indexed = {json.loads(line[line.index(" {") :])["url"] for line in lines}
        assert {page["url"] for page in pages} <= indexed
    return lines


def records(path, name):
    with zipfile.ZipFile(path) as file:
        it = ArchiveIterator(io.BytesIO(file.read(name)), verify_http=False)
        return [(r.rec_type, r.rec_headers["WARC-Record-ID"], r.rec_headers["WARC-Refers-To"]) for r in it]


def all_records(path):
    with zipfile.ZipFile(path) as file:
        names = [name for name in file.namelist() if name.startswith("archive/")]
    return [record for name in names for record in records(path, name)]


def test_a_whole_export_holds_the_warc_files_as_they_are(root, whole):
    lines = check_structure(whole)

    warcs = list_warcs(root)
    with zipfile.ZipFile(whole) as file:
        names = file.namelist()
        assert names[: len(warcs)] == ["archive/" + Path(warc).name for warc in warcs]
        assert names[len(warcs) :] == [
            "indexes/index.cdx.gz",
            "indexes/index.idx",
            "pages/pages.jsonl",
            "datapackage.json",
            "datapackage-digest.json",
        ]
        for warc in warcs:
            assert file.read("archive/" + Path(warc).name) == (root / warc).read_bytes()
    assert len(warcs) == 3
    assert sum("warc/revisit" in line for line in lines) > ARTICLES


def test_its_index_is_that_of_the_sidecars_merged(root, whole):
    sidecars = [str(line) for warc in list_warcs(root) for line in read_lines(sidecar_path(root, warc))]

    assert index_lines(whole) == sorted(sidecars, key=str.encode)


def test_pages_are_the_articles_newest_first_then_the_others(root, tmp_path):
    export(root, tmp_path / "a.wacz")

    with open_wacz(tmp_path / "a.wacz") as wacz:
        pages = list(wacz.pages())
        package = wacz.package
    assert [page.title for page in pages] == [f"Tin số {n}" for n in reversed(range(ARTICLES))] + [HOME]
    # As it read last: the first article has changed.
    assert "mới" in pages[ARTICLES - 1].text
    assert {page.ts[:10] for page in pages} == {"2024-06-05"}
    assert pages[-1].text is None
    assert package["mainPageUrl"] == HOME
    assert package["title"] == ABOUT.title
    assert package["created"] == "2024-07-01T02:03:04.567Z"
    assert package["software"] == "khcn/0.1.0"


def test_a_span_copies_what_was_captured_in_it_and_the_originals_of_its_revisits(root, later):
    check_structure(later)

    found = all_records(later)
    ids = {record for _, record, _ in found}
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        wanted = list(catalog.captures("ha_tinh", since=SECOND.date()))
        missing = [c.id for c in wanted if f"<{c.id}>" not in ids]
        earlier = [c for c in catalog.captures("ha_tinh") if f"<{c.id}>" in ids and c not in wanted]
    assert missing == []
    assert {target for kind, _, target in found if kind == "revisit"} <= ids
    assert {c.id for c in earlier} == {c.revisit_of for c in wanted} - {None} - {c.id for c in wanted}
    # The whole second file, and a part of the first one, whose first article had changed since.
    with zipfile.ZipFile(later) as file:
        names = [name for name in file.namelist() if name.startswith("archive/")]
    assert [name.endswith("-part.warc.gz") for name in names] == [True, False]
    assert f"{HOST}/tin/0" not in {c.url for c in earlier}
    assert next(kind for kind, *_ in records(later, names[0])) == "warcinfo"


def test_a_part_is_made_of_members_copied_byte_for_byte(root, later):
    with zipfile.ZipFile(later) as file:
        part = file.read(next(name for name in file.namelist() if name.endswith("-part.warc.gz")))
        source = (root / list_warcs(root, "ha_tinh")[0]).read_bytes()
    it = ArchiveIterator(io.BytesIO(part), verify_http=False)
    members = []
    for _ in it:
        it.read_to_end()
        members.append(part[it.get_record_offset() :][: it.get_record_length()])

    assert b"".join(members) == part
    places = [source.find(member) for member in members]
    assert places == sorted(places)
    assert -1 not in places
    assert len(part) < len(source)


def test_a_span_of_no_more_than_one_second(root, tmp_path):
    exported = export(root, tmp_path / "a.wacz", Wanted(("ha_tinh",), SECOND, SECOND + timedelta(milliseconds=1)))

    lines = check_structure(tmp_path / "a.wacz")
    assert {json.loads(line[line.index(" {") :])["url"] for line in lines} == {HOME}
    assert exported.captures == len(lines) == 2
    assert exported.pages == 1


def test_captures_named_by_their_ids(root, tmp_path):
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        capture = next(c for c in catalog.captures("ha_tinh") if c.url == f"{HOST}/tin/2" and c.revisit_of)
    export(root, tmp_path / "a.wacz", Wanted(("ha_tinh",), captures=frozenset({capture.id})))

    assert len(check_structure(tmp_path / "a.wacz")) == 2
    with open_wacz(tmp_path / "a.wacz") as wacz:
        (page,) = wacz.pages()
        assert page.title == "Tin số 2"


def test_equal_archives_give_equal_bytes(root, whole, tmp_path):
    export(root, tmp_path / "again.wacz", BOTH)

    assert (tmp_path / "again.wacz").read_bytes() == whole.read_bytes()


def test_a_day_is_one_in_vietnam(root, tmp_path):
    # 2024-05-06 07:08 UTC is that day's afternoon in Vietnam.
    exported = export(root, tmp_path / "a.wacz", Wanted(("hau_giang",), date(2024, 5, 6), date(2024, 5, 6)))

    assert exported.captures == 1 + 2 * ARTICLES


@pytest.mark.parametrize("wanted", [BOTH, LATER], ids=["whole", "span"])
def test_somebody_elses_check_passes(root, tmp_path, wanted):
    if not WACZ.exists():
        pytest.skip("wacz is not installed; it comes with the extra for development")
    path = tmp_path / "a.wacz"
    export(root, path, wanted, signer=Signer.open(tmp_path / "key.pem"))

    checked = subprocess.run([WACZ, "validate", "-f", path], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    assert "the passed WACZ is valid" in checked.stdout


def test_a_signature_vouches_for_the_manifest(root, tmp_path):
    key = tmp_path / "keys/key.pem"
    export(root, tmp_path / "a.wacz", signer=Signer.open(key))
    export(root, tmp_path / "b.wacz", LATER, signer=Signer.open(key))

    digests = []
    for name in ("a.wacz", "b.wacz"):
        check_structure(tmp_path / name)
        with open_wacz(tmp_path / name) as wacz:
            digest = wacz.json("datapackage-digest.json")
            assert digest["signedData"]["hash"] == digest["hash"]
            assert digest["signedData"]["created"] == wacz.package["created"]
            assert is_signed(digest["signedData"])
            digests.append(digest["signedData"])
    assert set(digests[0]) == {"hash", "created", "software", "version", "signature", "publicKey"}
    assert digests[0]["publicKey"] == digests[1]["publicKey"]
    assert not is_signed({**digests[0], "hash": digests[1]["hash"]})
    assert not is_signed({**digests[0], "signature": digests[1]["signature"]})
    assert not is_signed({**digests[0], "signature": "!"})
    assert not is_signed({})
    assert key.stat().st_mode & 0o777 == 0o600


def test_too_much_for_one_file_makes_several_with_a_manifest(tmp_path):
    root = make_archive(tmp_path / "data", max_bytes=8_000)
    sizes = [(root / warc).stat().st_size for warc in list_warcs(root, "ha_tinh")]
    exported = export(root, tmp_path / "site.wacz", max_bytes=60_000)

    assert exported.path == tmp_path / "site"
    assert not (tmp_path / "site.wacz").exists()
    assert [path.name for path in exported.files] == [f"site-{n}.wacz" for n in range(1, len(exported.files) + 1)]
    assert 2 < len(exported.files) < len(sizes)
    manifest = json.loads((tmp_path / "site/datapackage.json").read_text())
    assert manifest["profile"] == "multi-wacz-package"
    assert manifest["title"] == ABOUT.title
    for entry, path in zip(manifest["resources"], exported.files, strict=True):
        data = path.read_bytes()
        assert entry["path"] == entry["name"] == path.name
        assert entry["hash"] == "sha256:" + sha256(data).hexdigest()
        assert entry["bytes"] == len(data)
    lines = [line for path in exported.files for line in check_structure(path)]
    assert (
        len(lines)
        == exported.captures
        == sum(1 for w in list_warcs(root, "ha_tinh") for _ in read_lines(sidecar_path(root, w)))
    )
    ids = [record for path in exported.files for _, record, _ in all_records(path)]
    assert len(set(ids)) == len(ids)
    pages = [page for path in exported.files for page in open_wacz(path).pages()]
    assert len(pages) == exported.pages == ARTICLES + 1
    # The later ones tell in which earlier ones the originals of their revisits are.
    with open_wacz(exported.files[-1]) as wacz:
        required = {entry["filename"] for entry in wacz.package["relation"]["requires"]}
    here = {record for _, record, _ in all_records(exported.files[-1])}
    away = {target for _, _, target in all_records(exported.files[-1]) if target} - here
    holders = {path.name for path in exported.files if away & {record for _, record, _ in all_records(path)}}
    assert required == holders != set()
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []


def test_what_a_killed_run_left_is_overwritten(root, tmp_path):
    (tmp_path / "a.tmp").mkdir()
    (tmp_path / "a.tmp/a-1.wacz.tmp").write_bytes(b"half")
    (tmp_path / "b.wacz.tmp").write_bytes(b"half")
    export(root, tmp_path / "a.wacz", BOTH, max_bytes=1000)
    export(root, tmp_path / "b.wacz")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b.wacz"]
    assert len(list((tmp_path / "a").glob("*.wacz"))) == 3


def test_memory_stays_flat(tmp_path):
    body = bytes(range(256)) * 3_000
    with (
        Catalog.open(tmp_path / "catalog.sqlite3") as catalog,
        WarcWriter(tmp_path, "ha_tinh", "c-1", info={}) as writer,
    ):
        for number in range(150):
            answer = CRLF.replace(b"text/html", b"image/jpeg") + b"\r\n\xff\xd8\xff" + body
            catalog.add_captures([writer.write(exchange(answer, f"https://a.vn/{number}"))])
    size = sum((tmp_path / warc).stat().st_size for warc in list_warcs(tmp_path))

    tracemalloc.start()
    export(tmp_path, tmp_path / "a.wacz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 100_000_000
    assert peak < 20_000_000


def test_records_of_our_reader_are_those_of_the_archive(root, whole):
    with open_wacz(whole) as wacz, Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        for capture, stored in wacz.captures():
            held = catalog.capture(capture.id)
            assert stored.answer.read() == read_record(root, held.location).read()
            assert (capture.site, capture.crawl, capture.purpose) == (held.site, held.crawl, held.purpose)
            assert capture.location.offset == held.location.offset
