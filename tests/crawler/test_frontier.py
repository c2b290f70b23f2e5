"""The frontier: what is still to be asked, in its order, whatever happens to the process."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler import frontier as module
from crawler.frontier import BUFFER, LEASE, Entry, Frontier, url_key
from tests.engines import rows_in, url_of

pytestmark = pytest.mark.usefixtures("each_engine")

START = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def frontier(tmp_path, clock):
    with Frontier.open(url_of(tmp_path / "frontier.sqlite3"), "ha_tinh", clock=clock) as made:
        made.begin("crawl-1", "{}")
        yield made


def entry(name, **values):
    url = f"https://skhcn.hatinh.gov.vn/{name}"
    return Entry(url_key(url), url, "{}", **values)


def keys(*names):
    return [entry(name).key for name in names]


def names(entries):
    return [one.url.rpartition("/")[2] for one in entries]


def stored(path):
    """What another process sees: url and state."""
    return {url.rpartition("/")[2]: state for url, state in rows_in(path, "SELECT url, state FROM frontier_rows")}


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (("https://a.vn/tin",), ("https://a.vn/tin#top",), True),
        (("https://a.vn/ảnh 1",), ("https://a.vn/%E1%BA%A3nh%201",), True),
        (("https://a.vn/tin",), ("http://a.vn/tin",), False),
        (("https://a.vn/?a=1&b=2",), ("https://a.vn/?b=2&a=1",), False),
        (("https://a.vn/tin",), ("https://a.vn/tin", "POST"), False),
        (("https://a.vn/tin", "POST", b"page=1"), ("https://a.vn/tin", "POST", b"page=2"), False),
        (("https://a.vn/tin", "POST", b"page=1"), ("https://a.vn/tin", "post", b"page=1"), True),
        (("https://a.vn/\ud800",), ("https://a.vn/",), False),
    ],
)
def test_a_key_stands_for_what_goes_over_the_wire(one, other, equal):
    assert (url_key(*one) == url_key(*other)) is equal
    assert -(1 << 63) <= url_key(*one) < 1 << 63


def test_the_higher_priority_goes_first_then_what_was_added_first(frontier):
    frontier.add([entry("a"), entry("b", priority=5), entry("c", priority=-1), entry("d", priority=5), entry("e")])

    assert names(frontier.lease(3)) == ["b", "d", "a"]
    assert names(frontier.lease(9)) == ["e", "c"]
    assert frontier.lease(9) == []


def test_what_a_crawl_had_in_any_state_is_not_added_again(frontier):
    assert names(frontier.add([entry("a"), entry("b"), entry("a")])) == ["a", "b"]
    frontier.done(e.key for e in frontier.lease(1))
    frontier.commit()

    assert names(frontier.add([entry("b", priority=9), entry("a"), entry("c")])) == ["c"]
    assert frontier.knows(keys("a", "b", "c", "d")) == set(keys("a", "b", "c"))
    assert frontier.lease(1)[0].priority == 0


def test_an_entry_comes_back_as_it_was_given(frontier):
    given = entry("tin-tức", priority=3, attempts=2, cause="timeout", next=START - HOUR)
    frontier.add([given])

    assert frontier.lease(1) == [given]


def test_a_row_waits_until_its_time_has_come(frontier, clock):
    frontier.add([entry("late", next=START + 2 * HOUR), entry("later", next=START + 3 * HOUR), entry("now")])

    assert names(frontier.lease(9)) == ["now"]
    assert frontier.lease(9) == []
    clock.now += 2 * HOUR
    assert names(frontier.lease(9)) == ["late"]
    clock.now += HOUR - SECOND
    assert frontier.lease(9) == []
    clock.now += SECOND
    assert names(frontier.lease(9)) == ["later"]


def test_a_released_row_is_pending_in_its_old_place(frontier):
    frontier.add([entry("a"), entry("b"), entry("c")])
    frontier.lease(2)
    frontier.release(keys("a", "unknown"))

    assert names(frontier.lease(9)) == ["a", "c"]


def test_a_row_asked_again_is_pending_whatever_it_was(frontier):
    frontier.add([entry("done"), entry("failed"), entry("leased"), entry("pending")])
    frontier.lease(3)
    frontier.done(keys("done"))
    frontier.fail(entry("failed").key, "timeout", 3, None)
    for name in ("done", "failed", "leased", "pending", "new"):
        frontier.again(entry(name, priority=1))

    assert names(frontier.lease(9)) == ["done", "failed", "leased", "pending", "new"]
    assert frontier.counts() == {"pending": 0, "leased": 5, "done": 0, "failed": 0, "later": 0}


def test_a_failed_row_keeps_cause_and_attempts(frontier):
    frontier.add([entry("a"), entry("b")])
    frontier.lease(2)
    frontier.fail(entry("b").key, "lỗi \ud800", 4, START + HOUR)
    frontier.fail(entry("unknown").key, "never asked", 1, None)

    (failed,) = frontier.failed()
    assert (failed.url, failed.cause, failed.attempts, failed.next) == (entry("b").url, "lỗi ?", 4, START + HOUR)


def test_counts_follow_every_change(frontier):
    frontier.add(entry(f"{n}") for n in range(10))
    assert frontier.counts() == {"pending": 10, "leased": 0, "done": 0, "failed": 0, "later": 0}
    one, two, three, *_ = frontier.lease(5)
    frontier.done([one.key, entry("unknown").key])
    frontier.fail(two.key, "timeout", 1, None)
    frontier.release([three.key])

    seen = frontier.counts()
    frontier.resume()
    assert seen == {"pending": 6, "leased": 2, "done": 1, "failed": 1, "later": 0}
    assert frontier.counts() == {"pending": 8, "leased": 0, "done": 1, "failed": 1, "later": 0}


def test_a_lease_that_is_over_is_taken_back_but_not_from_its_own_process(tmp_path, clock):
    path = url_of(tmp_path / "frontier.sqlite3")
    with Frontier.open(path, "ha_tinh", clock=clock) as dead:
        dead.begin("crawl-1", "")
        dead.add([entry("a"), entry("b")])
        dead.lease(1)
    with Frontier.open(path, "ha_tinh", clock=clock) as frontier:
        assert names(frontier.lease(9)) == ["b"]
        assert frontier.counts() == {"pending": 0, "leased": 2, "done": 0, "failed": 0, "later": 0}
        clock.now += LEASE - SECOND
        assert frontier.lease(9) == []
        clock.now += LEASE / 2
        assert names(frontier.lease(9)) == ["a"]
        clock.now += LEASE / 2
        assert frontier.lease(9) == []


def test_what_is_done_but_not_yet_written_is_not_taken_back(frontier, clock):
    frontier.add([entry("a"), entry("b")])
    frontier.done(e.key for e in frontier.lease(1))
    frontier.commit()
    frontier.done(e.key for e in frontier.lease(1))
    clock.now += 2 * LEASE

    assert frontier.lease(9) == []
    assert frontier.counts() == {"pending": 0, "leased": 0, "done": 2, "failed": 0, "later": 0}


def test_an_interrupted_crawl_goes_on(tmp_path):
    path = url_of(tmp_path / "frontier.sqlite3")
    with Frontier.open(path, "ha_tinh") as frontier:
        assert (frontier.crawl(), frontier.mode()) == (None, "")
        frontier.begin("crawl-1", '{"full": true}')
        frontier.add([entry("a"), entry("b"), entry("c")])
        frontier.done(e.key for e in frontier.lease(2)[:1])
    with Frontier.open(path, "ha_tinh") as frontier:
        assert (frontier.crawl(), frontier.mode()) == ("crawl-1", '{"full": true}')
        assert frontier.resume() == 1
        assert frontier.add([entry("a"), entry("b")]) == []
        assert names(frontier.lease(9)) == ["b", "c"]
        frontier.end("another")
        assert frontier.crawl() == "crawl-1"
        frontier.end("crawl-1")
        assert frontier.crawl() is None


def test_the_next_crawl_takes_over_what_was_not_brought_to_an_end(frontier, clock):
    frontier.add(entry(n) for n in ("done", "due", "undue", "whenever", "leased", "pending", "waiting"))
    frontier.again(entry("waiting", next=START + 3 * HOUR))
    frontier.lease(5)
    frontier.done(keys("done"))
    frontier.fail(entry("due").key, "timeout", 2, START + HOUR)
    frontier.fail(entry("undue").key, "refused", 3, START + 9 * HOUR)
    frontier.fail(entry("whenever").key, "reset", 1, None)
    frontier.end("crawl-1")
    clock.now += 2 * HOUR
    frontier.begin("crawl-2", "")

    assert frontier.counts() == {"pending": 5, "leased": 0, "done": 0, "failed": 0, "later": 1}
    assert list(frontier.failed()) == []
    assert frontier.add([entry("undue")]) == []
    assert names(frontier.add([entry("done")])) == ["done"]
    leased = frontier.lease(9)
    assert names(leased) == ["due", "whenever", "leased", "pending", "done"]
    assert leased[0].attempts == 2
    clock.now += 8 * HOUR
    frontier.begin("crawl-3", "")
    assert "undue" in names(frontier.lease(9))


def test_nothing_is_durable_before_it_is_committed_and_then_all_of_it(tmp_path, frontier):
    path = url_of(tmp_path / "frontier.sqlite3")
    frontier.add([entry("a"), entry("b")])
    assert stored(path) == {}
    frontier.commit()
    assert stored(path) == {"a": 0, "b": 0}
    (leased,) = frontier.lease(1)
    frontier.add([entry("c")])
    frontier.done([leased.key])
    assert stored(path) == {"a": 2, "b": 0}
    frontier.commit()
    assert stored(path) == {"a": 3, "b": 0, "c": 0}


def test_a_full_buffer_commits_itself(tmp_path, frontier):
    frontier.add(entry(f"{n}") for n in range(BUFFER + 1))

    assert len(stored(url_of(tmp_path / "frontier.sqlite3"))) == BUFFER


def test_changes_of_one_row_are_written_in_their_order(frontier):
    frontier.add([entry("a")])
    frontier.fail(entry("a").key, "timeout", 1, None)
    frontier.again(entry("a", attempts=1))
    frontier.done(keys("a"))
    frontier.again(entry("a", attempts=2))
    frontier.commit()

    assert [e.attempts for e in frontier.lease(9)] == [2]


def test_keys_are_found_wherever_they_are_kept(tmp_path, monkeypatch):
    # In memory, in the index, after a kill before they came there, and after those that were done have gone.
    monkeypatch.setattr(module, "_RECENT", 40)
    monkeypatch.setattr(module, "_CHUNK", 7)
    path = url_of(tmp_path / "frontier.sqlite3")
    everything = [entry(f"{n}") for n in range(130)]
    with Frontier.open(path, "ha_tinh") as frontier, Frontier.open(path, "hau_giang") as other:
        frontier.begin("crawl-1", "")
        for start in range(0, 130, 10):
            fresh = frontier.add(everything[start : start + 15])
            assert fresh == everything[start + 5 * (start > 0) : start + 15]
            other.add(everything[start : start + 5])
            frontier.commit()
            other.commit()
        assert frontier.add(everything) == []
        first = frontier.lease(100)
        frontier.done(e.key for e in first)
    with Frontier.open(path, "ha_tinh") as frontier:
        assert frontier.add(everything) == []
        frontier.begin("crawl-2", "")
        assert frontier.knows(e.key for e in everything) == {e.key for e in everything[100:]}
        assert frontier.add(everything) == everything[:100]
        assert names(frontier.lease(200)) == names(everything[100:] + everything[:100])
    with Frontier.open(path, "hau_giang") as other:
        assert len(other.lease(200)) == 65


def test_sites_do_not_see_each_other(tmp_path):
    path = url_of(tmp_path / "frontier.sqlite3")
    with Frontier.open(path, "ha_tinh") as one, Frontier.open(path, "hau_giang") as other:
        one.begin("crawl-1", "")
        one.add([entry("a")])
        one.commit()
        assert other.crawl() is None
        assert names(other.add([entry("a"), entry("b")])) == ["a", "b"]
        assert len(other.lease(9)) == 2
        assert other.resume() == 2
        other.begin("crawl-2", "")
        assert one.crawl() == "crawl-1"
        assert names(one.lease(9)) == ["a"]


def test_text_that_no_database_takes_is_refused_at_once(frontier):
    with pytest.raises(ValueError, match="surrogates"):
        frontier.add([entry("a"), Entry(1, "https://a.vn/\ud800", "{}")])
    frontier.add([entry("b")])

    assert names(frontier.lease(9)) == ["b"]


def test_pending_are_those_that_nobody_finished(tmp_path):
    with Frontier.open(url_of(tmp_path / "frontier.sqlite3"), "ha_tinh") as frontier:
        frontier.begin("ha_tinh-1", "")
        entries = [Entry(key, f"http://a.vn/{key}", "{}") for key in range(1, 6)]
        frontier.add(entries)
        leased = frontier.lease(3)
        frontier.done([leased[0].key])
        frontier.fail(leased[1].key, "timeout: 3 s", 1, None)

        assert [entry.key for entry in frontier.pending()] == [3, 4, 5]
        assert [entry.key for entry in frontier.failed()] == [2]
