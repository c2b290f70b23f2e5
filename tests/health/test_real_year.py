"""The days of ``test_played_year.py`` with real crawls of six played sites, by the real command.

Some minutes; with ``YEAR=60`` in the environment, or fewer days. Two years of history are fed, for nobody plays those.
"""

from __future__ import annotations

import json
import os
import ssl
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archive.times import VN
from tests.crawler.forked import Forked
from tests.crawler.other_sites import other_sites
from tests.health.fed import Fed, moment
from tests.health.receiver import receiver
from tests.health.test_played_year import told_of
from tests.health.year import DAY, DAYS, FIRST, SCRIPT, SECURE, SITES, number, today
from tests.khcn import FAST

PLAYED = min(DAYS, int(os.environ.get("YEAR") or 0))
pytestmark = pytest.mark.skipif(not PLAYED, reason="set YEAR=60: so many days of six crawls, some minutes")

NOWHERE = "127.0.0.1:1"
TEXT = "<p>Sở Khoa học và Công nghệ tổ chức hội nghị về đổi mới sáng tạo với sự tham gia của nhiều doanh nghiệp.</p>"


def host(site: str) -> str:
    return site.replace("_", "-") + ".vn"


def url(site: str) -> str:
    return f"{'https' if site == SECURE else 'http'}://{host(site)}/"


def site_file(site: str) -> str:
    return f"""
id = "{site}"
name = "Sở"
name_en = "So"
status = "active"
discover = false

[[hosts]]
host = "{host(site)}"

[[seeds]]
url = "{url(site)}"

[[layouts]]
page = "generic"
articles = ['/tin/(?P<id>\\d+)']
listings = ['/']
"""


class World:
    """What the six sites are today."""

    def __init__(self) -> None:
        self.day = FIRST
        self.published: dict[str, list[date]] = {site: [] for site in SITES}

    def dawn(self, day: date) -> None:
        self.day = day
        for site in SITES:
            self.published[site] += [day] * today(site, day).articles

    def answer(self, site: str, path: str) -> tuple[int, str, str]:
        does = today(site, self.day)
        days = self.published[site]
        if path == "/robots.txt":
            return 200, "text/plain", f"User-agent: *\nDisallow: /{does.robots}/\n"
        if path == "/":
            links = "".join(f"<li><a href='/tin/{n}'>Tin số {n} của Sở</a></li>" for n in reversed(range(len(days))))
            return (
                200,
                "text/html",
                f"<!DOCTYPE html><title>Sở</title><ul>{links}</ul><a href='/gioi-thieu'>Giới thiệu</a>",
            )
        if path.startswith("/tin/") and int(path[5:]) < len(days):
            return 200, "text/html", self._article(site, int(path[5:]))
        return 404, "text/html", "<title>404</title>"

    def _article(self, site: str, n: int) -> str:
        day = self.published[site][n]
        did = today(site, day)
        if not today(site, self.day).readable:  # another layout is that of all pages
            return f"<!DOCTYPE html><title></title><div>{n}</div>"
        moment = datetime.combine(day, time(3), VN).isoformat()
        author = '"author": {"@type": "Person", "name": "Nguyễn Văn Bình"},' if did.has_author else ""
        return f"""<!DOCTYPE html><html lang="vi"><head><title>Tin số {n} của Sở</title><script type="application/ld+json">
{{"@context": "https://schema.org", "@type": "NewsArticle", {author} "headline": "Tin số {n} của Sở Khoa học",
"datePublished": "{moment}"}}</script></head><body><article><h1>Tin số {n} của Sở Khoa học</h1>{TEXT * 4}</article></body></html>"""


@contextmanager
def serving(world: World, context: ssl.SSLContext | None = None):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site = next((each for each in SITES if host(each) == self.headers["Host"]), SITES[0])
            status, kind, text = world.answer(site, self.path)
            self.send_response(status)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certified(folder: Path, until: datetime) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host(SECURE))])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(until - timedelta(days=800))
    made = built.not_valid_after(until).sign(key, hashes.SHA256())
    pem = folder / f"{until:%Y%m%d}.pem"
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, plain[1], plain[0])
        + made.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


class FedGeneric(Fed):
    reader = "generic"
    empty = ("summary", "section", "images")


def test_real_crawls_tell_what_was_scripted(tmp_path):
    world, told = World(), []
    fed = FedGeneric(tmp_path / "data")
    path = other_sites(tmp_path / "project", only=("none",), **{site: site_file(site) for site in SITES})
    with ExitStack() as stack:
        heard, forked = stack.enter_context(receiver()), stack.enter_context(Forked())
        plain = stack.enter_context(serving(world))
        ends = {today(SECURE, FIRST + step * DAY).certificate_until for step in range(DAYS)}
        secured = {until: stack.enter_context(serving(world, certified(tmp_path, until))) for until in ends}
        for day in (FIRST + step * DAY for step in range(PLAYED)):
            world.dawn(day)
            places = {site: plain if today(site, day).answers else NOWHERE for site in SITES}
            places[SECURE] = secured[today(SECURE, day).certificate_until]
            resolve = ",".join(f"{host(site)}={place}" for site, place in places.items())
            environ = {"KHCN_RESOLVE": resolve, "KHCN_NOTIFY": heard.address(), "PYTHONPATH": path}
            before = len(heard.lines())
            done = forked.run(
                "crawl", *SITES, "--json", "--jobs", "6", *FAST, "-s", "REQUISITES_ENABLED=0",
                data=fed.root, at=moment(day).astimezone(UTC).isoformat(), environ=environ,
            )  # fmt: skip
            assert done.code in (0, 5, 6), done.said
            told += [told_of(line, number(day)) for line in heard.lines()[before:]]

    scripted = [each for each in SCRIPT if each.day < PLAYED]
    said = json.dumps(heard.lines(), indent=1, ensure_ascii=False)
    named = [(each.site, each.name, each.event, each.day) for each in told]
    wanted = [(each.site, each.name, each.event, each.day) for each in scripted]
    assert [each[:3] for each in sorted(named)] == [each[:3] for each in sorted(wanted)], said
    # Real crawls read known articles again, too: what is said of the last five pages is known some days sooner or later.
    assert all(abs(a[3] - b[3]) <= 3 for a, b in zip(sorted(named), sorted(wanted), strict=True)), said
