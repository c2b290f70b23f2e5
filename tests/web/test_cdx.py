"""The CDX server answers as pywb does over the same sidecars, and says what it does not understand."""

from __future__ import annotations

import json
import random
from urllib.parse import urlencode

import pytest

from tests.web.captured import HOST, LOST, NEWS, SAME, serving
from tests.web.pywb import pywb

URLS = [
    *(f"https://{HOST}/", f"http://www.{HOST}", f"{HOST}/tin?chuyenmuc=1&page=2", NEWS, SAME, LOST),
    *(f"https://{HOST}/nen", f"https://{HOST}/khuc", f"https://{HOST}/TIN/chu-hoa.html", f"https://{HOST}:8443/cong"),
    f"https://{HOST}/tim?__wb_method=POST&trang=1",
]
SPANS = [
    *(
        (url, "prefix")
        for url in (f"https://{HOST}/tin/", f"https://{HOST}/tin?", f"https://{HOST}/tin", f"https://{HOST}/anh/")
    ),
    *((url, "host") for url in (HOST, f"https://{HOST}/tin/x", "https://khcn.nghean.gov.vn", f"https://{HOST}:8443/")),
    *((url, "domain") for url in (HOST, "gov.vn", "hatinh.gov.vn", "vn", "khcn.nghean.gov.vn")),
    *((url, None) for url in (f"https://{HOST}/tin/*", "*.nghean.gov.vn", f"{HOST}/*")),
]
MORE = [
    {},
    {"from": "2024"},
    {"from": "202404", "to": "202408"},
    {"to": "20240424020005"},
    {"from": "20240802"},
    {"limit": "1"},
    {"limit": "7"},
    {"sort": "reverse"},
    {"sort": "reverse", "limit": "3"},
    {"reverse": "true", "limit": "1", "fl": "timestamp,url"},
    {"closest": "20240501", "limit": "4"},
    {"closest": "2024", "fl": "timestamp,mime"},
    {"closest": "20240802020010", "limit": "1", "filter": "!mime:warc/revisit"},
    {"filter": "=status:200"},
    {"filter": "!=status:200"},
    {"filter": "status:0"},
    {"filter": "~status:[34]..$"},
    {"filter": "!~mime:.*(html|revisit)"},
    {"filter": ["mime:image", "!=status:404"]},
    {"filter": "!mime:warc/revisit", "sort": "reverse", "limit": "5"},
    {"filter": "=mimetype:text/html", "fl": "url,status"},
    {"filter": "original:bai-"},
    {"filter": "statuscode:404"},
    {"filter": "method:POST"},
    {"filter": "digest:sha1:"},
    {"filter": "chu-hoa"},
    {"fl": "urlkey,timestamp,status,redirect"},
    {"fields": "timestamp,length,offset,filename"},
    {"output": "json"},
    {"output": "json", "fl": "url,timestamp,method,requestBody"},
    {"output": "text"},
    {"output": "text", "fl": "urlkey,timestamp,digest,method"},
    {"output": "cdxj", "fl": "url,status"},
    {"collapseTime": "4"},
    {"collapseTime": "8", "output": "json"},
    {"collapseTime": "6", "sort": "reverse", "limit": "9"},
    {"resolveRevisits": "true"},
    {"resolveRevisits": "1", "output": "json", "filter": "mime:html"},
    {"resolveRevisits": "1", "sort": "reverse", "limit": "6"},
]


def queries() -> list[dict[str, object]]:
    """Return every address with every span of it, and a part of all combinations with the rest."""
    spans = [(url, "exact") for url in URLS] + [(url, None) for url in URLS[:3]] + SPANS
    all_of_them = [
        {"url": url, **({"matchType": match} if match else {}), **more} for url, match in spans for more in MORE
    ]
    return random.Random(7).sample(all_of_them, 280)


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("cdx") / "data") as client:
        yield client


def lines(client, **query: object) -> list[dict[str, str]]:
    answer = client.get("/cdx", params={"output": "json", **query})
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.xdist_group("replay")
def test_answers_equal_those_of_pywb(client, tmp_path):
    pytest.importorskip("pywb", reason="the extra `replay` is not installed")
    root = client.app.state.served.pool.root
    asked = queries()
    different, with_lines = [], 0
    with pywb(root, tmp_path / "links") as theirs:
        for query in asked:
            # Without guesses at addresses that were never captured, and without the names of its own files.
            text = urlencode({**query, "allowFuzzy": "0", "nosource": "true"}, doseq=True)
            theirs.request("GET", f"/archive/cdx?{text}")
            answer = theirs.getresponse()
            expected = answer.read().decode()
            assert answer.status == 200, (query, expected)
            ours = client.get(f"/cdx?{text}")
            with_lines += bool(expected)
            if ours.text != expected:
                different.append((query, expected[:600], ours.text[:600]))

    assert different == []
    assert len(asked) >= 200
    assert with_lines >= 200


def test_every_page_once_is_the_whole_answer(client):
    told = client.get("/cdx", params={"url": f"{HOST}/*", "showNumPages": "true", "pageSize": "7"}).json()
    pages = [lines(client, url=f"{HOST}/*", page=n, pageSize=7) for n in range(told["pages"])]

    assert told["pageSize"] == 7
    assert [line for page in pages for line in page] == lines(client, url=f"{HOST}/*")
    assert {len(page) for page in pages[:-1]} == {7}
    assert lines(client, url=f"{HOST}/*", page=told["pages"], pageSize=7) == []


def test_neighbours_with_an_equal_field_collapse(client):
    all_of_it = lines(client, url=f"{HOST}/*")
    by_key = lines(client, url=f"{HOST}/*", collapse="urlkey")
    by_year = lines(client, url=SAME, collapse="timestamp:4")

    assert [line["urlkey"] for line in by_key] == sorted({line["urlkey"] for line in all_of_it})
    assert len(by_year) == 1


def test_a_field_may_be_called_as_in_other_cdx_servers(client):
    one = lines(client, url=SAME, limit=1, fl="original,statuscode,mimetype")

    assert one == [{"original": SAME, "statuscode": "200", "mimetype": "text/html"}]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", "url: give the address"),
        ("url=", "url: give the address"),
        ("url=*", "url: nothing is left"),
        ("url=a.vn&matchType=near", "matchType: 'near'"),
        ("url=a.vn&from=yesterday", "from: 'yesterday' is no time"),
        ("url=a.vn&to=202401010000000", "to: '202401010000000' is no time"),
        ("url=a.vn&limit=0", "limit: '0' is none"),
        ("url=a.vn&limit=-5", "limit: '-5' is none"),
        ("url=a.vn&limit=many", "limit: 'many' is none"),
        ("url=a.vn&limit=²", "limit: '²' is none"),
        ("url=a.vn&page=-1", "page: '-1' is none"),
        ("url=a.vn&pageSize=0", "pageSize: '0' is none"),
        ("url=a.vn&sort=up", "sort: 'up' is none"),
        ("url=a.vn&sort=closest", "sort: closest needs a time"),
        ("url=a.vn&closest=now", "closest: 'now' is no time"),
        ("url=a.vn&output=xml", "output: 'xml' is none"),
        ("url=a.vn&fl=url,size", "fl: 'size' is no field"),
        ("url=a.vn&filter=size:3", "filter: 'size' is no field"),
        ("url=a.vn&filter=~url:(", "filter: '(' is no regular expression"),
        ("url=a.vn&filter=~url:" + "a" * 201, "a regular expression of 201 characters"),
        ("url=a.vn&" + "&".join(["filter=url:a"] * 21), "more than 20"),
        ("url=a.vn&collapse=size", "collapse: 'size' is no field"),
        ("url=a.vn&collapse=timestamp:x", "collapse: 'x' is none"),
        ("url=a.vn&collapseTime=0", "collapseTime: '0' is none"),
        ("url=a.vn&limit=1&limit=2", "limit: given twice"),
        ("url=a.vn&allowFuzzy=1", "allowFuzzy: addresses are not guessed"),
        ("url=a.vn&filters=status:200", "filters: there is no such parameter"),
    ],
)
def test_what_is_not_understood_is_refused_with_a_sentence(client, query, told):
    answer = client.get(f"/cdx?{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


@pytest.mark.parametrize(
    "url", ["http://", "::", "http://a.vn:99999999/", "%00", "%ff%fe", "a" * 3000, "http://[::1", "*.", "\U0001f600"]
)
def test_odd_addresses_have_no_captures(client, url):
    for match in ("exact", "prefix", "host", "domain"):
        answer = client.get("/cdx", params={"url": url, "matchType": match, "limit": 3})

        assert answer.status_code in (200, 400), (match, answer.text)


def test_a_regular_expression_that_would_never_end_is_stopped(client):
    answer = client.get("/cdx", params={"url": f"{HOST}/*", "filter": r"~url:(\S|\S\S)*\.htm$"})

    assert answer.status_code == 400
    assert "takes too long" in answer.json()["detail"]


def test_what_is_taken_down_is_left_out(tmp_path):
    with serving(tmp_path / "data") as client:
        (tmp_path / "data/takedown.toml").write_text(
            f'[[takedown]]\nurl = "{NEWS.replace("https", "http")}"\nreason = "x"\ndate = 2026-01-01\n'
            '[[takedown]]\nsite = "nghe_an"\nreason = "x"\ndate = 2026-01-01\n'
        )

        assert lines(client, url=NEWS) == []
        assert lines(client, url="*.nghean.gov.vn") == []
        assert lines(client, url=SAME)


def test_under_a_prefix_and_for_scripts_of_other_origins(tmp_path):
    with serving(tmp_path / "data", prefix="/kho") as client:
        answer = client.get("/kho/cdx", params={"url": SAME})

        assert answer.headers["access-control-allow-origin"] == "*"
        assert len(answer.text.splitlines()) == 4
