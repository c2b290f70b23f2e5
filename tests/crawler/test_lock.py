"""One run a site."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from crawler.lock import SiteLock, SiteLocked

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_second_run_is_told_who_holds_the_site(tmp_path):
    with SiteLock(tmp_path, "ha_tinh", NOW), pytest.raises(SiteLocked) as error:
        SiteLock(tmp_path, "ha_tinh", NOW).__enter__()

    assert f"process {os.getpid()} since 2026-01-02T03:04:05+00:00" in str(error.value)


def test_another_site_is_free(tmp_path):
    with SiteLock(tmp_path, "ha_tinh", NOW), SiteLock(tmp_path, "hau_giang", NOW) as second:
        assert second is not None


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    code = (
        "import os, sys, pathlib, datetime\n"
        "from crawler.lock import SiteLock\n"
        "SiteLock(pathlib.Path(sys.argv[1]), 'ha_tinh', datetime.datetime.now(datetime.UTC)).__enter__()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    result = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    assert result.returncode == -9
    with SiteLock(tmp_path, "ha_tinh", NOW):
        assert (tmp_path / "locks" / "ha_tinh.lock").read_text().startswith(f"process {os.getpid()} ")
