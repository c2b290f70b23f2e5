"""WARC and WACZ files as other programs write them, of what the played sites really answer."""

from __future__ import annotations

import gzip
import http.client
import io
import json
import socket
import socketserver
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid5

from cdxj_indexer.main import CDXJIndexer
from warcio.capture_http import capture_http
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.codings import dechunk, decode_content
from archive.http import parse_head
from tests.play import PlayedArticle
from tests.play.server import ADDRESS, Played

NAMESPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
DATE = "2025-09-0{}T0{}:00:00Z"


@dataclass(frozen=True)
class Fetched:
    """One answer of the played sites, as it came."""

    url: str
    referer: str | None
    head: bytes
    body: bytes
    """Before any decoding."""

    @property
    def fields(self) -> list[tuple[str, str]]:
        return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in parse_head(self.head).headers]

    @property
    def payload(self) -> bytes:
        """Before content decoding."""
        return dechunk(self.body) if parse_head(self.head).is_chunked else self.body

    @property
    def decoded(self) -> bytes:
        return decode_content(self.payload, parse_head(self.head).encodings)

    @property
    def status(self) -> int:
        return parse_head(self.head).status or 0

    @property
    def request(self) -> bytes:
        parts = urlsplit(self.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        referer = f"Referer: {self.referer}\r\n" if self.referer else ""
        return f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n{referer}Accept-Encoding: gzip\r\n\r\n".encode()


def addresses(articles: list[PlayedArticle]) -> list[tuple[str, str | None]]:
    """Return the addresses of articles and of their files, each with the page that names it."""
    wanted: dict[str, str | None] = {}
    for article in articles:
        wanted[article.url] = None
        for file in (*article.images, *article.attachments):
            wanted.setdefault(file.url, article.url)
    return list(wanted.items())


def fetch(played: Played, articles: list[PlayedArticle]) -> list[Fetched]:
    """Fetch pages, pictures and documents; a moved picture with where it went."""
    found = []
    queue = addresses(articles)
    for url, referer in queue:
        one = Fetched(url, referer, b"", b"")
        with socket.create_connection((ADDRESS, played.port)) as line:
            line.sendall(one.request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            answer = b"".join(iter(lambda line=line: line.recv(1 << 16), b""))
        head = parse_head(answer)
        one = Fetched(url, referer, answer[: head.length], answer[head.length :])
        found.append(one)
        if one.status in (301, 302):
            queue.append((head.values(b"location")[0].decode(), referer or url))
    return found


def record_id(kind: str, url: str) -> str:
    return f"<urn:uuid:{uuid5(NAMESPACE, f'{kind} {url}')}>"


def record(kind: str, url: str, block: bytes, *, version: str = "1.1", **fields: str) -> bytes:
    """Return a record, byte by byte; *fields* with ``_`` for ``-``."""
    content = {"response": "application/http; msgtype=response", "request": "application/http; msgtype=request"}
    given = {
        "WARC-Type": kind,
        "WARC-Target-URI": url,
        "WARC-Date": "2025-09-01T02:03:04Z",
        "WARC-Record-ID": record_id(kind, url),
        "Content-Type": content.get(kind, "application/warc-fields"),
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    given.setdefault("Content-Length", str(len(block)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
    return f"WARC/{version}\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def warcinfo(software: str, **fields: str) -> bytes:
    told = {"software": software, "format": "WARC File Format 1.1", **fields}
    block = "".join(f"{name}: {value}\r\n" for name, value in told.items()).encode()
    return record("warcinfo", "", block, WARC_Record_ID=record_id("warcinfo", software))


def heritrix(fetched: list[Fetched]) -> bytes:
    """WARC/1.0, DNS lookups, response + request + metadata with ``via``."""
    out = [warcinfo("Heritrix/3.4.0 http://crawler.archive.org", isPartOf="basic", robots="obey")]
    for host in sorted({urlsplit(one.url).netloc for one in fetched}):
        dns = f"20250901020304\n{host}.\t300\tIN\tA\t127.0.0.1\n".encode()
        out.append(record("response", f"dns:{host}", dns, version="1.0", Content_Type="text/dns"))
    for one in fetched:
        mine = record_id("response", one.url)
        told = f"via: {one.referer}\r\nhopsFromSeed: E\r\nfetchTimeMs: 12\r\n" if one.referer else "seed: \r\n"
        out.append(record("response", one.url, one.head + one.body, version="1.0", WARC_IP_Address="127.0.0.1"))
        out.append(record("request", one.url, one.request, version="1.0", WARC_Concurrent_To=mine))
        out.append(record("metadata", one.url, told.encode(), version="1.0", WARC_Concurrent_To=mine))
    return b"".join(gzip.compress(part, 6) for part in out)


def warcprox(fetched: list[Fetched]) -> bytes:
    """Response before request, hexadecimal digests, the bytes of the wire."""
    out = [warcinfo("warcprox 2.6.0")]
    for one in fetched:
        block = one.head + one.body
        digest = "sha256:" + sha256(block).hexdigest()
        out.append(record("response", one.url, block, WARC_Block_Digest=digest))
        out.append(record("request", one.url, one.request, WARC_Concurrent_To=record_id("response", one.url)))
    return b"".join(gzip.compress(part, 6) for part in out)


def one_member(fetched: list[Fetched]) -> bytes:
    """All records in a single gzip member."""
    return gzip.compress(b"".join(gzip.decompress(part) for part in (warcprox(fetched),)), 6)


def plain(fetched: list[Fetched]) -> bytes:
    """Not compressed."""
    return gzip.decompress(heritrix(fetched))


def scrapy_webarchive(fetched: list[Fetched]) -> bytes:
    """What scrapy-webarchive 0.5 writes: Scrapy's decoded body below the server's other fields.

    ``HTTP/1.0 200`` without a reason; Content-Encoding gone, Content-Length still that of the coded body,
    Transfer-Encoding kept.
    """
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
    writer.write_record(
        writer.create_warcinfo_record("spider.warc.gz", {"software": "Scrapy/2.13 (+https://scrapy.org)"})
    )
    for number, one in enumerate(fetched):
        fields = [(name.title(), value) for name, value in one.fields if name.lower() != "content-encoding"]
        date = DATE.format(1 + number % 9, number % 10)
        answer = _scrapy_record(writer, one.url, "response", f"HTTP/1.0 {one.status}", fields, one.decoded, date)
        writer.write_record(answer)
        asked = [("Referer", one.referer)] if one.referer else []
        line = f"GET {urlsplit(one.url).path} HTTP/1.0"
        request = _scrapy_record(writer, one.url, "request", line, [*asked, ("User-Agent", "Scrapy")], b"", date)
        request.rec_headers.add_header("WARC-Concurrent-To", answer.rec_headers.get_header("WARC-Record-ID"))
        writer.write_record(request)
    return file.getvalue()


def _scrapy_record(writer, url, kind, line, fields, body, date):
    headers = [
        ("WARC-Type", kind),
        ("WARC-Target-URI", url),
        ("WARC-Date", date),
        ("WARC-Record-ID", record_id(kind, f"scrapy {url}")),
    ]
    return writer.create_warc_record(
        uri=url,
        record_type=kind,
        payload=io.BytesIO(body),
        http_headers=StatusAndHeaders(line, fields, is_http_request=True),
        warc_headers=StatusAndHeaders("", headers, protocol="WARC/1.1"),
        warc_content_type=f"application/http; msgtype={kind}",
    )


def browsertrix(fetched: list[Fetched]) -> bytes:
    """Decoded bodies below ``HTTP/2 200`` or HTTP/1.1 heads that still say chunked, with ``urn:pageinfo:`` records."""
    out = [warcinfo("Browsertrix-Crawler 1.5.0 (with warcio.js 2.4.3)")]
    for number, one in enumerate(fetched):
        lines = b"".join(b"%s: %s\r\n" % field for field in parse_head(one.head).headers)
        start = f"HTTP/2 {one.status} " if number % 3 == 0 else f"HTTP/1.1 {one.status} OK"
        block = start.encode() + b"\r\n" + lines + b"\r\n" + one.decoded
        out.append(record("response", one.url, block, WARC_Record_ID=record_id("btrix", one.url)))
        concurrent = record_id("btrix", one.url)
        out.append(record("request", one.url, one.request, WARC_Concurrent_To=concurrent))
        if one.referer is None:
            info = json.dumps({"pageid": str(number), "url": one.url, "urls": {}}).encode()
            kind = "application/json"
            out.append(record("resource", f"urn:pageinfo:{one.url}", info, Content_Type=kind))
    return b"".join(gzip.compress(part, 6) for part in out)


def wacz(path: Path, **warcs: bytes) -> Path:
    """Pack WARC files as browsertrix does."""
    with zipfile.ZipFile(path, "w") as zipped:
        index = b""
        for name, warc in warcs.items():
            zipped.writestr(f"archive/{name}.warc.gz", warc)
            made = path.parent / f"{name}.warc.gz"
            made.write_bytes(warc)
            lines = io.StringIO()
            CDXJIndexer(output=lines, inputs=[str(made)], sort=True).process_all()
            index += lines.getvalue().encode()
            made.unlink()
        members = {"indexes/index.cdx": index, "pages/pages.jsonl": b'{"format": "json-pages-1.0", "id": "pages"}\n'}
        for name, content in members.items():
            zipped.writestr(name, content)
        manifest = {"profile": "data-package", "wacz_version": "1.1.1", "resources": []}
        zipped.writestr("datapackage.json", json.dumps(manifest))
    return path


def recorded(played: Played, path: Path, wanted: list[tuple[str, str | None]]) -> Path:
    """Record with warcio's own ``capture_http``, connected to the played sites."""

    def connect(address, *rest, **named):
        return socket.create_connection((ADDRESS, played.port))

    with capture_http(str(path), warc_version="1.1"):
        for url, _ in wanted:
            parts = urlsplit(url)
            line = http.client.HTTPConnection(parts.netloc)
            line._create_connection = connect
            line.request(
                "GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers={"Accept-Encoding": "gzip"}
            )
            line.getresponse().read()
            line.close()
    return path


def wget(played: Played, folder: Path, wanted: list[tuple[str, str | None]], *options: str) -> Path:
    """Fetch with GNU wget, through a proxy that leads to the played sites."""
    (folder / "urls.txt").write_text("".join(f"{url}\n" for url, _ in wanted))
    with _proxy(played.port) as port:
        subprocess.run(
            ["wget", "-q", "--warc-file=got", "-i", "urls.txt", "-O", "out", "-e", f"http_proxy=http://{ADDRESS}:{port}",
             *options],
            cwd=folder, check=False, timeout=300,
        )  # fmt: skip
    return folder / ("got.warc" if "--no-warc-compression" in options else "got.warc.gz")


@contextmanager
def _proxy(target: int) -> Iterator[int]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            lines = list(iter(self.rfile.readline, b"\r\n"))
            method, url, version = lines[0].split()
            parts = urlsplit(url.decode())
            lines[0] = b"%s %s %s\r\n" % (method, url[url.index(parts.netloc.encode()) + len(parts.netloc) :], version)
            kept = [line for line in lines if not line.lower().startswith((b"proxy-connection", b"connection"))]
            with socket.create_connection((ADDRESS, target)) as line:
                line.sendall(b"".join(kept) + b"Connection: close\r\n\r\n")
                while data := line.recv(1 << 16):
                    self.wfile.write(data)

    with socketserver.ThreadingTCPServer((ADDRESS, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


SHAPES: dict[str, Callable[[list[Fetched]], bytes]] = {
    "heritrix.warc.gz": heritrix,
    "warcprox.warc.gz": warcprox,
    "one-member.warc.gz": one_member,
    "plain.warc": plain,
    "scrapy-webarchive.warc.gz": scrapy_webarchive,
    "browsertrix.warc.gz": browsertrix,
}
