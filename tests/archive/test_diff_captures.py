"""What is compared: a version as its most complete capture showed it, or what the capture that is named showed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from archive.archive import Archive
from archive.catalog import Catalog
from archive.model import Image
from archive.versions import NoSuchVersion
from tests.archive.facts import PAGE, START, keep, make_article, make_capture

DARK = "00000000000000ff"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """A page of which three captures are held: its picture was fetched with the second, and is smaller on the third."""
    root = tmp_path_factory.mktemp("archive")
    with Catalog.open(root / "catalog.sqlite3") as catalog:
        for day, width in enumerate((None, 800, 640)):
            held = make_capture(day + 1, PAGE, date=START + timedelta(days=day))
            image = Image(PAGE + "/1.jpg", 0)
            if width is not None:
                image = Image(image.url, 0, width=width, height=600, dhash=DARK, capture=make_capture(99).id)
            keep(catalog, [make_article(held, images=(image,))], [held, make_capture(99)])
    with Archive(root) as opened:
        yield opened


def day(number: int) -> date:
    return (START + timedelta(days=number)).date()


@pytest.mark.parametrize(
    ("a", "b", "numbers", "days", "changed"),
    [
        (1, 2, (1, 2), (0, 2), {"images"}),
        (day(1), day(2), (1, 2), (1, 2), {"images"}),
        (day(0), day(2), (1, 2), (0, 2), set()),
        (day(0), day(1), (1, 1), (0, 1), set()),
        (day(2), make_capture(2).id, (2, 1), (2, 1), {"images"}),
        (make_capture(1).id, None, (1, 2), (0, 2), set()),
        (START + timedelta(hours=36), day(9), (1, 2), (1, 2), {"images"}),
    ],
)
def test_a_time_or_an_id_names_what_one_capture_showed(archive, a, b, numbers, days, changed):
    found = archive.diff(PAGE, a, b)

    assert (found.a, found.b) == numbers
    assert found.captured == tuple(START + timedelta(days=each) for each in days)
    assert set(found.fields) == changed


@pytest.mark.parametrize("named", ["urn:uuid:00000000-0000-0000-0000-00000000dead", day(-2), 3, 0])
def test_what_is_not_held_is_said(archive, named):
    with pytest.raises(NoSuchVersion, match=r"did not show|no version"):
        archive.diff(PAGE, named)
