"""The frontier against a dict that does the same in ten lines, over any sequence of calls."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crawler import frontier as module
from crawler.frontier import Entry, Frontier

KEYS = st.integers(0, 12) | st.sampled_from([-(1 << 63), (1 << 63) - 1])
MINUTES = st.none() | st.integers(-5, 30)


class FrontierMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.now = datetime(2026, 3, 1, tzinfo=UTC)
        self.small = [
            patch.object(module, name, value) for name, value in (("BUFFER", 5), ("_RECENT", 4), ("_CHUNK", 3))
        ]
        for one in self.small:
            one.start()
        self.open()
        self.frontier.begin("crawl", "mode")
        self.rows = {}  # key -> [state, entry, place]
        self.places = 0

    def open(self):
        self.frontier = Frontier.open(Path(self.folder.name) / "f.sqlite3", "ha_tinh", clock=lambda: self.now)

    def at(self, minutes):
        return None if minutes is None else self.now + timedelta(minutes=minutes)

    def put(self, entry):
        self.places += 1
        self.rows[entry.key] = ["pending", entry, self.places]

    @rule(keys=st.lists(KEYS, max_size=8), priority=st.integers(-2, 2), minutes=MINUTES)
    def add(self, keys, priority, minutes):
        entries = [Entry(k, f"https://a.vn/{k}", "{}", priority, next=self.at(minutes)) for k in keys]
        expected = []
        for entry in entries:
            if entry.key not in self.rows:
                expected.append(entry)
                self.put(entry)
        assert self.frontier.add(entries) == expected

    @rule(key=KEYS, priority=st.integers(-2, 2), attempts=st.integers(0, 3), minutes=MINUTES)
    def again(self, key, priority, attempts, minutes):
        entry = Entry(key, f"https://a.vn/{key}", '{"again": 1}', priority, attempts, next=self.at(minutes))
        self.frontier.again(entry)
        if key in self.rows:
            self.rows[key][:2] = ["pending", entry]
        else:
            self.put(entry)

    @rule(count=st.integers(0, 5))
    def lease(self, count):
        ready = [
            row for row in self.rows.values() if row[0] == "pending" and (not row[1].next or row[1].next <= self.now)
        ]
        ready.sort(key=lambda row: (-row[1].priority, row[2]))
        assert self.frontier.lease(count) == [row[1] for row in ready[:count]]
        for row in ready[:count]:
            row[0] = "leased"

    @rule(keys=st.lists(KEYS, max_size=4))
    def release(self, keys):
        self.frontier.release(keys)
        for key in keys:
            if key in self.rows and self.rows[key][0] == "leased":
                self.rows[key][0] = "pending"

    @rule(keys=st.lists(KEYS, max_size=4))
    def done(self, keys):
        self.frontier.done(keys)
        for key in keys:
            if key in self.rows:
                self.rows[key][0] = "done"

    @rule(key=KEYS, attempts=st.integers(1, 5), minutes=MINUTES)
    def fail(self, key, attempts, minutes):
        self.frontier.fail(key, "timeout", attempts, self.at(minutes))
        if key in self.rows:
            row = self.rows[key]
            entry = row[1]
            row[:2] = [
                "failed",
                Entry(key, entry.url, entry.request, entry.priority, attempts, "timeout", self.at(minutes)),
            ]

    @rule(minutes=st.integers(1, 30))
    def wait(self, minutes):
        self.now += timedelta(minutes=minutes)

    @rule()
    def commit(self):
        self.frontier.commit()

    @rule()
    def run_again(self):
        self.frontier.close()
        self.open()
        assert self.frontier.crawl() == "crawl"
        leased = [row for row in self.rows.values() if row[0] == "leased"]
        assert self.frontier.resume() == len(leased)
        for row in leased:
            row[0] = "pending"

    @rule()
    def next_crawl(self):
        self.frontier.end("crawl")
        self.frontier.begin("crawl", "mode")
        self.rows = {key: row for key, row in self.rows.items() if row[0] != "done"}
        for row in self.rows.values():
            if row[0] == "leased":
                row[0] = "pending"
            if row[0] in ("failed", "later"):
                row[0] = "pending" if not row[1].next or row[1].next <= self.now else "later"

    @invariant()
    def agrees(self):
        states = [row[0] for row in self.rows.values()]
        assert self.frontier.counts() == {
            name: states.count(name) for name in ("pending", "leased", "done", "failed", "later")
        }
        assert self.frontier.knows([*range(13), -(1 << 63), (1 << 63) - 1, 99]) == set(self.rows)

    @rule()
    def look(self):
        failed = sorted((row for row in self.rows.values() if row[0] == "failed"), key=lambda row: row[2])
        assert list(self.frontier.failed()) == [row[1] for row in failed]

    def teardown(self):
        self.frontier.close()
        for one in self.small:
            one.stop()
        self.folder.cleanup()


TestFrontier = FrontierMachine.TestCase
TestFrontier.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
