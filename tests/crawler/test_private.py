"""No page makes a crawl ask a private address, however it spells it; a seed that is named may lie at one."""

from __future__ import annotations

import json

import pytest
from twisted.internet import reactor
from twisted.internet.address import IPv4Address
from twisted.internet.endpoints import HostnameEndpoint
from twisted.internet.interfaces import IReactorPluggableNameResolver
from twisted.internet.protocol import Factory
from twisted.internet.testing import MemoryReactorClock
from twisted.python.failure import Failure

from crawler.private import Guarded, PrivateAddress, declared_by, is_public
from tests.crawler.scripted import answer, causes, moved, served
from tests.crawler.test_undeclared_crawl import HOST, TEXT
from tests.khcn import FAST, khcn

HTML = "text/html; charset=utf-8"
PRIVATE = """
    127.0.0.1 127.255.0.9 0.0.0.0 10.1.2.3 172.31.0.1 192.168.1.1 100.64.0.1 169.254.169.254 198.18.0.1
    192.0.2.1 224.0.0.251 240.0.0.1 255.255.255.255 ::1 :: fe80::1%eth0 fc00::1 fd12::1 fec0::1 ff02::1
    2001:db8::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 2002:7f00:1:: 64:ff9b::a00:1
    64:ff9b:1::7f00:1 2001:0:4136:e378:8000:63bf:80ff:fffe
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses_are_known(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["203.162.0.181", "8.8.8.8", "2405:4800::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_known(address):
    assert is_public(address)


def test_names_of_site_files_may_not_be_private_and_what_is_named_by_hand_may():
    seeds = ["http://intranet:8001/", "https://[::1]/tin", "http://10.0.0.7/"]

    assert declared_by(seeds, by_hand=True) == {("intranet", 8001), ("::1", 443), ("10.0.0.7", 80)}
    assert declared_by(seeds, by_hand=False) == {("::1", 443), ("10.0.0.7", 80)}


def test_what_is_connected_to_is_checked():
    guarded = Guarded(reactor)

    assert IReactorPluggableNameResolver.providedBy(guarded)
    with pytest.raises(PrivateAddress, match=r"^169\.254\.169\.254 is no public address"):
        guarded.connectTCP("169.254.169.254", 80, None)


def test_pages_reach_no_private_address(tmp_path):
    with served({}) as inner, served({}) as server:
        port, secret = server.server_address[1], inner.server_address[1]
        spellings = [
            f"127.0.0.1:{secret}", f"localhost:{secret}", f"2130706433:{secret}", f"0x7f.0.0.1:{secret}",
            f"127.1:{secret}", f"[::1]:{secret}", f"[::ffff:127.0.0.1]:{secret}", f"0:{secret}",
        ]  # fmt: skip
        pictures = "".join(f'<p><img src="http://{host}/{n}.png" alt="Ảnh"></p>' for n, host in enumerate(spellings))
        links = "".join(f'<a href="http://{host}/tin/{n}">Tin số {n}</a>' for n, host in enumerate(spellings))
        title = "Hội nghị về chuyển đổi số trong nông nghiệp"
        page = (
            f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Ngày đăng: 02/05/2024 08:30</p>"
            f'<p>{TEXT}</p>{pictures}<p>{TEXT * 2}</p>{links}<a href="/chuyen">Chuyển</a></body></html>'
        )
        home = f'<html><body><a href="/tin/hoi-nghi-1">{title}</a><a href="/chuyen">Tin chuyển đi</a></body></html>'
        server.routes = {
            f"{HOST}/": [answer(home.encode(), kind=HTML)],
            f"{HOST}/tin/hoi-nghi-1": [answer(page.encode(), kind=HTML)],
            f"{HOST}/chuyen": [moved(f"http://127.0.0.1:{secret}/tin/2")],
        }
        seeds = tmp_path / "seeds.txt"
        seeds.write_text(f"http://{HOST}/\n")
        done = khcn(
            "crawl", "--json", "--seeds", str(seeds), *FAST, data=tmp_path / "data", resolve=f"{HOST}=127.0.0.1:{port}"
        )

    assert "Traceback" not in done.stderr, done.stderr
    assert inner.log == []
    report = json.loads(done.stdout)
    assert report["articles"]["new"] == 1
    refused = {url for url, cause in causes(report).items() if cause.startswith("private: ")}
    assert refused == {f"http://{host}/{n}.png" for n, host in enumerate(spellings)}
    assert done.returncode == 5


def test_a_seed_that_is_named_may_be_private_and_its_other_ports_may_not(tmp_path):
    with served({}) as inner, served({}) as server:
        own, secret = (f"127.0.0.1:{each.server_address[1]}" for each in (server, inner))
        title = "Hội nghị về chuyển đổi số trong nông nghiệp"
        page = (
            f"<html><head><title>{title}</title></head><body><h1>{title}</h1><p>Ngày đăng: 02/05/2024 08:30</p>"
            f'<p>{TEXT}</p><img src="http://{secret}/a.png"><p>{TEXT * 2}</p></body></html>'
        )
        server.routes = {
            f"{own}/": [answer(b'<a href="/tin/hoi-nghi-1">Tin</a><a href="/chuyen">Tin</a>', kind=HTML)],
            f"{own}/tin/hoi-nghi-1": [answer(page.encode(), kind=HTML)],
            f"{own}/chuyen": [moved(f"http://{secret}/tin/2")],
        }
        seeds = tmp_path / "seeds.txt"
        seeds.write_text(f"http://{own}/\n")
        done = khcn("crawl", "--json", "--seeds", str(seeds), *FAST, data=tmp_path / "data")

    assert inner.log == []
    report = json.loads(done.stdout)
    assert report["articles"]["new"] == 1
    assert [cause.partition(" is no")[0] for cause in causes(report).values()] == ["private: 127.0.0.1"]


class Rebinding:
    """A resolver that says something else with each question."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = list(addresses)

    def resolveHostName(self, receiver, host, port=0, *arguments, **options):
        receiver.resolutionBegan(self)
        receiver.addressResolved(IPv4Address("TCP", self.addresses.pop(0), port))
        receiver.resolutionComplete()
        return receiver


def test_a_name_that_moves_inward_is_asked_no_more():
    clock = MemoryReactorClock()
    clock.nameResolver = Rebinding("203.162.0.181", "127.0.0.1", "169.254.169.254")
    endpoint = HostnameEndpoint(Guarded(clock), b"doi.example", 80)
    failures: list[Failure] = []
    for _ in range(3):
        endpoint.connect(Factory()).addErrback(failures.append)
        clock.advance(1)
        clock.advance(1)

    assert [client[0] for client in clock.tcpClients] == ["203.162.0.181"]
    assert [failure.type for failure in failures] == [PrivateAddress, PrivateAddress]
