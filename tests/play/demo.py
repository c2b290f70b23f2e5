"""``make demo``: the main job, on two Departments played on this machine."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from crawler.cli.common import size, table
from tests.khcn import FAST
from tests.play import play

SITES = ("ha_tinh", "hau_giang")
DATA = Path("demo-data")
KHCN = Path(sys.executable).parent / "khcn"

console = Console(width=max(100, Console().width) if sys.stdout.isatty() else 100)


def main() -> int:
    """Crawl, crawl again, rebuild, compare, and show what a person wants to see."""
    began = time.monotonic()
    shutil.rmtree(DATA, ignore_errors=True)
    with play() as played:
        os.environ["KHCN_RESOLVE"] = played.resolve
        say("1. Crawl two Departments, played on this machine under their real names")
        khcn("crawl", *SITES, *FAST)
        say("2. Crawl them again: known articles are not asked for twice")
        khcn("crawl", *SITES, *FAST)
    say("3. Throw catalog and JSON Lines away, derive them again from the WARCs, and compare")
    live = facts()
    shutil.rmtree(DATA / "articles")
    for path in DATA.glob("catalog.sqlite3*"):
        path.unlink()
    khcn("rebuild")
    if facts() != live:
        console.print("the rebuilt catalog differs from the live one", style="bold red")
        return 1
    console.print(f"equal, row by row ({len(live[0]):,} rows) and line by line ({len(live[1]):,} JSON Lines)")
    say("4. What is held")
    console.print(holdings())
    say("5. One article, as the archive reads it")
    khcn("show", example())
    say("Where things are, and what to type next")
    console.print(Panel(next_steps(), expand=False))
    console.print(f"done in {time.monotonic() - began:.0f} s")
    return 0


def say(text: str) -> None:
    console.print(f"\n{text}", style="bold")


def khcn(*arguments: str) -> None:
    """Run the command as a person would; the demo ends where it fails."""
    command = [str(KHCN), "--data", str(DATA), *arguments]
    console.print(
        f"$ khcn --data {DATA} {shlex.join(arguments)}", style="dim", markup=False, highlight=False, soft_wrap=True
    )
    result = subprocess.run(command, check=False)
    if result.returncode:
        sys.exit(f"khcn ended with exit code {result.returncode}")


def facts() -> tuple[list[str], list[str]]:
    """Return every row of the catalog and every JSON line."""
    from archive.catalog import Catalog

    with Catalog.open(DATA / "catalog.sqlite3", read_only=True) as catalog:
        rows = list(catalog.dump())
    return rows, [line for path in sorted((DATA / "articles").rglob("*.jsonl")) for line in path.open()]


def holdings() -> Table:
    held = table("site", "articles", "images", "attachments", "captures", "WARC files", "bytes", "published")
    for site in SITES:
        articles = [json.loads(line) for path in (DATA / "articles" / site).rglob("*.jsonl") for line in path.open()]
        warcs = list((DATA / "warcs" / site).rglob("*.warc.gz"))
        dates = sorted(article["published"][:10] for article in articles if article["published"])
        held.add_row(
            site,
            str(len(articles)),
            str(sum(len(article["images"]) for article in articles)),
            str(sum(len(article["attachments"]) for article in articles)),
            str(sum(len(path.read_text().splitlines()) for path in (DATA / "cdxj" / site).rglob("*.cdxj"))),
            str(len(warcs)),
            size(sum(path.stat().st_size for path in warcs)),
            f"{dates[0]} ... {dates[-1]}",
        )
    return held


def example() -> str:
    """Return the address of a short article with a picture, a byline and a photographer."""
    lines = [line for path in sorted((DATA / "articles").rglob("*.jsonl")) for line in path.open()]
    articles = [json.loads(line) for line in lines]
    fit = [a for a in articles if a["authors"] and a["photographers"] and a["authors"] != a["photographers"]]
    fit = [a for a in fit if 1 <= len(a["images"]) <= 2 and all(image["caption"] for image in a["images"])]
    return str(min(fit or articles, key=lambda article: len(article["text"]))["url"])


def next_steps() -> str:
    warc = next(iter(sorted((DATA / "warcs").rglob("*.warc.gz"))))
    return "\n".join(
        (
            f"{DATA}/warcs/      what was sent and received, byte for byte (WARC 1.1)",
            f"{DATA}/cdxj/       where each capture lies (CDXJ)",
            f"{DATA}/articles/   one article a line, as `khcn schema article` describes it",
            f"{DATA}/crawls/     the report of each run",
            "",
            ". .venv/bin/activate",
            "khcn sites list",
            f"khcn --data {DATA} show --json URL",
            f"khcn --data {DATA} show --head URL",
            f"warcio index {warc}",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
