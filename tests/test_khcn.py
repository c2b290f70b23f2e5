"""The command can be run at another time."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from archive.times import VN
from tests.khcn import FAST, khcn
from tests.play import play


def test_a_run_at_another_time_writes_that_time_and_takes_its_own(tmp_path):
    then = datetime(2031, 5, 6, 7, 8, 9, tzinfo=VN)
    with play(seeds=False, oldest=2) as played:
        done = khcn("crawl", "ha_tinh", "--json", *FAST, data=tmp_path, resolve=played.resolve, at=then)
    report = json.loads(done.stdout)
    started, ended = (datetime.fromisoformat(report[name]) for name in ("started", "ended"))

    assert done.returncode == 0, done.stderr
    assert then < started < ended < then + timedelta(minutes=5)
    assert [path.name[:17] for path in tmp_path.glob("warcs/ha_tinh/2031/*")] == ["ha_tinh-203105060"]
    assert khcn("nonsense", at=then).returncode == 2
