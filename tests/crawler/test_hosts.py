"""When a host may be asked: what refusals and silence make of it, with a clock that the test turns."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.hosts import Hosts, Patience

HOST, HTTP, HTTPS = "so.example", "http://so.example", "https://so.example"
NOON = datetime(2025, 6, 11, 12, tzinfo=UTC)


@dataclass
class Clock:
    at: float = 1000.0
    told: list[str] = field(default_factory=list)

    def hosts(self, **patience: float) -> Hosts:
        return Hosts(
            Patience(**patience),  # type: ignore[arg-type]
            clock=lambda: self.at,
            now=lambda: NOON + timedelta(seconds=self.at - 1000),
            tell=lambda event, facts: self.told.append(event),
        )


def ask(hosts: Hosts, status: int | None, wait_s: int = 0, service: str = HTTP, *, is_patient: bool = True) -> None:
    """Send one request, and let it be answered, or not."""
    request = object()
    hosts.sending(HOST, request)
    if status is None:
        hosts.silent(HOST, service, "refused: nobody there", is_patient=is_patient)
    else:
        hosts.answered(HOST, service, status, wait_s)
    hosts.ended(HOST, request)


def test_a_host_that_nothing_is_known_of_may_be_asked():
    hosts = Clock().hosts()

    assert (hosts.wait_s(HOST), hosts.closed(HOST, HTTP), hosts.events) == (0.0, None, [])


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_holds_the_host_and_no_other(status):
    clock = Clock()
    hosts = clock.hosts()

    ask(hosts, status, 30)

    assert (hosts.wait_s(HOST), hosts.wait_s("other.example")) == (30.0, 0.0)
    clock.at += 30
    assert hosts.wait_s(HOST) == 0.0


def test_after_a_hold_one_request_goes_first():
    clock = Clock()
    hosts = clock.hosts()
    ask(hosts, 503, 30)
    clock.at += 30
    first = object()

    hosts.sending(HOST, first)

    assert hosts.is_first(HOST, first)
    assert hosts.wait_s(HOST) == math.inf
    hosts.answered(HOST, HTTP, 200)
    hosts.ended(HOST, first)
    assert hosts.wait_s(HOST) == 0.0


def test_a_first_request_that_is_given_up_lets_another_go_first():
    clock = Clock()
    hosts = clock.hosts()
    ask(hosts, 503, 30)
    clock.at += 30
    first = object()
    hosts.sending(HOST, first)

    hosts.ended(HOST, first)

    assert hosts.wait_s(HOST) == 0.0


def test_refusals_without_a_time_hold_for_twice_as_long_each_time():
    clock = Clock()
    hosts = clock.hosts(backoff_s=5)
    waits = []
    for _ in range(4):
        ask(hosts, 503)
        waits.append(hosts.wait_s(HOST))
        clock.at += waits[-1]
    ask(hosts, 200)
    ask(hosts, 429)

    assert waits == [5, 10, 20, 40]
    assert hosts.wait_s(HOST) == 5


def test_what_was_under_way_when_the_hold_began_makes_it_no_longer():
    clock = Clock()
    hosts = clock.hosts(backoff_s=5)
    for _ in range(4):
        ask(hosts, 503)
    assert hosts.wait_s(HOST) == 5

    ask(hosts, 503, 3)
    ask(hosts, 200)
    assert hosts.wait_s(HOST) == 5
    ask(hosts, 503, 60)
    assert hosts.wait_s(HOST) == 60


def test_a_host_that_asks_for_too_much_is_closed_and_says_until_when():
    hosts = Clock().hosts(wait_s=3600)

    ask(hosts, 503, 3601)

    closed = hosts.closed(HOST, HTTPS)
    assert closed is not None
    assert (closed.cause, closed.until) == ("status: 503, Retry-After 3601 s", NOON + timedelta(seconds=3601))
    assert [(event.host, event.closed) for event in hosts.events] == [(HTTP, True)]


def test_holds_in_a_row_add_up_to_what_a_crawl_waits():
    clock = Clock()
    hosts = clock.hosts(wait_s=100)
    for _ in range(3):
        ask(hosts, 503, 40)
        clock.at += 40

    closed = hosts.closed(HOST, HTTP)
    assert closed is not None
    assert closed.cause == "status: 503, Retry-After 40 s, after 80 s of waiting"


def test_back_off_ends_too():
    clock = Clock()
    hosts = clock.hosts(wait_s=3600, backoff_s=5)
    for _ in range(20):
        ask(hosts, 503)
        clock.at += hosts.wait_s(HOST)

    closed = hosts.closed(HOST, HTTP)
    assert closed is not None
    assert closed.cause == "status: 503, again and again, after 2555 s of waiting"
    assert clock.at == 1000 + 2555


def test_a_silent_host_is_left_alone_asked_twice_more_and_closed():
    clock = Clock()
    hosts = clock.hosts(failures=5, cool_s=60)
    for _ in range(4):
        ask(hosts, None)
    assert hosts.wait_s(HOST) == 0.0
    ask(hosts, None)
    assert hosts.wait_s(HOST) == 60
    clock.at += 60
    ask(hosts, None)
    assert hosts.wait_s(HOST) == 120
    clock.at += 120
    ask(hosts, None)

    closed = hosts.closed(HOST, HTTP)
    assert closed is not None
    assert closed.cause == "breaker: 7 times in a row no answer; the last: refused: nobody there"
    assert hosts.closed(HOST, HTTPS) is None
    (event,) = hosts.events
    assert (event.host, event.cause, event.at, event.closed, event.back) == (HTTP, closed.cause, NOON, True, None)


def test_a_host_that_comes_back_is_asked_as_before_and_the_report_says_when():
    clock = Clock()
    hosts = clock.hosts(failures=2, cool_s=60)
    for _ in range(2):
        ask(hosts, None)
    clock.at += 60
    ask(hosts, 404)

    assert (hosts.wait_s(HOST), hosts.closed(HOST, HTTP)) == (0.0, None)
    (event,) = hosts.events
    assert (event.closed, event.back) == (False, NOON + timedelta(seconds=60))
    assert clock.told == ["host left alone", "host back"]
    ask(hosts, None)
    assert hosts.wait_s(HOST) == 0.0


def test_an_answer_between_silences_starts_the_count_anew():
    hosts = Clock().hosts(failures=3)
    for status in (None, None, 500, None, None):
        ask(hosts, status)

    assert (hosts.wait_s(HOST), hosts.events) == (0.0, [])


def test_http_may_be_dead_where_https_lives():
    clock = Clock()
    hosts = clock.hosts(failures=2, cool_s=10)
    for _ in range(2):
        ask(hosts, None)
    for _ in range(2):
        clock.at += 100
        ask(hosts, 200, service=HTTPS)
        ask(hosts, None)

    assert hosts.closed(HOST, HTTP) is not None
    assert hosts.closed(HOST, HTTPS) is None


def test_a_host_of_requisites_only_is_closed_at_once():
    hosts = Clock().hosts(failures=5)
    for _ in range(3):
        ask(hosts, None, is_patient=False)

    assert (hosts.wait_s(HOST), hosts.closed(HOST, HTTP) is not None) == (0.0, True)


@pytest.mark.parametrize("patience", [{"failures": 0}, {"backoff_s": 0}])
def test_back_off_and_breaker_can_be_turned_off(patience):
    hosts = Clock().hosts(**patience)
    for _ in range(20):
        ask(hosts, None if "failures" in patience else 503)

    assert (hosts.wait_s(HOST), hosts.events) == (0.0, [])


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([None, 200, 404, 429, 500, 503]),
        st.integers(0, 5000),
        st.sampled_from([HTTP, HTTPS]),
        st.booleans(),
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(EVENTS)
def test_no_host_is_waited_for_without_end(events):
    clock = Clock()
    hosts = clock.hosts(wait_s=3600)
    waited = 0.0
    for status, wait_s, service, patient in events:
        if hosts.closed(HOST, service):
            continue
        before = hosts.wait_s(HOST)
        assert before < math.inf  # nobody is under way
        clock.at += before
        waited += before
        ask(hosts, status, wait_s, service, is_patient=patient)
        if status is not None and status not in (429, 503):
            waited = 0.0
            assert hosts.wait_s(HOST) == 0.0
        # One hour of refusals, and two probes of each of the two services.
        assert waited <= 3600 + 2 * (60 + 120)
