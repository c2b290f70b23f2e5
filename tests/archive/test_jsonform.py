"""The JSON form gives back what went in, in the fields' order, in the zones that belong."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import ArchiveError
from archive.jsonform import from_json, to_json
from archive.model import Article, Attachment, Capture, Exif, Image, Location
from archive.times import VN
from tests.archive.facts import make_article, make_capture

moments = st.datetimes(
    datetime(1995, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, VN]), allow_imaginary=False
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
maybe_text = st.none() | texts
whole = st.none() | st.integers(0, 2**53)
exifs = st.none() | st.builds(Exif, date=maybe_text, camera=maybe_text, gps=st.booleans())
images = st.builds(
    Image,
    url=texts,
    position=st.integers(0, 99),
    **dict.fromkeys(("alt", "caption", "credit", "mime", "sha256", "dhash", "capture"), maybe_text),
    **dict.fromkeys(("width", "height", "size_bytes"), whole),
    exif=exifs,
)
attachments = st.builds(
    Attachment,
    url=texts,
    position=st.integers(0, 99),
    **dict.fromkeys(("title", "mime", "sha256", "capture"), maybe_text),
    size_bytes=whole,
)
several = st.lists(texts, max_size=3).map(tuple)
articles = st.builds(
    Article,
    **dict.fromkeys(("site", "url", "title", "text", "parser"), texts),
    **dict.fromkeys(("source_id", "summary", "source", "section", "language", "capture"), maybe_text),
    **dict.fromkeys(("published", "modified"), st.none() | moments),
    **dict.fromkeys(("authors", "photographers", "tags"), several),
    published_precision=st.sampled_from([None, "day", "minute", "second"]),
    captured=moments,
    confidence=st.none() | st.dictionaries(texts, st.floats(0, 1), max_size=4),
    images=st.lists(images, max_size=2).map(tuple),
    attachments=st.lists(attachments, max_size=2).map(tuple),
)


@settings(max_examples=50)
@given(articles)
def test_every_article_survives_a_round_trip(article):
    line = to_json(article)

    assert from_json(line, Article) == article
    assert b"\n" not in line
    assert list(json.loads(line)) == [field.name for field in fields(Article)]


def test_a_capture_survives_a_round_trip():
    capture = make_capture(1, via="https://skhcn.hatinh.gov.vn/", location=Location("warcs/a.warc.gz", 2**40, 9))

    assert from_json(to_json(capture), Capture) == capture


def test_times_are_written_in_the_zone_they_belong_to():
    article = make_article(make_capture(1))
    moved = replace(article, published=article.published.astimezone(UTC), captured=article.captured.astimezone(VN))

    written = json.loads(to_json(moved))

    assert written["published"] == "2025-02-28T14:30:00+07:00"
    assert written["captured"] == "2025-03-01T01:00:00.250000Z"
    assert from_json(to_json(moved), Article).published.tzinfo is VN


def test_a_time_keeps_the_zone_that_the_page_prints():
    paris = datetime.fromisoformat("2025-02-28T23:30:00+01:00")

    line = to_json(make_article(make_capture(1), published=paris))

    assert b'"published":"2025-02-28T23:30:00+01:00"' in line
    assert from_json(line, Article).published.isoformat() == paris.isoformat()


def test_an_article_is_hashable_whatever_its_confidence():
    article = make_article(make_capture(1))

    assert hash(replace(article, confidence={"title": 0.5})) == hash(article)


def test_vietnamese_is_written_as_it_is():
    assert "Hà Tĩnh đẩy mạnh chuyển đổi số".encode() in to_json(make_article(make_capture(1)))


def test_unknown_keys_are_ignored():
    line = to_json(Exif(camera="X")).replace(b"{", b'{"later": 1, ', 1)

    assert from_json(line, Exif) == Exif(camera="X")


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"url": 1, "position": 0}', b"\xff"])
def test_what_is_no_such_object_is_refused(line):
    with pytest.raises(ArchiveError, match="not the JSON of Image"):
        from_json(line, Image)


def test_what_can_not_be_written_is_refused():
    article = make_article(make_capture(1))

    with pytest.raises(ValueError, match=r"published: .* no time zone"):
        to_json(replace(article, published=datetime(2025, 1, 1)))
    with pytest.raises(ValueError, match="surrogates"):
        to_json(replace(article, title="\ud800"))
