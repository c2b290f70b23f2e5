import gzip
import io
import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest

from archive import open_archive
from archive.catalog import Catalog
from archive.cdxj import read_lines, sidecar_path
from archive.errors import ArchiveError, DamagedRecord
from archive.wacz.read import open_wacz
from archive.wacz.select import Wanted
from archive.wacz.text import read_text_lines
from archive.wacz.write import export_wacz
from archive.warc.reader import list_warcs, read_record
from tests.archive.wacz_site import ABOUT, ARTICLES, HOME, HOST, make_archive

OURS = Wanted(("ha_tinh",))


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_archive(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def ours(root, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "ours.wacz"
    with Catalog.open(root / "catalog.sqlite3", read_only=True) as catalog:
        export_wacz(root, catalog, path, OURS, ABOUT)
    return path


def members_of(path):
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def pack(path, members, deflated=()):
    """Write a ZIP as somebody else would."""
    with zipfile.ZipFile(path, "w") as file:
        for name, data in members.items():
            file.writestr(name, data, zipfile.ZIP_DEFLATED if name in deflated else zipfile.ZIP_STORED)
    return path


def plain_index(members):
    """Return the members with one plain index in place of ZipNum."""
    lines = gzip.decompress(members["indexes/index.cdx.gz"])
    kept = {name: data for name, data in members.items() if not name.startswith("indexes/")}
    return kept | {"indexes/index.cdxj": b'!meta 0 {"format": "cdxj"}\n' + lines}


def plain_warcs(members):
    """Return the members with WARC files that are not compressed, and an index of these."""
    made, lines = {}, []
    for name, data in members.items():
        if not name.startswith("archive/"):
            continue
        out = b""
        places = {}
        start = 0
        while start < len(data):
            inflater = zlib.decompressobj(31)
            record = inflater.decompress(data[start:])
            places[start] = (len(out), len(record))
            out += record
            start = len(data) - len(inflater.unused_data)
        short = name.removesuffix(".gz")
        made[short] = out
        for line in gzip.decompress(members["indexes/index.cdx.gz"]).decode().splitlines():
            head, _, text = line.partition(" {")
            fields = json.loads("{" + text)
            if "archive/" + fields["filename"] == name:
                offset, length = places[int(fields["offset"])]
                fields |= {"filename": short[8:], "offset": offset, "length": length}
                lines.append(f"{head} {json.dumps(fields)}\n")
    return made | {"indexes/index.cdx": "".join(sorted(lines)).encode()}


SHAPES = {
    "ours": lambda path, members: path,
    "plain index": lambda path, members: plain_index(members),
    "gzipped index": lambda path, members: {n: d for n, d in members.items() if not n.endswith(".idx")},
    "plain warc": lambda path, members: plain_warcs(members),
    "no manifest": lambda path, members: {n: d for n, d in members.items() if not n.startswith(("data", "pages"))},
}


@pytest.mark.parametrize("deflated", [False, True], ids=["stored", "deflated"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_capture_replays_as_the_archive_has_it(root, ours, tmp_path, shape, deflated):
    members = SHAPES[shape](ours, members_of(ours))
    path = ours if shape == "ours" and not deflated else None
    if path is None:
        members = members_of(ours) if shape == "ours" else members
        path = pack(tmp_path / "a.wacz", members, members if deflated else ())

    count = revisits = 0
    with open_wacz(path) as wacz, open_archive(root) as archive:
        for line in wacz.lines():
            record = wacz.member(line).record
            held = archive.capture_by_id(record.id)
            original = archive.capture_by_id(held.revisit_of) if held.revisit_of else held
            assert wacz.payload(line).body == original.payload().body
            count += 1
            revisits += held.revisit_of is not None
        assert count == sum(1 for _ in wacz.captures()) == sum(1 for _ in archive.captures("ha_tinh"))
    assert revisits > ARTICLES


def test_an_address_is_found_with_all_its_captures(ours):
    with open_wacz(ours) as wacz:
        found = list(wacz.lookup(f"{HOST}/tin/0"))
        same = list(wacz.lookup("http://www.skhcn.hatinh.gov.vn/tin/0"))
        none = list(wacz.lookup(f"{HOST}/tin/none"))

    assert [line.timestamp[:8] for line in found] == ["20240506", "20240605"]
    assert found == same
    assert none == []


def test_pages_resources_and_digests(ours):
    with open_wacz(ours) as wacz:
        pages = list(wacz.pages())
        for resource in wacz.resources():
            assert wacz.digest(resource.path) == resource.hash
            assert wacz.members.size(resource.path) == resource.size
            assert wacz.members.is_stored(resource.path) == resource.path.endswith(".gz")

    assert {page.url for page in pages} == {HOME} | {f"{HOST}/tin/{n}" for n in range(ARTICLES)}
    assert {page.list for page in pages} == {"pages"}


def test_the_pages_of_other_tools_are_read(ours, tmp_path):
    pages = (
        b'{"format": "json-pages-1.0", "id": "pages", "title": "P"}\r\n'
        b'{"url": "https://a.vn/", "ts": "2024-05-06T07:08:09Z", "title": null, "size": 3}\r\n'
        b"not json\n[1]\n\n"
        b'{"url": "https://a.vn/2", "ts": "2024-05-06T07:08:09Z", "title": "Hai", "text": "x", "id": "2"}'
    )
    members = members_of(ours) | {"pages/pages.jsonl": b"", "pages/extraPages.jsonl": pages}
    with open_wacz(pack(tmp_path / "a.wacz", members)) as wacz:
        first, second = wacz.pages()

    assert (first.url, first.title, first.list) == ("https://a.vn/", None, "extraPages")
    assert (second.title, second.text, second.id) == ("Hai", "x", "2")


def test_a_wacz_of_another_tool_is_read(root, tmp_path):
    tool = Path(sys.executable).parent / "wacz"
    if not tool.exists():
        pytest.skip("wacz is not installed; it comes with the extra for development")
    warcs = [root / warc for warc in list_warcs(root, "ha_tinh")]
    subprocess.run(
        [tool, "create", "-o", tmp_path / "a.wacz", *warcs],
        check=True,
        capture_output=True,
    )

    with open_wacz(tmp_path / "a.wacz") as wacz, open_archive(root) as archive:
        for capture, stored in wacz.captures():
            location = archive.capture_by_id(capture.id).location
            assert stored.answer.read() == read_record(root, location).read()
        lines = list(wacz.lines())
        for line in lines:
            capture = archive.capture_by_id(wacz.member(line).record.id)
            original = archive.capture_by_id(capture.revisit_of) if capture.revisit_of else capture
            assert wacz.payload(line).body == original.payload().body
        assert len(list(wacz.lookup(HOME))) == 2
    assert len(lines) == sum(
        1 for warc in warcs for _ in read_lines(sidecar_path(root, warc.relative_to(root).as_posix()))
    )


# --- what is wrong -------------------------------------------------------------------------

NAMES = {
    "../out.txt": "leads out",
    "archive/../../out.txt": "leads out",
    "/etc/out.txt": "is absolute",
    "C:/out.txt": "is absolute",
    "archive\\out.txt": "no plain path",
    "archive//out.txt": "no plain path",
    "archive/./out.txt": "no plain path",
    "archive/out\0.txt": "no plain path",
    "archive/out\n.txt": "no plain path",
}


@pytest.mark.parametrize(("name", "told"), NAMES.items())
def test_a_name_that_is_not_safe_is_refused(ours, tmp_path, name, told):
    other = "x" * len(name)
    data = pack(tmp_path / "a.wacz", members_of(ours) | {other: b"x"}).read_bytes()
    (tmp_path / "a.wacz").write_bytes(data.replace(other.encode(), name.encode()))

    with pytest.raises(ArchiveError, match=told):
        open_wacz(tmp_path / "a.wacz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wacz"]


def test_a_name_that_stands_twice_is_refused(ours, tmp_path):
    pack(tmp_path / "a.wacz", members_of(ours))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(tmp_path / "a.wacz", "a") as file:
        file.writestr("datapackage.json", b"{}")

    with pytest.raises(ArchiveError, match="stands twice"):
        open_wacz(tmp_path / "a.wacz")


def test_a_link_is_refused(ours, tmp_path):
    info = zipfile.ZipInfo("archive/link.warc.gz")
    info.external_attr = 0o120777 << 16
    pack(tmp_path / "a.wacz", members_of(ours))
    with zipfile.ZipFile(tmp_path / "a.wacz", "a") as file:
        file.writestr(info, "/etc/passwd")

    with pytest.raises(ArchiveError, match="is a link"):
        open_wacz(tmp_path / "a.wacz")


@pytest.mark.parametrize("keep", [0, 1, 30, 0.5, -1, -200])
def test_half_a_zip_is_no_wacz(ours, tmp_path, keep):
    data = ours.read_bytes()
    end = int(len(data) * keep) if isinstance(keep, float) else keep
    (tmp_path / "a.wacz").write_bytes(data[:end])

    with pytest.raises(ArchiveError, match=r"a\.wacz: no whole ZIP file .*get it again"):
        open_wacz(tmp_path / "a.wacz")


@pytest.mark.parametrize("data", [b"junk" * 100, b"\x1f\x8b\x08junk", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_wacz_is_refused(tmp_path, data):
    (tmp_path / "a.wacz").write_bytes(data)

    with pytest.raises(ArchiveError, match=r"no whole ZIP|without a WARC file"):
        open_wacz(tmp_path / "a.wacz")
    with pytest.raises(ArchiveError, match="can not be read"):
        open_wacz(tmp_path / "none.wacz")
    with pytest.raises(ArchiveError, match="can not be read"):
        open_wacz(tmp_path)


def with_line(ours, path, **changes):
    """Return a WACZ whose index has one line, of the home page, with *changes*."""
    members = members_of(ours)
    lines = gzip.decompress(members["indexes/index.cdx.gz"]).decode().splitlines()
    head, _, text = next(line for line in lines if f'"{HOME}"' in line).partition(" {")
    fields = json.loads("{" + text) | changes
    kept = {name: data for name, data in members.items() if not name.startswith("indexes/")}
    return pack(path, kept | {"indexes/index.cdx": f"{head} {json.dumps(fields)}\n".encode()})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"offset": "0"}, "warcinfo of  lies there"),
        ({"offset": "7"}, "no .*record|broken|begins with|lies there"),
        ({"offset": str(10**9)}, "behind the end"),
        ({"offset": "-1"}, "behind the end"),
        ({"offset": "x"}, "no offset"),
        ({"offset": None}, "no offset"),
        ({"filename": "other.warc.gz"}, "which is not in the file"),
        ({"filename": "../../etc/passwd"}, "which is not in the file"),
        ({"url": f"{HOST}/other"}, None),
    ],
)
def test_an_index_that_points_elsewhere_is_told(ours, tmp_path, changes, told):
    with open_wacz(with_line(ours, tmp_path / "a.wacz", **changes)) as wacz:
        (line,) = wacz.lines()
        if told is None:
            # The key still is that of the record: the address is only spelled otherwise.
            assert wacz.payload(line).status == 200
        else:
            with pytest.raises(DamagedRecord, match=told):
                wacz.payload(line)


def test_a_record_of_another_address_is_told(ours, tmp_path):
    with open_wacz(ours) as wacz:
        other = next(wacz.lookup(f"{HOST}/tin/3"))
    changes = {"offset": other.fields["offset"], "filename": other.fields["filename"]}

    with open_wacz(with_line(ours, tmp_path / "a.wacz", **changes)) as wacz:
        (line,) = wacz.lines()
        with pytest.raises(DamagedRecord, match=f"response of {HOST}/tin/3 lies there, not {HOME}; the index is wrong"):
            wacz.payload(line)


def test_a_revisit_whose_original_is_elsewhere_is_told(ours, tmp_path):
    members = members_of(ours)
    first = next(iter(members))
    lines = [
        line
        for line in gzip.decompress(members["indexes/index.cdx.gz"]).splitlines(keepends=True)
        if first[8:].encode() not in line
    ]
    kept = {name: data for name, data in members.items() if name != first and not name.startswith("indexes/")}
    with open_wacz(pack(tmp_path / "a.wacz", kept | {"indexes/index.cdx": b"".join(lines)})) as wacz:
        (line,) = wacz.lookup(HOME)
        with pytest.raises(ArchiveError, match=f"a revisit of {HOME}, which is not in this file"):
            wacz.payload(line)


def member(content_length, body):
    head = f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {HOME}\r\nContent-Length: {content_length}\r\n\r\n"
    deflater = zlib.compressobj(9, wbits=31)
    yield deflater.compress(head.encode())
    for piece in body:
        yield deflater.compress(piece)
    yield deflater.flush()


@pytest.mark.parametrize("declared", [200 << 20, 10])
def test_a_bomb_is_not_inflated(ours, tmp_path, declared):
    bomb = b"".join(member(declared, (bytes(1 << 20) for _ in range(200))))
    members = {"archive/b.warc.gz": bomb}
    line = f'vn,gov,hatinh,skhcn)/ 20240506070809 {{"url": "{HOME}", "filename": "b.warc.gz", "offset": 0}}\n'
    path = pack(tmp_path / "a.wacz", members | {"indexes/index.cdx": line.encode()})

    with open_wacz(path, max_block=100 << 20) as wacz:
        for read in (lambda: wacz.payload(next(wacz.lines())), lambda: list(wacz.captures())):
            with pytest.raises(DamagedRecord, match=r"larger than the limit|more bytes in its gzip member"):
                read()


def test_endless_lines_are_not_read(ours, tmp_path):
    members = members_of(ours) | {"indexes/index.idx": b"x" * (2 << 20), "datapackage.json": b"[1]"}
    with open_wacz(pack(tmp_path / "a.wacz", members, members)) as wacz:
        with pytest.raises(ArchiveError, match="a line has more than"):
            list(wacz.lines())
        with pytest.raises(ArchiveError, match="no JSON object"):
            _ = wacz.package
        with pytest.raises(ArchiveError, match="has no nothing"):
            wacz.json("nothing")


def test_damage_within_a_deflated_member_is_told(ours, tmp_path):
    members = members_of(ours)
    path = pack(tmp_path / "a.wacz", members, members)
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        info = file.getinfo("datapackage.json")
    start = info.header_offset + 60
    data[start : start + 40] = bytes(40)
    path.write_bytes(bytes(data))

    with open_wacz(path) as wacz, pytest.raises(ArchiveError, match=r"datapackage.json"):
        _ = wacz.package


@pytest.mark.parametrize("data", [gzip.compress(b"a\n" * 99, mtime=0)[:-9], b"\x1f\x8b junk"])
def test_damaged_gzipped_text_is_told(data):
    with pytest.raises(ArchiveError, match="here is damaged"):
        list(read_text_lines(io.BytesIO(data), 100, "here"))


def test_a_member_that_is_not_where_the_directory_says_is_told(ours, tmp_path):
    members = members_of(ours)
    path = pack(tmp_path / "a.wacz", members)
    data = path.read_bytes().replace(b"PK\x03\x04", b"PK\x03\x05", 1)
    path.write_bytes(data)

    with open_wacz(path) as wacz, pytest.raises(ArchiveError, match="does not lie where the ZIP says"):
        list(wacz.captures())
