"""Equal settings have one digest, in whatever process it is made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "from scrapy.utils.project import get_project_settings as of; from crawler.opening import settings_digest;"
    "settings = of(); print(settings_digest(settings)); settings.set('DOWNLOADER_MIDDLEWARES', {'a.B': 1});"
    "print(settings_digest(settings))"
)


def digests(seed: str) -> list[str]:
    env = {"PATH": "/usr/bin:/bin", "PYTHONHASHSEED": seed}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_equal_settings_have_one_digest_in_every_process_and_others_another():
    one, other = digests("1"), digests("2")

    assert one == other
    assert one[0] != one[1]
