"""Other people's programs read what is exported, and find in it what the archive holds."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shutil
import subprocess
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import etree

from archive.export.atom import About, AtomFeed, Newest
from archive.export.csv import Csv, bare, cells, columns
from archive.export.job import export_folder
from archive.export.record import checked_json
from archive.export.text import NAME_BYTES, TextTree, file_name, page_of
from tests.archive.export_site import EVERY, LATEST, RECOVERED, TITLES, TOLD, make_catalog, opened

ATOM = "{http://www.w3.org/2005/Atom}"
FORMULA = re.compile("[=+\\-@\t\r\n＝＋－＠]")


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    return make_catalog(tmp_path_factory.mktemp("data") / "catalog.sqlite3")


@pytest.fixture(scope="module")
def records(catalog):
    with opened(catalog, EVERY) as source:
        return list(source.records())


# --- CSV --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def table(records):
    out = io.BytesIO()
    Csv().write(iter(records), out)
    return out.getvalue()


def test_no_cell_is_a_formula_and_each_can_be_read_back(records, table):
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    titles = [bare(row["title"]) for row in rows]

    assert [cell for row in rows for cell in row.values() if FORMULA.match(cell)] == []
    assert titles == [record.title for record in records]
    assert set(TITLES) < set(titles)
    assert next(json.loads(row["images"])[0]["caption"] for row in rows if row["images"] != "[]") == "=Chú thích"


def test_a_table_begins_with_a_byte_order_mark_and_ends_its_lines_as_the_rfc_says(records, table):
    text = table.decode("utf-8-sig")

    assert table.startswith(b"\xef\xbb\xbfsite,url,")
    assert len(re.findall("\r\n", text)) == 1 + len(records)
    assert text.endswith("\r\n")
    assert len(cells(records[0])) == len(columns())


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_shows_no_formula(table, records, tmp_path):
    for name, content in {"a": table, "formula": b"site\r\n=1+1\r\n"}.items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    # Its own profile, for an office that somebody has open would be asked instead.
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "fods", "--outdir", str(tmp_path)]
    done = subprocess.run(
        [*command, "a.csv", "formula.csv"], cwd=tmp_path, capture_output=True, timeout=300, check=True
    )
    sheets = {path.stem: etree.parse(path, etree.XMLParser(huge_tree=True)) for path in tmp_path.glob("*.fods")}

    assert set(sheets) == {"a", "formula"}, done.stderr
    formulas = {name: len(sheet.xpath("//@*[local-name() = 'formula']")) for name, sheet in sheets.items()}
    assert formulas == {"a": 0, "formula": 1}
    shown = ["".join(cell.itertext()) for cell in sheets["a"].xpath("//*[local-name() = 'p']")]
    assert [text for text in shown if "HYPERLINK" in text] == ["'" + TITLES[0]]


def test_pandas_and_duckdb_read_the_table(table, records, tmp_path):
    pandas = pytest.importorskip("pandas")
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "a.csv"
    path.write_bytes(table)
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False)
    rows = duckdb.sql(f"SELECT title, captured FROM read_csv('{path}', all_varchar=true, header=true)").fetchall()

    assert [bare(title) for title in frame["title"]] == [record.title for record in records]
    assert next(iter(frame)) == "site"
    assert {bare(title) for title, _ in rows} == {record.title for record in records}


# --- Parquet ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parquet(catalog, tmp_path_factory):
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    from archive.export.parquet import Parquet

    path = tmp_path_factory.mktemp("out") / "parquet"
    with opened(catalog, EVERY) as source:
        export_folder(source, Parquet(), path, TOLD)
    return path


def test_pyarrow_reads_typed_columns(parquet, records):
    import pyarrow.dataset as dataset

    table = dataset.dataset(parquet / "articles", partitioning="hive").to_table()
    types = {
        name: str(table.schema.field(name).type) for name in ("published", "captured", "authors", "location", "year")
    }

    assert types == {
        "published": "timestamp[us, tz=Asia/Ho_Chi_Minh]",
        "captured": "timestamp[us, tz=UTC]",
        "authors": "list<element: string>",
        "location": "struct<warc: string, offset: int64, length: int64>",
        "year": "int32",
    }
    rows = {(row["id"], row["n"]): row for row in table.to_pylist()}
    for record in records:
        row = rows[record.id, record.n]
        assert {name: row[name] for name in ("site", "title", "text", "published", "state")} == {
            name: getattr(record, name) for name in ("site", "title", "text", "published", "state")
        }
        assert row["authors"] == list(record.authors)
        assert dict(row["confidence"] or {}) == (record.confidence or {})
    assert len(rows) == len(records)


def test_pandas_and_duckdb_join_the_tables(parquet, records):
    pandas = pytest.importorskip("pandas")
    duckdb = pytest.importorskip("duckdb")
    images = pandas.read_parquet(parquet / "images")
    query = f"""
        SELECT site, year, count(*), count(i.url) FILTER (i.exif.camera = 'Canon'), count(DISTINCT a.id || a.n)
        FROM '{parquet}/articles/**/*.parquet' a
        LEFT JOIN '{parquet}/images/**/*.parquet' i ON i.article = a.id AND i.n = a.n
        GROUP BY ALL ORDER BY ALL
    """
    rows = duckdb.sql(query.replace("site, year", "a.site, a.year")).fetchall()

    assert len(images) == sum(len(record.images) for record in records)
    assert sum(row[4] for row in rows) == len(records)
    assert sum(row[3] for row in rows) == sum(1 for record in records if record.images)
    assert ("hau_giang", 2099) in {(row[0], row[1]) for row in rows}


# --- texts ------------------------------------------------------------------------------------


def test_yaml_reads_in_front_what_the_record_says(records):
    yaml = pytest.importorskip("yaml")
    for record in records:
        page = page_of(record).decode()
        front, _, text = page.removeprefix("---\n").partition("\n---\n\n")
        value = yaml.safe_load(front)
        told = json.loads(checked_json(record))
        for document in told["attachments"]:
            del document["text"]

        assert value == {key: entry for key, entry in told.items() if key != "text"}
        assert text == record.text + "\n"


def test_names_of_files_suit_every_file_system(catalog, tmp_path):
    with opened(catalog) as source:
        export_folder(source, TextTree(), tmp_path / "text", TOLD)
    paths = [path.relative_to(tmp_path / "text").as_posix() for path in (tmp_path / "text").rglob("*.md")]
    names = [path.rpartition("/")[2] for path in paths]

    assert len(paths) == len({path.casefold() for path in paths}) == len(TITLES) + 14
    assert max(len(name.encode()) for name in names) <= NAME_BYTES
    assert [name for name in names if not re.fullmatch(r"\d{4}-\d\d-\d\d-[^\W_]+(-[^\W_]+)*\.md", name)] == []
    assert [name for name in names if unicodedata.normalize("NFC", name) != name] == []
    assert sum(path.startswith("hau_giang/2025/2025-01-01-cung-mot-tieu-de") for path in paths) == 6
    assert (tmp_path / "text/hau_giang/2025/2025-01-01-cung-mot-tieu-de.md").exists()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("CON", "2024-05-06-con.md"),
        ("../../etc/passwd", "2024-05-06-etc-passwd.md"),
        ("!!!", "2024-05-06-0a1b2c3d.md"),
        ("漢字" * 100, "2024-05-06-" + "漢字" * 17 + "漢.md"),
        ("x" * 400, "2024-05-06-" + "x" * 106 + ".md"),
        ("Đổi mới " * 60, "2024-05-06-" + "-".join(["doi", "moi"] * 13) + ".md"),
    ],
)
def test_a_name_is_the_day_and_the_words_of_the_title(records, title, name):
    record = replace(records[0], title=title, id="0a1b2c3d" * 4, published=datetime(2024, 5, 6, tzinfo=UTC))

    assert file_name(record) == name
    assert len(name.encode()) <= NAME_BYTES


# --- feed -------------------------------------------------------------------------------------


def feed_of(records, limit=100, url="https://example.org/tin tức.atom"):
    newest = Newest(limit)
    newest.add(records)
    out = io.BytesIO()
    AtomFeed(About("thử", "Tin <mới> & cũ", "Kho lưu trữ", "Quyền", "khcn/0.1.0", url)).write(newest.records(), out)
    return out.getvalue()


def test_a_feed_keeps_to_what_the_rfc_demands(records):
    """Every "MUST" of RFC 4287, sections 3 and 4, that concerns the elements written here."""
    feed = etree.fromstring(feed_of(records))
    entries = feed.findall(f"{ATOM}entry")

    for element, needed in [(feed, ("id", "title", "updated", "author"))] + [
        (entry, ("id", "title", "updated")) for entry in entries
    ]:
        assert [len(element.findall(ATOM + name)) for name in needed if name != "author"] == [1] * (
            len(needed) - ("author" in needed)
        )
    for entry in entries:
        links = entry.findall(f"{ATOM}link")
        assert len([link for link in links if link.get("rel") == "alternate"]) == 1
        assert len(entry.findall(f"{ATOM}content")) == len(entry.findall(f"{ATOM}published")) == 1
        assert len(entry.findall(f"{ATOM}summary")) <= 1
    for moment in feed.iter(f"{ATOM}updated", f"{ATOM}published"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment.text)
    for link in feed.iter(f"{ATOM}link"):
        assert re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+", link.get("href"))
        assert not set(' <>"{}|\\^`') & set(link.get("href"))
    for author in feed.iter(f"{ATOM}author"):
        assert [child.tag for child in author] == [f"{ATOM}name"]
    for category in feed.iter(f"{ATOM}category"):
        assert category.get("term")
    assert feed.find(f"{ATOM}link[@rel='self']").get("href") == "https://example.org/tin%20t%E1%BB%A9c.atom"
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len({record.id for record in records})


def test_the_newest_come_first_and_a_misprinted_date_does_not_stay_on_top(records):
    latest = [record for record in records if "/tin/3" not in record.url]
    entries = etree.fromstring(feed_of(latest, limit=8)).findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") for entry in entries]
    moments = [entry.findtext(f"{ATOM}published") for entry in entries]

    assert titles[:2] == ["Ngày gõ nhầm", "Không có ngày"]  # in the order in which they were captured
    assert moments == sorted(moments, reverse=True)
    assert len(entries) == 8
    assert moments[0] < "2099"


def test_what_xml_can_not_hold_and_html_would_take_for_markup_is_kept_from_both(records):
    feed = etree.fromstring(feed_of(records, limit=1000))
    by_title = {entry.findtext(f"{ATOM}title"): entry for entry in feed.findall(f"{ATOM}entry")}
    content = next(iter(by_title.values())).find(f"{ATOM}content")
    shown = etree.HTML(content.text)

    assert "\ufffd\ufffd\ufffd lạ" in by_title
    assert "Sở KH&CN <b>đậm</b> ]]>" in by_title
    assert content.get("type") == "html"
    assert shown.findall(".//script") == []
    assert "<script>Đoạn hai & hết.</script>" in html.unescape("".join(shown.itertext()))


def test_what_is_gone_is_told_apart(records):
    feed = etree.fromstring(feed_of(records))
    gone = [
        entry.findtext(f"{ATOM}title")
        for entry in feed.findall(f"{ATOM}entry")
        if entry.find(f"{ATOM}category[@scheme='urn:khcn:state'][@term='gone']") is not None
    ]

    assert gone == [TITLES[1]]


def test_a_feed_tells_what_was_recovered_and_from_where(records):
    feed = etree.fromstring(feed_of(records))
    entries = [
        (origin.get("term"), [link.get("href") for link in entry.findall(f"{ATOM}link[@rel='via']")])
        for entry in feed.findall(f"{ATOM}entry")
        for origin in entry.findall(f"{ATOM}category[@scheme='urn:khcn:origin']")
    ]

    assert sorted(entries) == [("import", []), ("recover", [RECOVERED.source])]


def test_a_feed_of_the_newest_does_not_read_the_oldest(catalog):
    with opened(catalog, LATEST) as source:
        newest, read = Newest(5), []
        for end, records in source.newest_first():
            if newest.is_settled(end):
                break
            read.append(end.year - 1)
            newest.add(records)
        every = Newest(5)
        every.add(source.records())

    assert newest.records() == every.records()
    assert read == [2099, 2025]
