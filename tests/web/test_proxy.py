"""Behind a real nginx, below a path: every address that is told leads back through it."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import lxml.html
import pytest

from crawler.replay import free_port
from tests.web.made import PHOTO, RICE, Made, made, make
from tests.web.test_serve import serving

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONF = """
daemon off; pid {folder}/pid; error_log {folder}/error warn; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; {merge}
  server {{
    listen 127.0.0.1:{port};
    location /kho/ {{
      proxy_pass {behind};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
    }}
  }}
}}
"""
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: nginx-light)")


@contextmanager
def nginx(folder: Path, behind: str, *, strips: bool, merges: bool) -> Iterator[int]:
    """Run nginx before what listens at *behind*; give its port."""
    folder.mkdir()
    port = free_port("127.0.0.1")
    told = {
        "folder": folder, "port": port, "behind": f"http://{behind}{'/' if strips else ''}",
        "user": "user root;" if os.geteuid() == 0 else "",
        "merge": f"merge_slashes {'on' if merges else 'off'};",
    }  # fmt: skip
    (folder / "conf").write_text(CONF.format(**told))
    assert NGINX
    process = subprocess.Popen([NGINX, "-p", str(folder), "-e", str(folder / "error"), "-c", str(folder / "conf")])
    try:
        until = time.monotonic() + 300
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None, (folder / "error").read_text()
                assert time.monotonic() < until
                time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait(300)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make(tmp_path_factory.mktemp("proxy") / "data").root
    (root / "exports").mkdir(exist_ok=True)
    (root / "exports" / "a.csv").write_text("a,b\n")
    return root


@pytest.fixture(scope="module")
def behind(root: Path) -> Iterator[str]:
    """Host and port of `khcn serve`."""
    with serving(root, "--prefix", "/kho", "--rate", "0", "--replay", "http://127.0.0.1:1/archive/") as (_, address):
        yield urlsplit(address).netloc


@pytest.fixture(scope="module", params=["stripped", "kept", "merging"])
def ask(request: pytest.FixtureRequest, behind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    how, folder = request.param, tmp_path_factory.mktemp("nginx") / request.param
    with nginx(folder, behind, strips=how == "stripped", merges=how == "merging") as port:
        yield Ask(port)


class Ask:
    """Asks nginx, as whom people know under another name."""

    base = "https://kho.example.vn/kho"

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, path: str, accept: str = "text/html", **headers: str) -> tuple[int, dict[str, str], str]:
        """Return status, head and body at a path below the prefix, or at a whole address."""
        path = path.removeprefix(self.base)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=300)
        try:
            sent = {"Host": "kho.example.vn", "Accept": accept, **{k.replace("_", "-"): v for k, v in headers.items()}}
            connection.request("GET", f"/kho{path}", headers=sent)
            answer = connection.getresponse()
            return (
                answer.status,
                {name.lower(): value for name, value in answer.getheaders()},
                answer.read().decode("utf-8", "replace"),
            )
        finally:
            connection.close()


@pytest.fixture(scope="module")
def web(root: Path) -> Made:
    return made(root)


def test_every_link_of_the_pages_leads_through_the_proxy(ask: Ask, web: Made) -> None:
    seen: dict[str, int] = {}
    article = f"/articles/{web.ids[RICE]}"
    for path in ("/", "/search?q=lua", article, f"{article}/diff", "/sites/ha_tinh", "/crawls", "/nowhere?lang=en",
                 f"/captures/{web.captures[PHOTO]}"):  # fmt: skip
        _, _, page = ask(path)
        for value in lxml.html.fromstring(page).xpath("//@href | //@src | //form/@action"):
            target = urljoin(Ask.base + path, value)
            if not target.startswith(("https://skhcn.", "http://127.0.0.1:1/")) and not value.startswith("#"):
                assert target.startswith(Ask.base + "/"), (path, value)
                seen.setdefault(target, 0)
    for target in seen:
        seen[target] = ask(target)[0]

    assert len(seen) > 30
    others = {target: status for target, status in seen.items() if status not in (200, 303)}
    assert others == {f"{Ask.base}/nowhere": 404}


def test_redirects_stay_below_the_path(ask: Ask) -> None:
    status, head, _ = ask(f"/article?url={RICE}")
    timegate, told, _ = ask(f"/timegate/{RICE}")
    near, where, _ = ask(f"/web/2025/{RICE}")
    there, shown, _ = ask(told["location"])

    assert (status, timegate, near, there) == (303, 302, 302, 200)
    assert urljoin(Ask.base, head["location"]).startswith(f"{Ask.base}/articles/")
    assert re.fullmatch(rf"{Ask.base}/web/\d{{14}}id_/{re.escape(RICE)}", told["location"])
    assert where["location"].startswith(f"{Ask.base}/web/")
    assert shown["memento-datetime"]


def test_memento_names_addresses_of_the_proxy(ask: Ask) -> None:
    _, _, links = ask(f"/timemap/link/{RICE}")
    _, _, text = ask(f"/timemap/json/{RICE}", "*/*")
    named = re.findall(r"<([^>]+)>", links) + re.findall(r'"(https?://[^"]+)"', text)
    _, head, _ = ask(f"/timegate/{RICE}")
    named += re.findall(r"<([^>]+)>", head["link"])

    assert len(named) > 10
    assert {each for each in named if not each.startswith(f"{Ask.base}/")} == {RICE}
    assert {ask(each)[0] for each in named if "/web/" in each} == {200}


def test_a_harvester_is_given_the_address_by_which_it_asked(ask: Ask) -> None:
    name = "{http://www.openarchives.org/OAI/2.0/}"
    identify = ET.fromstring(ask("/oai?verb=Identify", "*/*")[2])
    records = ask("/oai?verb=ListRecords&metadataPrefix=oai_dc", "*/*")[2]
    own = re.findall(r"<dc:identifier>(https://kho\.[^<]*)<", records)

    assert identify.findtext(f".//{name}baseURL") == f"{Ask.base}/oai"
    assert identify.findtext(f"{name}request") == f"{Ask.base}/oai"
    assert own
    assert all(each.startswith(Ask.base + "/") for each in own)
    assert ask(own[0])[0] == 200


def test_programs_find_their_way_too(ask: Ask) -> None:
    _, head, _ = ask("/api/v1/articles?limit=1", "*/*")
    feed = ask("/feeds/ha_tinh.atom", "*/*")[2]
    sitemap = ask("/sitemap.xml", "*/*")[2]
    files = ask("/download", "*/*")[2]
    (following,) = re.findall(r'<([^>]*)>; rel="next"', head["link"])
    maps = re.findall(r"<loc>([^<]*)</loc>", sitemap)
    pages = re.findall(r"<loc>([^<]*)</loc>", ask(maps[0], "*/*")[2])

    assert ask(urljoin(f"{Ask.base}/api/v1/articles", following), "*/*")[0] == 200
    assert f'"{Ask.base}/download/exports/a.csv"' in files
    assert f"{Ask.base}/feeds/ha_tinh.atom" in feed
    assert all(each.startswith(f"{Ask.base}/") for each in (*maps, *pages))
    assert ask(pages[0])[0] == 200
    assert ask(f"/cdx?url={RICE}", "*/*")[2].count("\n") == 2
