"""OAI-PMH 2.0: a public harvester reads all, nothing that changed is missed, and every error has its code."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from lxml import etree

from archive.catalog import Catalog
from archive.takedown import takedown
from archive.web import oai
from archive.web.app import create_app
from archive.web.oai_ledger import Asked, Ledger
from archive.web.sites import SiteFacts
from tests.web.captured import FIRST, HOST, NEWS, Crawl, article, made, serving

NS = {
    "o": "http://www.openarchives.org/OAI/2.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
}
SCHEMA = etree.XMLSchema(file=str(Path(__file__).parent / "oai" / "protocol.xsd"))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    sites = [SiteFacts("ha_tinh", "Sở Khoa học và Công nghệ Hà Tĩnh", "Ha Tinh")]
    with serving(tmp_path_factory.mktemp("oai") / "data", sites=sites) as client:
        yield client


def ask(client, query: str, **options):
    """Return the answer to a request, after what the schema demands of every answer was looked at."""
    answer = client.get(f"/oai?{query}", **options)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/xml")
    root = etree.fromstring(answer.content)
    check_form(root)
    return root


def check_form(root) -> None:
    """Hold an answer against the format: which elements there are, in which order, how often, with what in them."""
    SCHEMA.assertValid(root)
    for record in root.iterfind(".//o:record", NS):
        is_deleted = record[0].get("status") == "deleted"
        assert is_deleted == (record.find("o:metadata", NS) is None)
    for token in root.iterfind(".//o:resumptionToken", NS):
        assert int(token.get("cursor")) < int(token.get("completeListSize"))


def code(root) -> str | None:
    error = root.find("o:error", NS)
    return error.get("code") if error is not None else None


def headers(root) -> dict[str, str]:
    """Return the identifiers in an answer, each with "deleted" or the datestamp."""
    return {
        each.findtext("o:identifier", None, NS): each.get("status") or each.findtext("o:datestamp", None, NS)
        for each in root.iterfind(".//o:header", NS)
    }


def harvest(client, query: str) -> dict[str, str]:
    """Return all headers of a list."""
    verb, found = query.partition("&")[0], {}
    while True:
        root = ask(client, query)
        assert code(root) in (None, "noRecordsMatch"), etree.tostring(root)
        found |= headers(root)
        token = root.findtext(".//o:resumptionToken", None, NS)
        if not token:
            return found
        query = f"{verb}&resumptionToken={token}"


@contextmanager
def listening(root):
    """Serve an archive on a port of this machine."""
    server = uvicorn.Server(uvicorn.Config(create_app(root), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/oai"
    finally:
        server.should_exit = True
        thread.join()


def test_a_public_harvester_reads_all(tmp_path, monkeypatch):
    scythe = pytest.importorskip("oaipmh_scythe")
    monkeypatch.setattr(oai, "RECORDS", 4)
    monkeypatch.setattr(oai, "IDENTIFIERS", 3)
    root = tmp_path / "data"
    root.mkdir()
    made(root)
    with listening(root) as address, scythe.Scythe(address) as harvester:
        identity = harvester.identify()
        formats = list(harvester.list_metadata_formats())
        sets = list(harvester.list_sets())
        records = list(harvester.list_records(metadata_prefix="oai_dc"))
        identifiers = list(harvester.list_identifiers(metadata_prefix="oai_dc"))
        of_set = list(harvester.list_records(metadata_prefix="oai_dc", set_="ha_tinh", ignore_deleted=True))
        one = harvester.get_record(identifier=of_set[0].header.identifier, metadata_prefix="oai_dc")

    assert identity.protocolVersion == "2.0"
    assert [each.metadataPrefix for each in formats] == ["oai_dc"]
    assert [each.setSpec for each in sets] == ["ha_tinh", "nghe_an"]
    assert len(records) == len(identifiers) == 16
    assert {each.header.identifier for each in records} == {each.identifier for each in identifiers}
    assert sum(each.deleted for each in records) == 2
    assert len(of_set) == 7
    titles = {each.metadata["title"][0] for each in of_set}
    assert "Giống lúa mới, lần 3" in titles
    assert "Bài 0, <b>bản</b> & 1" in titles
    assert one.metadata["creator"] == ["Tùng Như"]
    assert one.metadata["publisher"] == ["ha_tinh"]


def test_the_six_verbs_answer_in_the_form_of_the_schema(client):
    for query in ("verb=Identify", "verb=ListSets", "verb=ListMetadataFormats"):
        assert code(ask(client, query)) is None
    listed = ask(client, "verb=ListRecords&metadataPrefix=oai_dc&set=ha_tinh")
    live = next(name for name, told in headers(listed).items() if told != "deleted")
    gone = next(name for name, told in headers(listed).items() if told == "deleted")

    assert code(ask(client, f"verb=ListMetadataFormats&identifier={live}")) is None
    assert ask(client, f"verb=GetRecord&metadataPrefix=oai_dc&identifier={live}").find(".//oai_dc:dc", NS) is not None
    assert ask(client, f"verb=GetRecord&metadataPrefix=oai_dc&identifier={gone}").find(".//o:metadata", NS) is None
    assert listed.findtext(".//dc:publisher", None, NS) == "Sở Khoa học và Công nghệ Hà Tĩnh"
    posted = client.post("/oai", data={"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "ha_tinh"})
    assert headers(etree.fromstring(posted.content)) == headers(listed)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "badVerb"),
        ("verb=", "badVerb"),
        ("verb=listRecords", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=a", "badArgument"),
        ("verb=Identify&x", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2025", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-02-30", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-01T00:00:00", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-01T25:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-01&until=2025-01-02T00:00:00Z", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-02&until=2025-01-01", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&identifier=x", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=none", "noRecordsMatch"),
        ("verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01", "noRecordsMatch"),
        ("verb=ListIdentifiers&metadataPrefix=oai_dc&from=2999-01-01", "noRecordsMatch"),
        ("verb=ListRecords&resumptionToken=nonsense", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=%00%ff", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=x", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:x:y", "idDoesNotExist"),
        ("verb=ListRecords&metadataPrefix=m@rc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=a b", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc&from=yesterday", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:khcn.archive:" + "0" * 32, "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=%3Cx%3E%00", "badArgument"),
        ("verb=ListMetadataFormats&identifier=http://example.vn/x", "idDoesNotExist"),
    ],
)
def test_every_error_has_its_code(client, query, expected):
    root = ask(client, query)

    assert code(root) == expected
    assert bool(root[1].attrib) == (expected not in ("badVerb", "badArgument"))


def test_a_list_is_gone_on_with_after_a_restart_and_by_another_server(tmp_path, monkeypatch):
    monkeypatch.setattr(oai, "IDENTIFIERS", 5)
    with serving(tmp_path / "data") as client:
        first = ask(client, "verb=ListIdentifiers&metadataPrefix=oai_dc")
    token = first.find(".//o:resumptionToken", NS)
    with serving(tmp_path / "data") as client:
        rest = harvest(client, f"verb=ListIdentifiers&resumptionToken={token.text}")
        last = ask(client, f"verb=ListIdentifiers&resumptionToken={token.text}")

        assert (token.get("completeListSize"), token.get("cursor")) == ("16", "0")
        assert not headers(first).keys() & rest.keys()
        assert len(headers(first) | rest) == 16
        assert last.find(".//o:resumptionToken", NS).get("cursor") == "5"
        assert code(ask(client, f"verb=ListRecords&resumptionToken={token.text}")) == "badResumptionToken"
        for suffix in ("", "-wal", "-shm"):
            (tmp_path / f"data/oai.sqlite3{suffix}").unlink(missing_ok=True)
        assert code(ask(client, f"verb=ListIdentifiers&resumptionToken={token.text}")) == "badResumptionToken"


def test_who_asks_since_last_time_hears_of_every_change_and_of_nothing_else(tmp_path):
    """Dates of captures would not do: what comes late, by an import or a rebuild, was captured long ago."""
    root = tmp_path / "data"
    root.mkdir()
    made(root)
    ledger, now = Ledger(root), datetime(2026, 1, 1, tzinfo=UTC)

    def changed(after: datetime) -> dict[str, bool]:
        stamp = (after + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {item.article: item.is_deleted for item in ledger.items(Asked(stamp), 100)}

    with Catalog.open(root / "catalog.sqlite3") as catalog:

        def look(days: int) -> dict[str, bool]:
            ledger._gone = (float("-inf"), -1, frozenset())
            ledger.catch_up(catalog, takedown(root), now + timedelta(days=days))
            return changed(now + timedelta(days=days - 1))

        assert len(look(0)) == 16
        assert look(1) == {}

        late = Crawl(root, catalog, "ha_tinh", HOST, 0)
        late.moment = FIRST - timedelta(days=900)
        kept = late.ask(f"https://{HOST}/tin/den-muon.html", b"HTTP/1.1 200 OK\r\n\r\n<p>x")
        catalog.add_article(article(kept, "Đến muộn"))
        late.writer.close()
        found = look(2)
        assert list(found.values()) == [False]

        catalog.retract([kept.id])
        assert look(3) == dict.fromkeys(found, True)
        assert look(4) == {}

        (root / "takedown.toml").write_text(f'[[takedown]]\nurl = "{NEWS}"\nreason = "x"\ndate = 2026-01-01\n')
        taken = look(5)
        assert list(taken.values()) == [True]
        (root / "takedown.toml").write_text(
            f'[[takedown]]\nurl = "{NEWS}"\nreason = "x"\ndate = 2026-01-01\nlifted = 2026-01-02\n'
        )
        assert look(6) == dict.fromkeys(taken, False)

        again = Crawl(root, catalog, "nghe_an", "khcn.nghean.gov.vn", 7)
        again.article("https://khcn.nghean.gov.vn/tin/bai-1.html", "Bài 1, sửa")
        again.writer.close()
        assert list(look(7).values()) == [False]


def test_a_catalog_made_anew_changes_no_dates(tmp_path):
    root = tmp_path / "data"
    root.mkdir()
    made(root)
    ledger = Ledger(root)
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        ledger.catch_up(catalog, takedown(root), datetime(2026, 1, 1, tzinfo=UTC))
        with Catalog.open(root / "anew.sqlite3") as anew:
            anew.replace_sites(None, catalog)
            assert anew.generation() != catalog.generation()
            ledger.catch_up(anew, takedown(root), datetime(2026, 1, 2, tzinfo=UTC))

    assert {item.stamp for item in ledger.items(Asked(), 100)} == {"2026-01-01T00:00:00Z"}


def test_an_empty_archive_answers_too(tmp_path):
    (tmp_path / "data").mkdir()
    Catalog.open(tmp_path / "data/catalog.sqlite3").close()
    with serving(tmp_path / "data") as client:
        assert code(ask(client, "verb=Identify")) is None
        assert code(ask(client, "verb=ListSets")) == "noSetHierarchy"
        assert code(ask(client, "verb=ListRecords&metadataPrefix=oai_dc")) == "noRecordsMatch"
