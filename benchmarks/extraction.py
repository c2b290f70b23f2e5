"""Read the labelled pages of a corpus with ours and with the best readers there are, and print them side by side.

    python -m benchmarks.extraction CORPUS [--split dev] [--only ours,trafilatura] [--subset vi_real,vi_synth]

CORPUS is a folder with ``score.py`` (``load``, ``run``, ``table``), ``dev/gt.jsonl`` and ``dev/html/<id>.html.gz``.
``ours`` below is the form that such scorers take: ``score.py --extractor benchmarks.extraction:ours``.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from rich.console import Console
from rich.table import Table

from archive.model import Payload
from crawler.page import Page
from crawler.registry import page_class
from crawler.sites import Site

_SITE = Site(id="corpus", name="Corpus", name_en="Corpus", status="active")
_COLUMNS = ("F1", "P", "R", "LCS", "seg", "title", "date", "auth", "ms", "fail")


def ours(html: bytes, url: str) -> dict[str, Any]:
    """Read a page as one that no family knows: its title, text, date of publication and writers."""
    page = Page(_SITE, url, datetime.now(UTC), Payload(200, (("Content-Type", "text/html"),), html))
    article = page.read_as(page_class("generic"))
    published, _ = article.published()
    return {
        "title": article.title(),
        "text": article.text(),
        "published": published.isoformat() if published else None,
        "authors": list(article.authors()),
    }


def trafilatura(html: bytes, url: str) -> dict[str, Any]:
    """Read a page with trafilatura, as it comes."""
    from trafilatura import bare_extraction

    found: Any = bare_extraction(html, url=url, with_metadata=True)
    if found is None:
        return {}
    return {
        "title": found.title, "text": found.text, "published": found.date,
        "authors": (found.author or "").split("; "),
    }  # fmt: skip


def resiliparse(html: bytes, url: str) -> dict[str, Any]:
    """Read a page's text with resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding
    from resiliparse.parse.html import HTMLTree

    markup = bytes_to_str(html, detect_encoding(html) or "utf-8")
    tree = HTMLTree.parse(markup)
    return {"text": extract_plain_text(tree, main_content=True, alt_texts=False), "title": tree.title}


READERS: Mapping[str, Callable[[bytes, str], dict[str, Any]]] = {
    "ours": ours, "trafilatura": trafilatura, "resiliparse": resiliparse,
}  # fmt: skip


def score_of(corpus: Path) -> ModuleType:
    """Return the corpus's own scoring module."""
    spec = importlib.util.spec_from_file_location("score", corpus / "score.py")
    if spec is None or spec.loader is None or not (corpus / "score.py").exists():
        raise SystemExit(f"{corpus}/score.py: not there; name the folder of a corpus")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Print a table of subsets for each reader."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--only", default=",".join(READERS), help="readers, by comma")
    parser.add_argument("--subset", help="subsets, by comma")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    score = score_of(options.corpus)
    rows = score.load(options.split, set(options.subset.split(",")) if options.subset else None)
    for name in options.only.split(","):
        pages = [
            {"subset": row["subset"], "m": {**score.score_page(row, got), "ms": ms, "fail": fail}}
            for row, got, ms, fail in score.run(rows, options.split, READERS[name])
        ]
        table = Table("subset", "pages", *_COLUMNS, title=name, box=None)
        for subset, values in score.table(pages).items():
            cells = [f"{values[column]:.3f}" if column in values else "-" for column in _COLUMNS[:-2]]
            table.add_row(subset, str(values["n"]), *cells, f"{values['ms']:.1f}", f"{values['fail']:.0f}")
        Console(width=120).print(table)


if __name__ == "__main__":
    main()
