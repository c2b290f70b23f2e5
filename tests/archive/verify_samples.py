"""A small archive that is right in every respect, as data root, plain WARC and WACZ, to be broken by tests."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cdxj_indexer.main import CDXJIndexer

from archive.catalog import Catalog
from archive.jsonl import write_articles
from archive.model import Attachment, Capture, Image
from archive.verify import Finding, Verification
from archive.warc.writer import WarcWriter
from tests.archive.exchanges import CRLF, DATE, JPEG, exchange
from tests.archive.facts import make_article

SITE, CRAWL = "ha_tinh", "ha_tinh-20240506070809123"
HOST = "https://skhcn.hatinh.gov.vn"
LONG = "Sở Khoa học và Công nghệ Hà Tĩnh tổ chức hội nghị. " * 30
BODIES = {
    "/": CRLF + b"\r\n" + f"<html><title>Trang chủ</title>{LONG}</html>".encode(),
    "/a": CRLF + b"Transfer-Encoding: chunked\r\n\r\n6;x=y\r\n<html>\r\n3\r\nabc\r\n0\r\nTrailer: 1\r\n\r\n",
    "/b": CRLF + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(LONG.encode(), mtime=0),
    "/c.jpg": b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(JPEG) + JPEG,
    "/d.pdf": b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n" + b"xyz " * 900,
    "/e": b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
}


def check(root: Path, *paths: Path) -> list[Finding]:
    return list(Verification(root, paths).findings())


def rules(found: list[Finding]) -> set[str]:
    return {one.rule for one in found}


@dataclass
class Sample:
    """A data root with one closed WARC file."""

    root: Path
    warc: str
    captures: list[Capture]

    @property
    def path(self) -> Path:
        return self.root / self.warc

    @property
    def index(self) -> Path:
        return next((self.root / "cdxj").rglob("*.cdxj"))

    @property
    def lines(self) -> Path:
        return next((self.root / "articles").rglob("*.jsonl"))


def make_root(root: Path, bodies: dict[str, bytes] = BODIES) -> Sample:
    """Write a data root as a crawl does."""
    captures = []
    with WarcWriter(root, SITE, CRAWL, info={"started": "2024-05-06T07:08:09Z"}, clock=lambda: DATE) as writer:
        for number, (path, body) in enumerate(bodies.items()):
            date = DATE + timedelta(seconds=number)
            captures.append(writer.write(exchange(body, HOST + path, date=date, ended=date), purpose="page"))
    held = [capture for capture in captures if capture is not None]
    with Catalog.open(root / "catalog.sqlite3") as catalog, catalog.transaction():
        catalog.add_crawl(CRAWL, SITE, DATE, {})
        catalog.add_captures(held)
        if bodies is BODIES:
            _articles(catalog, held)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        write_articles(catalog, root, SITE, CRAWL)
    return Sample(root, held[0].location.warc, held)


def _articles(catalog: Catalog, held: list[Capture]) -> None:
    file = b"%PDF-1.4\n" + b"xyz " * 900
    picture = Image(
        HOST + "/c.jpg", 0, size_bytes=len(JPEG), sha256=sha256(JPEG), mime="image/jpeg", capture=held[3].id
    )
    document = Attachment(HOST + "/d.pdf", 0, size_bytes=len(file), sha256=sha256(file), capture=held[4].id)
    first = make_article(held[0], site=SITE, images=(picture,), attachments=(document,))
    catalog.add_article(first)
    catalog.add_article(make_article(held[1], site=SITE, title="Bài khác"))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- taking WARC files apart and putting them together --------------------------------------


def members(data: bytes) -> list[bytes]:
    """Return the gzip members of a file."""
    found = []
    while data:
        inflater = zlib.decompressobj(31)
        inflater.decompress(data)
        found.append(data[: len(data) - len(inflater.unused_data)])
        data = inflater.unused_data
    return found


def records(data: bytes) -> list[bytes]:
    """Return the records of a gzipped file, inflated."""
    return [gzip.decompress(member) for member in members(data)]


def packed(record: bytes) -> bytes:
    """Return a record as our writer packs it."""
    deflater = zlib.compressobj(6, zlib.DEFLATED, 31)
    return deflater.compress(record) + deflater.flush()


def edited(record: bytes, old: bytes, new: bytes) -> bytes:
    """Return a record with a changed block, its Content-Length made right."""
    head, _, rest = record.partition(b"\r\n\r\n")
    block = rest[:-4].replace(old, new)
    assert block != rest[:-4]
    return re.sub(rb"Content-Length: \d+$", b"Content-Length: %d" % len(block), head) + b"\r\n\r\n" + block + rest[-4:]


def without_digests(record: bytes) -> bytes:
    head, middle, rest = record.partition(b"\r\n\r\n")
    return b"\r\n".join(line for line in head.split(b"\r\n") if b"-Digest:" not in line) + middle + rest


def kind(record: bytes) -> bytes:
    found = re.search(rb"WARC-Type: (\w+)", record)
    assert found is not None
    return found[1]


# --- the other forms ------------------------------------------------------------------------


def make_plain(sample: Sample) -> Sample:
    """Turn the WARC file of a data root into a plain one, index and catalog with it."""
    plain = sample.warc.removesuffix(".gz")
    parts = records(sample.path.read_bytes())
    name = plain.rpartition("/")[2].encode()
    (sample.root / plain).write_bytes(b"".join([_renamed(parts[0], name), *parts[1:]]))
    sample.path.unlink()
    sample.index.write_bytes(index_lines(sample.root / plain))
    places = {}
    for line in sample.index.read_text().splitlines():
        fields = json.loads(line.split(" ", 2)[2])
        places[fields["url"]] = (int(fields["offset"]), int(fields["length"]))
    (sample.root / "catalog.sqlite3").unlink()
    captures = [
        replace(capture, location=replace(capture.location, warc=plain, offset=at, length=length))
        for capture in sample.captures
        for at, length in [places[capture.url]]
    ]
    with Catalog.open(sample.root / "catalog.sqlite3") as catalog, catalog.transaction():
        catalog.add_crawl(CRAWL, SITE, DATE, {})
        catalog.add_captures(captures)
        _articles(catalog, captures)
    return Sample(sample.root, plain, captures)


def _renamed(record: bytes, name: bytes) -> bytes:
    return re.sub(rb"WARC-Filename: [^\r]+", b"WARC-Filename: " + name, record)


def index_lines(path: Path) -> bytes:
    """Return the index that cdxj-indexer makes, but for payload digests of chunked bodies: those as stated."""
    out = io.StringIO()
    CDXJIndexer(out, [str(path)], sort=True).process_all()
    return out.getvalue().encode()


def make_wacz(warc: Path, to: Path, index: bytes) -> Path:
    """Write a WACZ 1.1.1 by hand around one WARC file."""
    page = {"url": HOST + "/", "ts": "2024-05-06T07:08:09Z", "id": "1", "title": "Trang chủ"}
    pages = (
        json.dumps({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}) + "\n" + json.dumps(page) + "\n"
    )
    content = {
        f"archive/{warc.name}": warc.read_bytes(),
        "indexes/index.cdx": index,
        "pages/pages.jsonl": pages.encode(),
    }
    return write_wacz(to, with_manifest(content))


def with_manifest(content: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of a WACZ with a right manifest and its digest."""
    content = {name: data for name, data in content.items() if not name.startswith("datapackage")}
    resources = [
        {"name": name.rpartition("/")[2], "path": name, "hash": f"sha256:{sha256(data)}", "bytes": len(data)}
        for name, data in content.items()
    ]
    manifest = json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).encode()
    digest = json.dumps({"path": "datapackage.json", "hash": f"sha256:{sha256(manifest)}"}).encode()
    return {**content, "datapackage.json": manifest, "datapackage-digest.json": digest}


def write_wacz(to: Path, content: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as file:
        for name, data in content.items():
            file.writestr(name, data)
    return to


def read_wacz(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}
