"""What a browser does with each kind of page: Chromium's own figures, as Lighthouse asks for them.

    python -m benchmarks.pages [--root DATA] [--rounds 5]

First paint, end of loading, elements, requests, bytes over the wire and in the page, and how many files hold up the
first paint. Each figure is the median of some loads with an empty cache; times are milliseconds. ``--root`` is
a data root that ``python -m benchmarks.web --root`` made; by default a small one is made.
"""

from __future__ import annotations

import argparse
import logging
import sqlite3
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from archive.catalog import Catalog
from archive.search import catch_up
from benchmarks.held import article_name, make
from benchmarks.web import served
from tests.browser import CHROMIUM, Browser, browser

ASKED = """
(() => {
  const [page] = performance.getEntriesByType("navigation");
  const files = performance.getEntriesByType("resource");
  const painted = performance.getEntriesByName("first-contentful-paint")[0];
  const sum = name => files.reduce((all, each) => all + each[name], page[name]);
  return {
    paint: painted ? painted.startTime : null,
    loaded: page.loadEventEnd,
    answered: page.responseEnd - page.requestStart,
    elements: document.getElementsByTagName("*").length,
    requests: 1 + files.length,
    wire: sum("transferSize"),
    bytes: sum("decodedBodySize"),
    blocking: files.filter(each => each.renderBlockingStatus == "blocking").length,
    scripts: document.scripts.length,
  };
})()
"""


PAINTED = """
new Promise(done => {
  const look = left => performance.getEntriesByName("first-contentful-paint").length || !left
    ? done(left) : setTimeout(look, 20, left - 1);
  look(250);
})
"""


def figures(tab: Browser, url: str) -> dict[str, Any]:
    """Return Chromium's figures of one load of a page."""
    tab.call("Network.clearBrowserCache")
    tab.open(url)
    # The paint is told some frames after the page is loaded.
    tab.evaluate(PAINTED)
    found: dict[str, Any] = tab.evaluate(ASKED)
    return found


def paths(root: Path) -> dict[str, str]:
    """Return one page of each kind."""
    with sqlite3.connect(f"file:{root}/catalog.sqlite3?mode=ro", uri=True) as rows:
        article = article_name(30)
        title, capture = rows.execute("SELECT title, capture FROM versions WHERE id = ?", (article,)).fetchone()
    return {
        "home": "/",
        "list": "/search",
        "search": f"/search?q={title.split()[0]}",
        "article": f"/articles/{article}",
        "diff": f"/articles/{article}/diff",
        "capture": f"/captures/{capture.removeprefix('urn:uuid:')}",
        "Departments": "/sites",
        "a Department": "/sites/site_0",
        "crawls": "/crawls",
    }


def main() -> None:
    """Print a row a kind of page."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--root", type=Path, help="folder of the archive")
    arguments.add_argument("--rounds", type=int, default=5)
    chosen = arguments.parse_args()
    if CHROMIUM is None:
        sys.exit("Chromium is not installed; install it, for example with `apt-get install chromium`")
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        root = chosen.root or Path(folder)
        if not (root / "catalog.sqlite3").exists():
            make(root, 2_000, 20_000)
            with Catalog.open(root / "catalog.sqlite3") as catalog:
                catch_up(root, catalog, anew=True)
        measured(root, chosen.rounds)


def measured(root: Path, rounds: int) -> None:
    """Print the table."""
    names = ("paint", "loaded", "answered", "elements", "requests", "wire", "bytes", "blocking", "scripts")
    print(f"{'':14}" + "".join(f"{name:>10}" for name in names))
    with served(root) as (port, _), browser() as tab:
        for kind, path in paths(root).items():
            loads = [figures(tab, f"http://127.0.0.1:{port}{path}") for _ in range(rounds + 1)][1:]
            row = [median(each[name] or 0 for each in loads) for name in names]
            print(f"{kind:14}" + "".join(f"{value:10.0f}" for value in row))


if __name__ == "__main__":
    main()
