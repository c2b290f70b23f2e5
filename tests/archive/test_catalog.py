"""The catalog holds the same rows whatever the order in which facts come."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.catalog.identity import article_id, content_hash
from archive.model import Article, Attachment, Capture, Exif, Image
from archive.times import VN
from tests.archive.facts import CRAWL, PAGE, SITE, START, keep, make_article, make_capture
from tests.engines import empty_catalog

pytestmark = pytest.mark.usefixtures("each_engine")

PARIS = timezone(timedelta(hours=1))


@pytest.fixture
def catalog():
    with empty_catalog() as catalog:
        yield catalog


def test_an_article_comes_back_as_it_went_in(catalog):
    capture, photo, plan = make_capture(1), make_capture(2, PAGE + "/a.jpg"), make_capture(3, PAGE + "/k.pdf")
    image = Image(
        url=photo.url,
        position=0,
        alt="Hội nghị",
        caption="Quang cảnh hội nghị",
        credit="Đình Nam",
        width=800,
        height=600,
        mime="image/jpeg",
        size_bytes=3_000_000_000,
        sha256="ab" * 32,
        dhash="0f" * 8,
        exif=Exif("2025-02-28T09:00:00", "Canon EOS 6D", True),
        capture=photo.id,
    )
    attachment = Attachment(plan.url, 0, "Kế hoạch", "application/pdf", 12, "cd" * 32, plan.id)
    article = make_article(
        capture,
        images=(image, replace(image, position=1, exif=None, capture=None)),
        attachments=(attachment,),
        modified=datetime(2025, 3, 1, 8, 0, 5, tzinfo=VN),
    )

    keep(catalog, [article], [capture, photo, plan])

    assert list(catalog.articles()) == [article]
    assert catalog.article(PAGE) == article
    assert catalog.capture(photo.id) == photo


def test_times_keep_their_zones(catalog):
    keep(catalog, [make_article(make_capture(1))])

    article = catalog.article(PAGE)

    assert article.published.isoformat() == "2025-02-28T14:30:00+07:00"
    assert article.captured.isoformat() == "2025-03-01T01:00:00.250000+00:00"


def test_a_time_keeps_the_zone_that_the_page_prints(catalog):
    keep(catalog, [make_article(make_capture(1), published=datetime(2025, 2, 28, 14, 30, tzinfo=PARIS))])

    assert catalog.article(PAGE).published.isoformat() == "2025-02-28T14:30:00+01:00"


@pytest.mark.parametrize("confidence", [None, {}, {"authors": 0.25, "title": 0.9}], ids=str)
def test_how_sure_the_reader_was_is_kept(catalog, confidence):
    keep(catalog, [make_article(make_capture(1), confidence=confidence)])

    assert catalog.article(PAGE).confidence == confidence


def with_files(article: Article, held: Iterable[Capture] = ()) -> Article:
    """Return an article with a picture and a document, of which those in *held* were captured."""
    ids = {entry.url: entry.id for entry in held}
    photo, plan = PAGE + "/b.jpg", PAGE + "/k.pdf"
    images = (Image(photo, 0, capture=ids.get(photo), width=8 if photo in ids else None),)
    return replace(article, images=images, attachments=(Attachment(plan, 0, capture=ids.get(plan)),))


def facts() -> list[tuple[str, tuple]]:
    """A history with A -> B -> A, three articles, files that are missing at times, two crawls, a redirect."""
    other = PAGE.replace("https://", "http://www.")
    captures = [make_capture(number) for number in range(1, 5)]
    captures += [make_capture(5, other), make_capture(6, PAGE + "-2"), make_capture(7, PAGE + "/a.jpg")]
    captures += [
        make_capture(8, PAGE + "-cu", status=301),
        make_capture(9, crawl="ha_tinh-20250302000000000"),
    ]
    first = [make_article(captures[0]), make_article(captures[1], title="Tên mới"), make_article(captures[2])]
    picture = Image(PAGE + "/a.jpg", 0, caption="Ảnh", capture=captures[6].id)
    rest = [
        make_article(captures[3], section="Tin khác", parser="ha_tinh/2"),
        make_article(captures[4], title="Tên mới"),
        make_article(captures[5], images=(picture,)),
        make_article(captures[8], tags=()),
    ]
    captures += [photo := make_capture(10, PAGE + "/b.jpg"), plan := make_capture(11, PAGE + "/k.pdf")]
    files = ((), (photo,), (photo, plan), (photo, plan), (plan,))
    for number, held in enumerate(files, 12):
        captures.append(make_capture(number, PAGE + "-3", crawl="ha_tinh-20250303000000000"))
        rest.append(with_files(make_article(captures[-1]), held))
    told: list[tuple[str, tuple]] = [("add_captures", ([entry],)) for entry in captures]
    told += [("add_article", (entry,)) for entry in first + rest]
    told += [("add_reading", (captures[0].id, "article", "ha_tinh/1"))]
    told += [("add_reading", (captures[7].id, "redirect", PAGE))]
    told += [("add_crawl", (CRAWL, SITE, START, {"software": "khcn", "operator": "Nguyễn Văn A"}))]
    told += [("add_crawl", (CRAWL, SITE, START + timedelta(days=1), {"software": "khcn"}))]
    return told


def rows_after(told) -> list[str]:
    with empty_catalog() as catalog:
        with catalog.transaction():
            for method, arguments in told:
                getattr(catalog, method)(*arguments)
        return list(catalog.dump())


IN_ORDER = rows_after(facts())


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_facts_in_any_order_and_any_number_give_the_same_rows(chance: random.Random):
    told = facts()
    told += chance.sample(told, k=chance.randrange(len(told)))
    chance.shuffle(told)

    assert rows_after(told) == IN_ORDER


PHOTO, PLAN = make_capture(1, PAGE + "/b.jpg"), make_capture(2, PAGE + "/k.pdf")
SEEN = st.tuples(st.sampled_from("AB"), st.sets(st.sampled_from([PHOTO, PLAN])))


@settings(max_examples=60, deadline=None)
@given(st.lists(SEEN, min_size=1, max_size=6), st.integers(0, 5), st.randoms(use_true_random=False))
def test_the_most_complete_capture_stands_for_a_version_then_the_earliest(seen, taken, chance: random.Random):
    """Each is told early, before its files are known, and again when they are, as a crawl does."""
    captures = [make_capture(number) for number in range(10, 10 + len(seen))]
    told = []
    for capture, (title, held) in zip(captures, seen, strict=True):
        article = make_article(capture, title=title, section=f"Mục {capture.id}")
        told.append([with_files(article), with_files(article, held)][chance.randrange(2) :])
    order = [number for number, states in enumerate(told) for _ in states]
    chance.shuffle(order)

    with empty_catalog() as catalog, empty_catalog() as other:
        keep(catalog, [told[number].pop(0) for number in order], [PHOTO, PLAN, *captures])
        whole = [
            with_files(make_article(c, title=t, section=f"Mục {c.id}"), h)
            for c, (t, h) in zip(captures, seen, strict=True)
        ]
        keep(other, whole, [PHOTO, PLAN, *captures])
        expected = {
            title: min((2 - len(h), c.id) for c, (t, h) in zip(captures, seen, strict=True) if t == title)[1]
            for title in dict.fromkeys(title for title, _ in seen)
        }

        assert list(catalog.dump()) == list(other.dump())
        assert catalog.versions(PAGE) == [
            next(entry for entry in whole if entry.capture == capture) for capture in expected.values()
        ]

        # Without one of them it is as if that had never been.
        gone = captures[taken % len(captures)].id
        rest = [entry for entry in whole if entry.capture != gone]
        catalog.retract([gone])
        with empty_catalog() as never:
            keep(never, rest, [PHOTO, PLAN, *captures])
            assert list(catalog.dump()) == list(never.dump())


@pytest.mark.many_databases
def test_every_order_of_a_b_a_gives_its_history():
    captures = [make_capture(number) for number in (1, 2, 3)]
    a, b, a_again = (make_article(entry, title=title) for entry, title in zip(captures, "ABA", strict=True))
    for order in permutations([a, b, a_again]):
        with empty_catalog() as catalog:
            keep(catalog, order)

            assert [entry.title for entry in catalog.versions(PAGE)] == ["A", "B"]
            first, second, third = (entry.version for entry in catalog.observations(PAGE))
            assert first == third != second
            assert catalog.article(PAGE).title == "A"
            assert catalog.article(PAGE, at=captures[1].date).title == "B"
            assert catalog.article(PAGE, at=START - timedelta(days=9)).title == "A"


def test_of_equally_complete_captures_the_earliest_represents_a_version(catalog):
    late, early = make_capture(5), make_capture(1)
    keep(catalog, [make_article(late, section="Mục mới"), make_article(early, section="Mục cũ")])

    article = catalog.article(PAGE)

    assert (article.capture, article.captured, article.section) == (early.id, early.date, "Mục cũ")


def test_a_later_capture_with_the_files_represents_a_version_that_was_seen_first_without(catalog):
    first, other, later = make_capture(3), make_capture(4), make_capture(5)
    seen = [with_files(make_article(first)), make_article(other, title="B"), with_files(make_article(later), [PHOTO])]
    keep(catalog, seen, [PHOTO, first, other, later])

    assert [entry.capture for entry in catalog.versions(PAGE)] == [later.id, other.id]
    assert catalog.article(PAGE, at=first.date) == seen[2]
    assert catalog.article(PAGE).images[0].width == 8


def test_a_capture_that_lost_its_files_gives_way_to_the_next(catalog):
    first, second = make_capture(3), make_capture(4)
    keep(catalog, [with_files(make_article(entry), [PHOTO]) for entry in (first, second)], [PHOTO, first, second])
    keep(catalog, [with_files(make_article(first))], [first])

    assert catalog.article(PAGE).capture == second.id
    assert catalog.article(PAGE).images[0].capture == PHOTO.id


def test_adding_tells_new_changed_and_unchanged(catalog):
    titles = ["A", "A", "B", "A"]
    articles = [make_article(make_capture(n), title=title) for n, title in enumerate(titles)]

    assert keep(catalog, articles) == ["new", "unchanged", "changed", "changed"]
    assert keep(catalog, articles) == ["new", "unchanged", "changed", "changed"]


VERSION_MAKERS = {
    "title": "Tên khác",
    "summary": "Tóm tắt",
    "text": "Khác.",
    "published": datetime(2025, 2, 28, 14, 31, tzinfo=VN),
    "published_precision": "day",
    "authors": ("Đình Nam", "Tùng Như"),
    "photographers": ("Huỳnh Sang",),
    "source": "Báo Hà Tĩnh",
    "images": (Image("https://a.vn/1.jpg", 0, caption="Chú thích"),),
    "attachments": (Attachment("https://a.vn/1.pdf", 0),),
}
SAME_VERSION = {
    "section": "Mục khác",
    "tags": (),
    "language": None,
    "modified": datetime(2025, 3, 2, tzinfo=VN),
    "parser": "ha_tinh/2",
    "confidence": {"title": 0.5},
    "url": PAGE.replace("https", "http"),
}


@pytest.mark.parametrize("field", VERSION_MAKERS)
def test_these_fields_make_a_version(field):
    article = make_article(make_capture(1))

    assert content_hash(replace(article, **{field: VERSION_MAKERS[field]})) != content_hash(article)


@pytest.mark.parametrize("field", SAME_VERSION)
def test_these_fields_make_none(field):
    article = make_article(make_capture(1))

    assert content_hash(replace(article, **{field: SAME_VERSION[field]})) == content_hash(article)


def test_the_same_time_in_another_zone_is_the_same_version():
    article = make_article(make_capture(1))

    assert content_hash(replace(article, published=article.published.astimezone(UTC))) == content_hash(article)
    assert content_hash(replace(article, published=article.published.astimezone(PARIS))) == content_hash(article)


@pytest.mark.parametrize(
    ("url", "source_id", "same"),
    [
        (PAGE.replace("https://", "http://www."), None, True),
        (PAGE + "#top", None, True),
        (PAGE + "?id=2", None, False),
        (PAGE + "?id=2", "7", False),
    ],
)
def test_identity_is_the_address_without_scheme_and_www(url, source_id, same):
    article = make_article(make_capture(1))

    assert (article_id(replace(article, url=url, source_id=source_id)) == article_id(article)) is same


def test_a_source_id_joins_addresses_and_keeps_sites_apart():
    article = make_article(make_capture(1), source_id="123")

    assert article_id(replace(article, url=PAGE + "?x")) == article_id(article)
    assert article_id(replace(article, site="hau_giang")) != article_id(article)


def test_a_corrected_reading_leaves_no_trace_of_the_former(catalog):
    wrong, right = make_article(make_capture(1)), make_article(make_capture(1), title="Đúng")
    keep(catalog, [right])
    expected = list(catalog.dump())

    with empty_catalog() as other:
        keep(other, [wrong])
        keep(other, [right])

        assert list(other.dump()) == expected


def test_retracting_a_representative_leaves_its_heir(catalog):
    first, second = make_capture(1), make_capture(2)
    heir = make_article(second, section="Mục mới", tags=(), parser="ha_tinh/2")
    keep(catalog, [make_article(first), heir])

    catalog.retract([first.id])
    assert catalog.article(PAGE) == heir
    catalog.retract([second.id, "urn:uuid:unknown"])
    assert catalog.counts()["articles"] == catalog.counts()["versions"] == 0


def test_known_are_articles_rejections_for_good_and_what_redirects_there(catalog):
    readings = {
        "/a": ("article", "ha_tinh/1"),
        "/b": ("rejected", "no_title"),
        "/broken": ("rejected", "error: ValueError"),
        "/soft": ("rejected", "soft_404"),
        "/list": ("listing", ""),
        "/old": ("redirect", "https://a.vn/older"),
        "/older": ("redirect", "https://a.vn/a"),
        "/loop": ("redirect", "https://a.vn/loop"),
        "/lost": ("redirect", "https://a.vn/broken"),
    }
    captures = [make_capture(n, f"https://a.vn{path}") for n, path in enumerate(readings)]
    with catalog.transaction():
        catalog.add_captures(captures)
        for capture, reading in zip(captures, readings.values(), strict=True):
            catalog.add_reading(capture.id, *reading)

    assert set(catalog.known(SITE)) == {f"https://a.vn/{path}" for path in ("a", "b", "old", "older")}
    assert set(catalog.known("hau_giang")) == set()


def test_articles_are_filtered_by_site_and_day_in_vietnam(catalog):
    days = [datetime(2025, 2, day, 0, 0, tzinfo=VN) for day in (1, 2, 3)]
    captures = [make_capture(n, f"{PAGE}-{n}") for n in range(4)]
    articles = [make_article(entry, published=day) for entry, day in zip(captures, [*days, None], strict=True)]
    articles[1] = replace(articles[1], site="hau_giang")
    keep(catalog, articles, captures)

    def found(**filters) -> list[int]:
        return [int(entry.url[-1]) for entry in catalog.articles(**filters)]

    assert found() == [0, 1, 2, 3]
    assert found(site=SITE) == [0, 2, 3]
    assert found(since=date(2025, 2, 2), until=date(2025, 2, 2)) == [1]
    assert found(since=days[2]) == [2, 3]
    assert found(until=days[1] - timedelta(seconds=1)) == [0]


def test_long_lists_come_page_by_page(catalog, monkeypatch):
    monkeypatch.setattr("archive.catalog.read.BATCH", 10)
    captures = [make_capture(n, f"{PAGE}-{n:04}") for n in range(30)]
    keep(catalog, [make_article(entry) for entry in captures], captures)

    articles = list(catalog.articles())

    assert len(articles) == len({entry.url for entry in articles}) == 30
    assert list(catalog.captures(site=SITE)) == captures


def test_the_closest_capture_wins_and_the_exact_address_before_its_kin(catalog):
    page = [make_capture(number) for number in (1, 5)]
    kin = make_capture(4, PAGE.replace("https", "http"))
    catalog.add_captures([*page, kin])

    assert catalog.closest(PAGE) == page[1]
    assert catalog.closest(PAGE, at=page[0].date + timedelta(hours=1)) == page[0]
    assert catalog.closest(PAGE, at=START + timedelta(hours=4)) == page[1]
    assert catalog.closest(PAGE.replace("https://", "https://www.")) == page[1]
    assert catalog.closest(PAGE + "/x") is None
    assert list(catalog.captures(url=PAGE)) == [page[0], kin, page[1]]


def test_counts_tell_how_much_there_is(catalog):
    page, photo, stray = make_capture(1), make_capture(2, PAGE + "/1.jpg"), make_capture(3, site="hau_giang")
    pictures = (Image(photo.url, 0, capture=photo.id), Image(PAGE + "/2.jpg", 1))
    keep(catalog, [make_article(page, images=pictures)], [page, photo, stray])
    catalog.add_crawl(CRAWL, SITE, START, {})
    catalog.add_reading(stray.id, "rejected", "no_title")

    assert catalog.counts(SITE) == {
        "crawls": 1,
        "captures": 2,
        "articles": 1,
        "versions": 1,
        "images": 2,
        "images_fetched": 1,
        "attachments": 0,
        "attachments_fetched": 0,
        "listing": 0,
        "rejected": 0,
    }
    assert catalog.counts()["captures"] == 3
    assert catalog.counts()["rejected"] == 1


def test_an_article_needs_a_capture_and_times_need_a_zone(catalog):
    article = make_article(make_capture(1))

    with pytest.raises(ValueError, match="without a capture"):
        catalog.add_article(replace(article, capture=None))
    with pytest.raises(ValueError, match="time zone"):
        catalog.add_article(replace(article, published=datetime(2025, 1, 1)))


def test_one_site_is_replaced_and_the_others_stay(catalog):
    mine, theirs = make_capture(1), make_capture(2, PAGE + "-2", site="hau_giang", crawl="hau_giang-1")
    keep(catalog, [make_article(mine), make_article(theirs)], [mine, theirs])
    with empty_catalog() as fresh:
        anew = make_capture(3, PAGE + "-3")
        keep(fresh, [make_article(anew)], [anew])

        catalog.replace_sites([SITE], fresh)

    assert {entry.capture for entry in catalog.articles()} == {theirs.id, anew.id}
    assert list(catalog.captures()) == [theirs, anew]


@pytest.mark.parametrize(
    ("changes", "is_answer"),
    [
        ({}, True),
        ({"status": 302}, True),
        ({"status": 304}, True),
        ({"status": 404}, True),
        ({"status": 503}, False),
        ({"status": None}, False),
        ({"truncated": "length"}, True),
        ({"truncated": "time"}, False),
        ({"truncated": "disconnect"}, False),
        ({"truncated": "unspecified"}, False),
    ],
)
def test_an_address_is_answered_when_its_answer_came_whole_or_is_too_long(catalog, changes, is_answer):
    catalog.add_captures([make_capture(1, **changes)])

    assert catalog.is_answered(SITE, PAGE) == is_answer


def test_an_address_is_answered_of_its_own_site_as_it_is_spelled(catalog):
    catalog.add_captures([make_capture(1, status=503), make_capture(2), make_capture(3, PAGE + "-2", site="hau_giang")])

    asked = (PAGE, PAGE + "/", PAGE + "-2", PAGE + "\0", "http://[", "")
    assert [catalog.is_answered(SITE, url) for url in asked] == [True, *[False] * 5]
