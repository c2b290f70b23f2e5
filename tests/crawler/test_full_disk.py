"""Disks too small for a crawl, and files that may not grow: it ends with exit 3 or 0, and room makes it whole.

A spread of sizes, or all of them with ``ALL_FAULTS=1``.
"""

from __future__ import annotations

import shutil

import pytest

from tests.crawler.forked import CanNotMount
from tests.crawler.small_crawl import ALL, small_crawl
from tests.crawler.whole import check_whole

SIZES = 20
SHOWN = range(SIZES) if ALL else range(0, SIZES, 4)
LARGEST_DISK = 850_000
LARGEST_FILE = 550_000
"""Bytes that the small crawl just gets by with."""


@pytest.fixture(scope="module", params=["tmpfs", "rlimit"])
def rig(request, tmp_path_factory):
    is_mounted = request.param == "tmpfs"
    if is_mounted and not shutil.which("unshare"):
        pytest.skip("needs unshare(1)")
    with small_crawl(tmp_path_factory.mktemp(request.param), mounts=is_mounted) as made:
        yield made


@pytest.mark.parametrize("number", SHOWN)
def test_a_disk_of_any_size_loses_nothing(rig, number):
    part = (number + 1) / SIZES
    data = rig.folder / str(number)
    if "tmpfs" in rig.folder.name:
        try:
            full = rig.crawl(rig.folder / "mount", size=int(part * LARGEST_DISK), keep=data)
        except CanNotMount as error:
            pytest.skip(f"needs a file system of its own: {error}")
    else:
        full = rig.crawl(data, rlimit=int(part * LARGEST_FILE))

    assert full.code in (0, 3), full.said
    assert "Traceback" not in full.said
    if full.code == 0:
        check_whole(data, rig.expected)
    room = rig.crawl(data)
    assert room.code == 0, (full.said, room.said)
    check_whole(data, rig.expected)
