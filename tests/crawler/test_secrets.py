"""What a crawl leaves behind may be given away: it holds no secret of ours, and who may read it says the umask."""

from __future__ import annotations

import gzip
import json
import os
import stat
from base64 import b64encode

import pytest
from scrapy.settings import Settings

from archive.warc.framing import read_members
from archive.warc.reader import list_warcs
from crawler.attempt import without_credentials
from crawler.provenance import changed_settings
from tests.crawler.scripted import answer, crawl, moved, served
from tests.khcn import FAST, khcn
from tests.play import play

PASSWORD, API_KEY, ALERTS, CLOUD = "Mat-Khau9", "KhoaAPI77", "ThuBao88", "DamMay66"
BASIC = b64encode(f"khcn:{PASSWORD}".encode()).decode()
CONTACT = "mailto:nguoi@example.vn"
HEADERS = {"Authorization": f"Basic {BASIC}", "X-Api-Key": API_KEY, "Accept": "text/html"}


@pytest.fixture(scope="module")
def left(tmp_path_factory):
    """Return the data root of a crawl that was told secrets, under a umask that shuts out strangers, and its log."""
    data = tmp_path_factory.mktemp("secrets") / "data"
    before = os.umask(0o027)
    try:
        with play(seeds=False, oldest=2) as played:
            done = khcn(
                "-vv", "crawl", "ha_tinh", "--limit", "1", *FAST,
                "-s", f"DEFAULT_REQUEST_HEADERS={json.dumps(HEADERS)}",
                "-s", f"AWS_SECRET_ACCESS_KEY={CLOUD}",
                data=data, resolve=played.resolve, KHCN_CONTACT=CONTACT, KHCN_NOTIFY=f"json://u:{ALERTS}@127.0.0.1:1/x",
            )  # fmt: skip
    finally:
        os.umask(before)
    assert done.returncode in (0, 5), done.stderr
    return data, done.stderr + done.stdout


def _files(data):
    for path in sorted(data.rglob("*")):
        if path.is_file():
            held = path.read_bytes()
            yield path, gzip.decompress(held) if path.name.endswith(".gz") else held


def test_no_secret_of_ours_is_in_the_archive_or_the_log(left):
    data, log = left
    secrets = [PASSWORD, BASIC, API_KEY, ALERTS, CLOUD]

    found = [(path.name, each) for path, held in _files(data) for each in secrets if each.encode() in held]

    assert found == []
    assert [each for each in secrets if each in log] == []


def test_a_request_is_kept_without_what_proves_who_we_are(left):
    data, _ = left
    kept = []
    for warc in list_warcs(data):
        with (data / warc).open("rb") as file:
            kept += [each.record.read() for each in read_members(file) if each.record.type == "request"]

    assert kept
    assert all(b"\r\nAuthorization: ***\r\n" in each and b"\r\nX-Api-Key: ***\r\n" in each for each in kept)
    assert all(b"\r\nAccept: text/html\r\n" in each for each in kept)


def test_who_crawls_stays_named(left):
    data, _ = left

    assert any(CONTACT.encode() in held for path, held in _files(data) if path.name.endswith(".warc.gz"))


def test_the_umask_says_who_may_read(left):
    data, _ = left
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (data, *data.rglob("*"))}

    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o750}
    assert {path.name: oct(mode) for path, mode in modes.items() if path.is_file() and mode != 0o640} == {}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"GET / HTTP/1.1\r\nauthorization:x\r\n\r\n", b"GET / HTTP/1.1\r\nauthorization: ***\r\n\r\n"),
        (b"GET / HTTP/1.1\r\nProxy-Authorization: Basic x", b"GET / HTTP/1.1\r\nProxy-Authorization: ***"),
        (b"POST / HTTP/1.1\r\n\r\nAuthorization: posted", b"POST / HTTP/1.1\r\n\r\nAuthorization: posted"),
        (b"GET / HTTP/1.1\r\nCookie: a=b\r\n\r\n", b"GET / HTTP/1.1\r\nCookie: a=b\r\n\r\n"),
        (b"GET / HTTP/1.1\r\nX: Authorization: y\r\n\r\n", b"GET / HTTP/1.1\r\nX: Authorization: y\r\n\r\n"),
        (b"", b""),
        (
            b"GET / HTTP/1.1\r\nX-Auth-Token: t\r\nprivate-token:\tq\r\n\r\n",
            b"GET / HTTP/1.1\r\nX-Auth-Token: ***\r\nprivate-token: ***\r\n\r\n",
        ),
    ],
)
def test_of_a_request_only_credentials_are_left_out(sent, kept):
    assert without_credentials(sent) == kept


@pytest.mark.parametrize("with_cookies", [True, False])
def test_our_own_cookie_is_in_no_record_and_credentials_go_to_nobody_else(tmp_path, with_cookies):
    own, other = "sokhcn.bimat.gov.vn", "anh.noikhac.vn"
    secret = {"Cookie": f"phien={PASSWORD}", "Authorization": BASIC, "X-Token": API_KEY}
    home = f'<h1>Tin</h1><img src="http://{other}/a.jpg"><a href="/di">x</a>'.encode()
    with served({f"{own}/": [answer(home, kind="text/html")], f"{own}/di": [moved(f"http://{other}/b")]}) as server:
        options = ("-s", f"DEFAULT_REQUEST_HEADERS={json.dumps(secret)}", "-s", f"COOKIES_ENABLED={int(with_cookies)}")
        crawl(server, tmp_path / "data", [f"http://{own}/"], *options, hosts=[other])
    fields = {(host, line.partition(b":")[0]) for host, line in server.heard}
    held = b"".join(held for _, held in _files(tmp_path / "data"))

    assert (own, b"Authorization") in fields
    assert ((own, b"Cookie") in fields) is not with_cookies
    assert (other, b"Host") in fields
    assert not {(other, b"Authorization"), (other, b"Cookie"), (other, b"X-Token")} & fields
    assert [each for each in (PASSWORD, BASIC, API_KEY) if each.encode() in held] == []


def test_a_report_names_a_secret_setting_and_not_its_value():
    settings = Settings()
    told = {
        "FTP_PASSWORD": "p",
        "SOME_TOKEN": "t",
        "FEED_URI": "s3://a:b@kho/x",
        "DOWNLOAD_DELAY": 2,
        "KEYWORDS": "lúa",
    }
    settings.setdict(told, priority="cmdline")

    found = changed_settings(settings)

    assert {name: found[name] for name in told} == {
        "FTP_PASSWORD": "***",
        "SOME_TOKEN": "***",
        "FEED_URI": "s3://***@kho/x",
        "DOWNLOAD_DELAY": 2,
        "KEYWORDS": "lúa",
    }
