"""Servers that speak TLS as nobody should: their pages are archived, each record says what was wrong."""

from __future__ import annotations

import datetime
import gzip
import json
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from archive import open_archive
from tests.crawler.odd_server import OddServer, serving
from tests.hostile.pages import article, page
from tests.khcn import FAST, khcn

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
OWN = {"self-signed", "unknown-issuer"}
"""What is wrong with a certificate that its server made itself; OpenSSL says both of some."""
CASES: dict[str, tuple[dict[str, object], set[str]]] = {
    "own.test": ({}, set()),
    "expired.test": ({"until": NOW - DAY}, {"expired"}),
    "early.test": ({"since": NOW + DAY, "until": NOW + 9 * DAY}, {"not-yet-valid"}),
    "other.test": ({"name": "another.test"}, {"wrong-host"}),
    "weak.test": ({"bits": 1024}, {"weak-key"}),
    "tls10.test": ({"version": ssl.TLSVersion.TLSv1}, {"old-protocol"}),
    "tls11.test": ({"version": ssl.TLSVersion.TLSv1_1}, {"old-protocol"}),
}


def secured(
    folder: Path,
    host: str,
    *,
    name: str | None = None,
    since: datetime.datetime = NOW - 9 * DAY,
    until: datetime.datetime = NOW + 9 * DAY,
    bits: int | None = None,
    version: ssl.TLSVersion | None = None,
) -> ssl.SSLContext:
    """Return a server's context with a certificate of its own making."""
    key = rsa.generate_private_key(65537, bits) if bits else ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name or host)])
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name or host)]), critical=False)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = folder / f"{host}.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(path)
    if version is not None:
        context.minimum_version, context.maximum_version = version, version
    return context


@contextmanager
def servers(folder: Path, hosts: list[str]) -> Iterator[str]:
    """Serve an article on each host; yield where they are."""
    with ExitStack() as stack:
        found = []
        for host in hosts:
            missing = [page("", status=b"404 Not Found")]
            pages = {"/": [page(article(host))], "/robots.txt": missing, "/sitemap.xml": missing}
            server = OddServer({host: pages}, context=secured(folder, host, **CASES[host][0]))  # type: ignore[arg-type]
            stack.enter_context(serving(server))
            found.append(f"{host}=127.0.0.1:{server.port}")
        yield ",".join(found)


def crawl(folder: Path, hosts: list[str], *options: str) -> tuple[int, dict[str, dict], str]:
    seeds = folder / "seeds.txt"
    seeds.write_text("".join(f"https://{host}/\n" for host in hosts))
    with servers(folder, hosts) as resolve:
        done = khcn("crawl", "--json", "--seeds", str(seeds), *FAST, *options, data=folder / "data", resolve=resolve)
    reports = map(json.loads, done.stdout.splitlines())
    return (
        done.returncode,
        {report["site"].removeprefix("host__").replace("_", "."): report for report in reports},
        done.stderr,
    )


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    return folder, crawl(folder, list(CASES))


def test_every_page_is_archived(crawled):
    folder, (code, _, log) = crawled
    with open_archive(folder / "data") as archive:
        statuses = {capture.url: capture.status for capture in archive.captures() if capture.purpose == "page"}

    assert code == 0, log
    assert "Traceback" not in log
    assert statuses == {f"https://{host}/": 200 for host in CASES}


@pytest.mark.parametrize("host", CASES)
def test_what_is_wrong_is_in_the_report_and_in_each_record(crawled, host):
    folder, (_, reports, log) = crawled
    told = reports[host]["tls_faults"][host]
    (path,) = (folder / "data").rglob(f"warcs/*/**/*{host.replace('.', '_')}*.warc.gz")
    records = gzip.decompress(path.read_bytes())
    of_page = [record for record in records.split(b"WARC/1.1\r\n") if b"WARC-Type: metadata" in record]

    assert set(told.split(", ")) - OWN == CASES[host][1]
    assert set(told.split(", ")) & OWN
    assert of_page
    assert {f"tlsFaults: {told}\r\n".encode() in record for record in of_page} == {True}
    assert f"tls faults host={host} faults={told}" in log


def test_where_certificates_are_verified_nothing_is_asked(tmp_path):
    code, reports, log = crawl(
        tmp_path, ["expired.test"], "-s", "DOWNLOAD_VERIFY_CERTIFICATES=1", "-s", "RETRY_TIMES=0"
    )

    assert code == 5, log
    assert reports["expired.test"]["captures"] == 0
    assert all("tls: " in failure["cause"] for failure in reports["expired.test"]["failures"])
