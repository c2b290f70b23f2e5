"""What the public services are asked under their own names, and that their answers are read as they are documented.

No request leaves this machine: the names lead to players, over TLS with a certificate made here. The shapes of
the requests are those of the services' public documentation; ``docs/recover.md`` lists them.
"""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.play.server import ADDRESS
from tests.recover.played_commoncrawl import CommonCrawl
from tests.recover.played_wayback import Wayback
from tests.recover.rig import articles, plain
from tests.recover.served import Service, serving

pytestmark = pytest.mark.xdist_group("recover")

WAYBACK, INDEX, FILES = "web.archive.org", "index.commoncrawl.org", "data.commoncrawl.org"
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def certified(tmp_path_factory) -> tuple[ssl.SSLContext, Path]:
    """A server's context for the public names, and the certificate that a client has to trust."""
    now = datetime.datetime.now(datetime.UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "played services")])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in (WAYBACK, INDEX, FILES)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - 9 * DAY).not_valid_after(now + 9 * DAY)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("certificate") / "played.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate = made.public_bytes(serialization.Encoding.PEM)
    path.write_bytes(key.private_bytes(*form) + certificate)
    trusted = path.with_name("trusted.pem")
    trusted.write_bytes(certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context, trusted


def told(service: Service) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return host, path and parameters of each request, in their order."""
    return [(asked.host, asked.path, asked.parameters) for asked in service.log]


def test_the_wayback_machine_is_asked_as_its_documentation_says(rig, collection, certified, tmp_path):
    context, trusted = certified
    few = [snap for snap in collection.snaps if snap.date.year in (2019, 2020) and snap.kind in ("article", "listing")]
    played = Wayback(few, name=f"https://{WAYBACK}")
    with serving(played.answer, context) as service:
        names = f"{WAYBACK}={ADDRESS}:{service.port}"
        done = rig.recover("wayback", tmp_path / "data", KHCN_RESOLVE=names, SSL_CERT_FILE=str(trusted))

    assert done.code == 0, done.said
    assert {plain(url) for url in articles(tmp_path / "data")} == {
        plain(one.url) for one in few if one.kind == "article" and "siteid=60&mid" not in one.url
    }
    asked = told(service)
    assert {host for host, _, _ in asked} == {WAYBACK}
    index = [(path, dict(parameters)) for _, path, parameters in asked if not path.startswith("/web/")]
    assert {path for path, _ in index} == {"/cdx/search/cdx"}
    first = index[0][1]
    assert (first["url"], first["matchType"]) == ("haugiang.gov.vn/HtmlView.aspx", "prefix")
    assert (first["output"], first["showResumeKey"]) == ("json", "true")
    assert set(first["fl"].split(",")) == {"timestamp", "original", "mimetype", "statuscode", "digest", "length"}
    assert first["limit"].isdecimal()
    assert {parameters["url"] for _, parameters in index if parameters["matchType"] == "host"} == {
        "skhcn.haugiang.gov.vn", "www.skhcn.haugiang.gov.vn"
    }  # fmt: skip
    assert {parameters["matchType"] for _, parameters in index} <= {"prefix", "host", "exact"}
    replays = [asked.target for asked in service.log if asked.target.startswith("/web/")]
    article = collection.old[0]
    assert f"/web/20200701120010id_/{article.url}" in replays
    agents = {asked.fields["user-agent"] for asked in service.log}
    assert len(agents) == 1
    assert "khcn" in agents.pop().lower()


def test_common_crawl_is_asked_as_its_documentation_says(rig, collection, certified, tmp_path):
    context, trusted = certified
    few = [snap for snap in collection.crawled if snap.kind == "article"]
    played = CommonCrawl(few, index_name=f"https://{INDEX}")
    with serving(played.answer, context) as index, serving(played.answer, context) as files:
        names = f"{INDEX}={ADDRESS}:{index.port},{FILES}={ADDRESS}:{files.port}"
        done = rig.recover("commoncrawl", tmp_path / "data", KHCN_RESOLVE=names, SSL_CERT_FILE=str(trusted))

    assert done.code == 0, done.said
    assert {plain(url) for url in articles(tmp_path / "data")} == {plain(one.url) for one in few}
    asked = told(index)
    assert asked[0] == (INDEX, "/collinfo.json", [])
    assert {path for _, path, _ in asked[1:]} == {f"/{crawl}-index" for crawl in played.crawls}
    for _, _, parameters in asked[1:]:
        assert dict(parameters)["output"] == "json"
        assert dict(parameters)["page"].isdecimal()
    assert {host for host, _, _ in told(files)} == {FILES}
    kept = {f"/{one.filename}": one for one in played.kept}
    assert {asked.path for asked in files.log} <= kept.keys()
    ranges = {(asked.path.lstrip("/"), asked.fields["range"]) for asked in files.log}
    assert ranges == {(one.filename, f"bytes={one.offset}-{one.offset + one.length - 1}") for one in played.kept}


def test_a_service_with_another_certificate_is_not_believed(rig, collection, certified, tmp_path):
    context, _ = certified
    with serving(Wayback(collection.snaps[:3]).answer, context) as service:
        names = f"{WAYBACK}={ADDRESS}:{service.port}"
        done = rig.recover("wayback", tmp_path / "data", KHCN_RESOLVE=names)

    assert done.code == 5, done.said
    assert service.log == []
    assert "certificate" in done.said.lower()
