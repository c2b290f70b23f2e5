"""A host never has more requests to answer at once than it may have."""

from __future__ import annotations

import threading

import pytest

from tests.crawler.scripted import answer, crawl, served

HOSTS = ("mot.example", "hai.example")
LONG_S = 0.1
"""An answer takes so long, in which every request that may come has come."""


class Gauge:
    """Counts the requests that wait for their answers."""

    def __init__(self, limit: int) -> None:
        self.limit, self.now, self.most, self.all = limit, 0, 0, 0
        self.changed = threading.Condition()

    def __call__(self) -> bytes:
        with self.changed:
            self.now += 1
            self.all += 1
            self.most = max(self.most, self.now)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.now > self.limit, timeout=LONG_S)
            self.now -= 1
        return answer(b"<!DOCTYPE html><title>Tin</title>", kind="text/html")


@pytest.mark.parametrize("limit", [1, 3])
def test_without_a_delay_a_host_gets_no_more_requests_at_once_than_it_may(tmp_path, limit):
    gauges = {host: Gauge(limit) for host in HOSTS}
    with served({f"{host}/*": [gauge] for host, gauge in gauges.items()}) as server:
        urls = [f"http://{host}/{number}" for number in range(12) for host in HOSTS]
        reports = crawl(
            server, tmp_path / "data", urls, "-s", "DOWNLOAD_DELAY=0", "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={limit}"
        )

    assert [report["exit"] for report in reports.values()] == [0, 0]
    assert all(gauge.all >= 12 for gauge in gauges.values())
    assert [gauge.most for gauge in gauges.values()] == [limit, limit]
