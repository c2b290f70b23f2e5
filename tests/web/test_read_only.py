"""A data root that can not be written is served all the same: what has to be kept is kept elsewhere, once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.web.made import RICE, make

MOUNT = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
ASK = """
import json, sys, tempfile, threading
from pathlib import Path
from starlette.testclient import TestClient
from archive.web import deps, indexed
from archive.web.app import create_app

indexed.READY_S = deps.FIRST_S = 300.0  # however slow the machine is
root, other = Path(sys.argv[1]), sys.argv[2]
with TestClient(create_app(root), follow_redirects=False) as client:
    told = {}
    def ask(path):
        told[path] = client.get(path)
    paths = ["/", "/sites/ha_tinh", "/search?q=giong+lua", "/api/v1/search?q=giong+lua", "/api/v1/articles", "/healthz",
             "/oai?verb=ListRecords&metadataPrefix=oai_dc", f"/cdx?url={other}", f"/timemap/link/{other}"]
    # At once, so that several archives of the pool search.
    threads = [threading.Thread(target=ask, args=(f"{path}{'&' if '?' in path else '?'}n={n}" if "search" in path else path,))
               for path in paths for n in range(4 if "search" in path else 1)]
    [each.start() for each in threads]
    [each.join() for each in threads]
    made = sorted(each.name.rpartition("-")[0] for each in Path(tempfile.gettempdir()).iterdir())
    print(json.dumps([{path: answer.text[:600] for path, answer in told.items() if answer.status_code != 200}, made,
                      [len(answer.json()["items"]) for path, answer in told.items() if path.startswith("/api/v1/search")]]))
print(json.dumps(sorted(each.name for each in Path(tempfile.gettempdir()).iterdir())))
"""
can_mount = pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0,
    reason="no user namespaces here: nothing can be mounted read-only",
)


@can_mount
def test_everything_is_answered_and_nothing_is_made_twice(tmp_path: Path) -> None:
    root, kept = make(tmp_path / "data").root, Path(tempfile.mkdtemp(dir=tmp_path))
    before = sorted(str(path) for path in root.rglob("*"))
    line = ["unshare", "-rm", "sh", "-c", MOUNT, "sh", str(root), sys.executable, "-c", ASK, str(root), RICE]
    environ = {**os.environ, "TMPDIR": str(kept)}
    run = subprocess.run(line, capture_output=True, text=True, cwd=Path(__file__).parents[2], env=environ, timeout=300)

    assert run.returncode == 0, run.stderr
    (refused, made, hits), left = map(json.loads, run.stdout.splitlines())
    assert refused == {}, run.stderr
    assert set(hits) == {2}
    assert made == ["khcn-cdxj", "khcn-oai", "khcn-search"]
    assert left == []
    assert sorted(str(path) for path in root.rglob("*")) == before
