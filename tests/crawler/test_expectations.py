"""What a site file expects, held against what was found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.errors import ConfigError
from archive.model import Article
from crawler.expectations import look
from crawler.site_files import load_site
from crawler.sites import Expect
from tests.crawler.other_sites import SITES

NOW = datetime(2025, 6, 11, 20, 0, tzinfo=UTC)  # the 12th in Vietnam


def article(**more) -> Article:
    return Article(**{**REQUIRED, **more})


REQUIRED = {
    "site": "ha_tinh", "url": "http://skhcn.hatinh.gov.vn/a", "source_id": None, "title": "Tin", "summary": None, "text": "Chữ",
    "published": NOW, "published_precision": "day", "modified": None, "authors": (), "photographers": (), "source": None,
    "section": None, "tags": (), "language": "vi", "images": (), "attachments": (), "capture": "urn:uuid:1",
    "captured": NOW, "parser": "generic/1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("newest", "ok", "value"),
    [
        (NOW, True, 0),
        (NOW - timedelta(days=7), True, 7),
        (datetime(2025, 6, 4, 16, 59, tzinfo=UTC), False, 8),  # the 4th in Vietnam, a minute before midnight
        (NOW + timedelta(hours=12), True, 0),
        (None, False, None),
    ],
)
def test_a_site_fell_silent_by_days_in_vietnam(newest, ok, value):
    (found,) = look(Expect(new_within_days=7), newest, [], NOW)

    assert (found.name, found.ok, found.value, found.limit) == ("new_within_days", ok, value, 7)


def test_the_sentence_says_what_was_found_and_what_was_expected():
    found = look(Expect(new_within_days=7), datetime(2025, 6, 1, tzinfo=UTC), [], NOW)

    assert found[0].told == "the newest article is of 2025-06-01, 11 days ago; one within 7 days was expected"


@pytest.mark.parametrize(("empty", "ok"), [(0, True), (2, True), (3, False), (4, False)])
def test_a_field_is_expected_in_half_of_the_articles(empty, ok):
    read = [article(section=None if number < empty else "Tin tức") for number in range(4)]

    (found,) = look(Expect(fields=("section",)), NOW, read, NOW)

    assert (found.name, found.ok, found.value) == ("fields.section", ok, empty / 4)
    assert f"section is empty in {empty} of the 4 articles read" in found.told


@pytest.mark.parametrize("name", ["authors", "images", "summary", "source"])
def test_a_list_without_entries_is_empty_as_no_value_is(name):
    assert not look(Expect(fields=(name,)), NOW, [article()], NOW)[0].ok


def test_a_crawl_that_read_nothing_says_nothing_of_fields():
    assert look(Expect(fields=("section", "title")), NOW, [], NOW) == ()


def test_a_site_of_which_nothing_is_expected_breaks_nothing():
    assert look(Expect(), None, [article()], NOW) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fields = ["titel"]', 'expect.fields[0]: an article has no field "titel"; it has site, url'),
        ("new_within_days = 0", "expect.new_within_days: is a number of days; make it 1 or more"),
        ('new_within_days = "a"', "expect.new_within_days: expected `int | null`, got `str`"),
        ("new_within = 3", 'no such key "new_within" (did you mean "new_within_days"?)'),
    ],
)
def test_an_expectation_that_can_not_be_is_a_fault_of_the_file(tmp_path, text, said):
    path = tmp_path / "ha_tinh.toml"
    path.write_text((SITES / "ha_tinh.toml").read_text("utf-8") + f"\n[expect]\n{text}\n", "utf-8")

    with pytest.raises(ConfigError) as error:
        load_site(path)

    assert said in str(error.value)
