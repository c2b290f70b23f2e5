"""Which readings of equal content are one version, and that the order in which they came says nothing."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.catalog.identity import content_hash
from archive.catalog.variants import variants
from archive.model import Attachment, Image
from tests.archive.facts import PAGE, keep, make_article, make_capture
from tests.engines import empty_catalog

pytestmark = pytest.mark.usefixtures("each_engine")

DARK, DARK_AGAIN, LIGHT = "00000000000000ff", "000000000000000f", "ffffffff00000000"


def seen(number: int, *pictures, section=None, url=PAGE, document=None, **changes):
    """A reading with pictures of those (width, dhash), null for one that could not be fetched."""
    images = tuple(
        Image(f"{PAGE}/{number}.jpg", place)
        if told is None
        else Image(f"{PAGE}/{number}.jpg", place, width=told[0], height=600, dhash=told[1], capture=make_capture(99).id)
        for place, told in enumerate(pictures)
    )
    attachments = (Attachment(PAGE + "/k.pdf", 0, sha256=document),)
    return make_article(
        make_capture(number, url), images=images, printed_section=section, attachments=attachments, **changes
    )


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        ([[(800, DARK)], [(800, DARK_AGAIN)]], [0, 0]),
        ([[(800, DARK)], [(800, LIGHT)]], [0, 1]),
        ([[(800, DARK)], [(640, DARK)]], [0, 1]),
        ([[(800, DARK)], [(800, LIGHT)], [(800, DARK)]], [0, 1, 0]),
        ([[(800, DARK)], [None], [(800, DARK)]], [0, 0, 0]),
        ([[(800, DARK)], [(800, LIGHT)], [None], [(800, LIGHT)]], [0, 1, 1, 1]),
        ([[None], [(800, DARK)], [(800, LIGHT)]], [0, 0, 1]),
        ([[(800, DARK), None], [None, (800, LIGHT)], [(800, DARK), (800, DARK)]], [0, 0, 1]),
        ([[(800, None)], [(800, DARK)], [(640, None)]], [0, 0, 1]),
        ([[(800, DARK)], [(800, LIGHT)], [(800, None)]], [0, 1, 1]),
    ],
    ids=[
        "sent anew in another quality",
        "another picture at its address",
        "in another size",
        "the first one again",
        "not fetched for once",
        "not fetched after a change",
        "fetched at last",
        "each known from another reading",
        "a size alone",
        "a size alone after a change",
    ],
)
def test_a_picture_makes_a_version_when_it_is_known_to_be_another(history, expected):
    assert variants([seen(number, *pictures) for number, pictures in enumerate(history)]) == expected


def test_a_section_counts_when_the_page_names_it_at_the_same_address():
    elsewhere = PAGE + "?muc=2"
    told = [
        seen(1, section="Tin tức"),
        replace(seen(2, section="TIN TỨC"), section="Mục khác"),
        seen(3, section="Sự kiện", url=elsewhere),
        seen(4),
        seen(5, section="Thông báo"),
        seen(6, section="Sự kiện", url=elsewhere),
    ]

    assert variants(told) == [0, 0, 0, 0, 1, 1]


def test_a_document_of_other_bytes_makes_a_version():
    assert variants([seen(n, document=sha256) for n, sha256 in enumerate(("ab", None, "ab", "cd", None))]) == [
        0, 0, 0, 1, 1,
    ]  # fmt: skip


def test_pictures_that_come_and_go_are_other_content_and_their_addresses_are_not():
    one, moved, two = seen(1, None), seen(2, None), seen(1, None, None)

    assert content_hash(one) == content_hash(moved) != content_hash(two)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (PAGE + "/k.pdf", PAGE + "/k.pdf?utm_source=zalo", True),
        (PAGE + "/k.pdf", PAGE.replace("https://", "http://www.") + "/k.pdf", True),
        (PAGE + "/k.pdf", PAGE + "/k2.pdf", False),
        (PAGE + "/k.pdf?id=1", PAGE + "/k.pdf?id=2", False),
    ],
)
def test_a_document_is_known_by_its_address_without_marks_of_origin(one, other, same):
    a, b = (make_article(make_capture(1), attachments=(Attachment(url, 0),)) for url in (one, other))

    assert (content_hash(a) == content_hash(b)) is same


def test_documents_move_with_their_site():
    old, new = "http://sokhcn.hatinh.gov.vn", "https://skhcn.hatinh.gov.vn"
    a, b = (
        make_article(make_capture(1, host + "/tin"), attachments=(Attachment(host + "/k.pdf", 0),))
        for host in (old, new)
    )

    assert content_hash(a) == content_hash(b)


PICTURES = st.sampled_from([None, (800, DARK), (800, DARK_AGAIN), (800, LIGHT), (800, "00000000000003ff"), (640, DARK)])
READING = st.tuples(
    st.sampled_from("AAB"), PICTURES, PICTURES, st.sampled_from([None, "Tin", "Mục"]), st.sampled_from(["", "?x=1"])
)


@settings(max_examples=20, deadline=None)
@given(st.lists(READING, min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_rows_and_what_is_taken_back_leaves_no_trace(history, chance: random.Random):
    """Each is told up to three times: early without its files, then whole."""
    readings = [
        replace(
            seen(10 + number, one, two, section=section, url=PAGE + query),
            title=title,
            source_id="7",
            section=str(number),
        )
        for number, (title, one, two, section, query) in enumerate(history)
    ]
    captures = [make_capture(99), *(make_capture(int(each.capture[-12:]), each.url) for each in readings)]
    early = [
        replace(each, images=tuple(Image(image.url, image.position) for image in each.images)) for each in readings
    ]
    told = [[a, b, b][chance.randrange(3) :] or [b] for a, b in zip(early, readings, strict=True)]
    order = [number for number, states in enumerate(told) for _ in states]
    chance.shuffle(order)
    gone = {number for number in range(len(readings)) if chance.random() < 0.3}
    rest = [each for number, each in enumerate(readings) if number not in gone]

    with (
        empty_catalog() as shuffled,
        empty_catalog() as straight,
        empty_catalog() as never,
    ):
        keep(shuffled, [told[number].pop(0) for number in order], captures)
        keep(straight, readings, captures)
        keep(never, rest, captures)

        assert list(shuffled.dump()) == list(straight.dump())
        by_content = {}
        for each in readings:
            by_content.setdefault(content_hash(each), []).append(each)
        assert straight.counts()["versions"] == sum(max(variants(same)) + 1 for same in by_content.values())
        for each in readings:
            assert straight.article(each.url, at=each.captured).title == each.title

        shuffled.retract([readings[number].capture for number in gone])
        assert list(shuffled.dump()) == list(never.dump())


def test_thirty_equal_checks_keep_their_details_once():
    readings = [seen(1, (800, DARK), section="Tin"), *(seen(2, None, section="Tin") for _ in range(29))]
    readings = [
        replace(each, capture=make_capture(n).id, captured=make_capture(n).date) for n, each in enumerate(readings)
    ]
    with empty_catalog() as catalog:
        keep(catalog, readings, [make_capture(99)])
        rows = [line.partition("\t")[0] for line in catalog.dump()]

        assert (rows.count("observations"), rows.count("versions"), rows.count("details")) == (30, 1, 1)
        assert catalog.article(PAGE).images[0].dhash == DARK
