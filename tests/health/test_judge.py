"""What a site is expected to give, held against its crawls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from archive.errors import ConfigError
from archive.health.expect import Expect
from archive.health.judge import judge
from crawler.site_files import load_site
from tests.crawler.other_sites import SITES
from tests.health.made import NOW, TODAY, by_name, every, run, runs

DAY = timedelta(days=1)


def judged(expect=Expect(), of=(), days=None):  # noqa: B008 (it never changes)
    return by_name(judge(expect, list(of), days or {}, NOW))


# --- days ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "ok", "value"),
    [
        (TODAY, True, 0),
        (TODAY - 7 * DAY, True, 7),
        (TODAY - 8 * DAY, False, 8),
        (TODAY + DAY, True, 0),
        (None, False, None),
    ],
)
def test_a_site_fell_silent_by_days_in_vietnam(newest, ok, value):
    found = judged(Expect(new_within_days=7), [run()], {newest: 1} if newest else {})["new_within_days"]

    assert (found.ok, found.value, found.limit) == (ok, value, 7)


def test_the_sentence_says_what_was_found_and_what_was_expected():
    found = judged(Expect(new_within_days=7), [run()], {TODAY - 11 * DAY: 1})["new_within_days"]

    assert found.told == "the newest article is of 2025-06-01, 11 days ago; one within 7 days was expected"


def test_a_learned_limit_is_explained():
    found = judged(of=runs(10), days=every(2, until=TODAY - 9 * DAY))["new_within_days"]

    assert "new_within_days" not in judged(of=runs(9), days=every(2, until=TODAY - 9 * DAY))
    assert not found.ok
    assert found.told.endswith("one within 7 days was expected (mean 15 a month, longest silence 2 days in 2 years)")


def test_a_site_that_nobody_asks_is_not_silent():
    past = [run(30 + number) for number in reversed(range(20))]
    found = judged(of=past, days=every(1, until=TODAY - 30 * DAY))["new_within_days"]

    assert (found.ok, found.value) == (True, 0)


def test_what_is_declared_is_not_learned_and_nothing_is_when_the_file_says_so():
    days = every(1, until=TODAY - 9 * DAY)

    assert judged(Expect(new_within_days=30), [run()], days)["new_within_days"].ok
    assert set(judged(Expect(learn=False), runs(30), days)) == {"answers", "robots"}


def test_few_articles_in_a_month():
    found = judged(Expect(articles_a_month=20), [run()], every(2))["articles_a_month"]

    assert (found.ok, found.value, found.limit) == (False, 15, 20)
    assert found.told == "15 articles are of the last 30 days; at least 20 were expected"


# --- crawls -------------------------------------------------------------------------------------


GONE = {"captures": 0, "failed": 1, "causes": {"dns": 1}, "exit": 5, "readers": {}}


@pytest.mark.parametrize(("days_gone", "ok"), [(0, True), (1, True), (2, True), (3, False), (30, False)])
def test_a_host_is_gone_after_several_days_without_an_answer(days_gone, ok):
    past = [run(40 - number) for number in range(40 - days_gone)]
    gone = [run(days_gone - 1 - number, **GONE) for number in range(days_gone)]

    found = judged(of=past + gone)["answers"]

    assert (found.ok, found.value) == (ok, days_gone)
    assert days_gone == 0 or "(dns)" in found.told


def test_many_crawls_of_one_day_are_one_day():
    hours = [run(**GONE) for _ in range(9)]

    assert judged(of=[run(1), *hours])["answers"].value == 1


def test_a_site_that_gives_no_answer_breaks_nothing_else():
    found = judged(of=[*runs(20), run(**GONE)], days=every(1))

    assert [each.name for each in found.values() if not each.ok] == []


@pytest.mark.parametrize(("ago", "ok"), [(0, True), (3, True), (4, False)])
def test_nobody_crawls_it_any_more(ago, ok):
    found = judged(of=[run(ago + 29 - number) for number in range(30)])["crawled"]

    assert (found.ok, found.value, found.limit) == (ok, ago, 3)
    assert "(a crawl every 1.0 days)" in found.told


FAILING = {"captures": 5, "failed": 15, "causes": {"status": 15}, "exit": 5}


@pytest.mark.parametrize(("bad", "ok"), [([0], True), ([1], True), ([1, 0], False)])
def test_one_bad_night_is_no_news(bad, ok):
    past = [run(number, **(FAILING if number in bad else {})) for number in reversed(range(20))]

    assert judged(of=past)["failures"].ok is ok


def test_what_fails_for_long_does_not_become_usual():
    bad = [run(20 - number, **FAILING, broken=("failures",)) for number in range(20)]

    found = judged(of=[run(60 - number) for number in range(20)] + bad)["failures"]

    assert (found.ok, found.limit) == (False, 0.1)


@pytest.mark.parametrize(
    ("more", "name"),
    [({"bytes": 80_000_000}, "megabytes"), ({"seconds": 3600.0}, "minutes")],
)
def test_a_crawl_that_takes_far_more_than_usual(more, name):
    past = [run(number) for number in range(20, 0, -1)]

    assert not judged(of=[*past, run(**more)])[name].ok
    assert judged(of=[*past, run()])[name].ok
    assert name not in judged(of=[*past, run(full=True, **more)])
    assert name not in judged(of=[*past[:5], run(**more)])


def test_declared_amounts_need_no_history():
    found = judged(Expect(megabytes=0.05, minutes=0.5, failures=0.2), [run(1, **FAILING), run(**FAILING)])

    assert [found[name].ok for name in ("megabytes", "minutes", "failures")] == [False, False, False]


# --- articles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("empty", "ok"), [(0, True), (2, True), (3, False), (4, False)])
def test_a_field_is_expected_in_half_of_the_articles(empty, ok):
    found = judged(Expect(fields=("section",)), [run(readers={"x": 4}, empty={"section": empty})])["fields.section"]

    assert (found.ok, found.value) == (ok, empty / 4)
    assert f"section is empty in {empty} of the 4 articles that were new or changed" in found.told


def test_crawls_that_read_nothing_say_nothing_of_fields():
    assert "fields.title" not in judged(Expect(fields=("title",)), runs(3, readers={}))


def test_a_field_that_was_always_filled_is_expected():
    past = runs(20)
    lost = [run(readers={"nukeviet": 2}, empty={"authors": 2, "images": 1}) for _ in range(3)]

    found = judged(of=[*past, *lost])

    assert not found["fields.authors"].ok
    assert found["fields.authors"].told.endswith("at most half was expected (filled in 100% of 40 before)")
    assert found["fields.images"].ok


def test_a_field_that_was_seldom_filled_is_not():
    past = runs(20, empty={"authors": 1})

    assert "fields.authors" not in judged(of=[*past, run(empty={"authors": 2})])


@pytest.mark.parametrize(
    "lately", [{"readers": {}, "rejected": 5}, {"readers": {"generic": 5}}, {"readers": {"nukeviet": 2, "generic": 3}}]
)
def test_pages_look_otherwise(lately):
    found = judged(of=[*runs(20), run(**lately)])["layout"]

    assert not found.ok
    assert "no page class that is usual (nukeviet)" in found.told


@pytest.mark.parametrize("lately", [{"readers": {"nukeviet": 5}}, {"readers": {"nukeviet": 3, "generic": 2}}])
def test_pages_look_as_they_did(lately):
    assert judged(of=[*runs(20), run(**lately)])["layout"].ok


def test_a_site_with_few_articles_has_no_usual_look():
    assert "layout" not in judged(of=[*runs(5), run(readers={}, rejected=9)])


# --- hosts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "ok", "said"),
    [
        (90, True, "90 days more"),
        (14, True, "14 days more"),
        (13, False, "13 days more"),
        (-1, False, "is not any more"),
    ],
)
def test_a_certificate_ends(left, ok, said):
    until = NOW + timedelta(days=left, hours=1)

    found = judged(of=[run(certificates={"a.vn": until, "b.vn": NOW + 400 * DAY})])["certificate"]

    assert (found.ok, found.value, found.limit) == (ok, left, 14)
    assert said in found.told
    assert "a.vn" in found.told


@pytest.mark.parametrize(("ago", "ok"), [(0, False), (6, False), (7, True)])
def test_a_robots_txt_with_other_rules_is_told_for_a_week(ago, ok):
    service = "http://a.vn"
    past = [run(20 + ago - number, robots={service: "old"}) for number in range(20)]
    new = [run(number, robots={service: "new"}) for number in range(ago, -1, -1)]

    found = judged(of=past + new)["robots"]

    assert (found.ok, found.value) == (ok, 0 if ok else 1)
    assert ok or "http://a.vn/robots.txt has other rules since" in found.told


def test_a_robots_txt_of_a_new_host_has_not_changed():
    assert judged(of=[run(1), run(robots={"http://b.vn": "x"})])["robots"].ok


# --- all ----------------------------------------------------------------------------------------


def test_a_site_that_was_never_crawled_breaks_nothing():
    assert judge(Expect(new_within_days=3), [], {}, NOW) == ()


@pytest.mark.parametrize("exit_code", [1, 3, 7, 8])
def test_a_crawl_that_did_not_come_to_its_end_says_nothing(exit_code):
    assert judge(Expect(), [run(exit=exit_code, captures=0, failed=5)], {}, NOW) == ()


def test_a_clock_that_was_ahead_is_left_out():
    ahead = run(ago=-400, **GONE)

    assert judged(of=[run(), ahead])["answers"].ok


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fields = ["titel"]', 'expect.fields[0]: an article has no field "titel"; it has site, url'),
        ("new_within_days = 0", "expect.new_within_days: is a number of days; make it 1 or more"),
        ("unanswered_days = -1", "expect.unanswered_days: is a number of days; make it 1 or more"),
        ("failures = 30", "expect.failures: is a share; make it 0 to 1"),
        ("megabytes = 0", "expect.megabytes: is an amount; make it more than 0"),
        ('new_within_days = "a"', "expect.new_within_days: expected `int | null`, got `str`"),
        ("new_within = 3", 'no such key "new_within" (did you mean "new_within_days"?)'),
        ("certificate = 3", 'no such key "certificate" (did you mean "certificate_days"?)'),
    ],
)
def test_an_expectation_that_can_not_be_is_a_fault_of_the_file(tmp_path, text, said):
    path = tmp_path / "ha_tinh.toml"
    path.write_text((SITES / "ha_tinh.toml").read_text("utf-8") + f"\n[expect]\n{text}\n", "utf-8")

    with pytest.raises(ConfigError) as error:
        load_site(path)

    assert said in str(error.value)


def test_times_are_of_vietnam():
    evening = datetime(2025, 6, 4, 16, 59, tzinfo=UTC)  # the 4th in Vietnam, a minute before midnight

    assert run().day == TODAY
    assert run(started=evening, ended=evening).day == TODAY - 8 * DAY
