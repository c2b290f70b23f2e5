"""Find the weights of the lines' traits on a labelled corpus, and say what they are worth on pages not used for them.

    python -m benchmarks.weighing CORPUS [--write]

CORPUS is a folder with ``score.py`` and ``dev/`` (``gt.jsonl``, ``html/<id>.html.gz``). ``--write`` writes
``spiders/pages/weights.py``. Needs numpy.
"""

from __future__ import annotations

import argparse
import gzip
import json
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from archive.model import Payload
from benchmarks.extraction import score_of
from crawler.blocks import Block
from crawler.page import Page
from crawler.sites import Site
from spiders.pages import candidates, chooser
from spiders.pages.bodies import lines_of, told_of
from spiders.pages.traits import TRAITS, traits_of, with_picky, words_of

FOLDS, INNER, RIDGE = 8, 3, 30.0
WEIGHTS = Path(__file__).parents[1] / "spiders" / "pages" / "weights.py"
_SITE = Site(id="corpus", name="Corpus", name_en="Corpus", status="active")


class Labelled:
    """A page of the corpus: its lines, their traits, and which of them its label has."""

    def __init__(self, row: dict[str, Any], html: bytes, score: ModuleType) -> None:
        page = Page(_SITE, row["url"], datetime(2026, 11, 1, tzinfo=UTC), Payload(200, (), html))
        self.subset = row["subset"]
        self.host = urlsplit(row["url"]).netloc.removeprefix("www.")
        if self.host.endswith(".example.gov.vn"):
            self.host = row["id"].partition("_")[2][:1]
        self.blocks: list[Block] = [block for block in lines_of(page) if block.picture is None]
        told = told_of(page)
        generous, picky = candidates.generous(page.markup), candidates.picky(page.markup)
        self.sizes = [words_of(block.text, len(candidates.squashed(block.text))) for block in self.blocks]
        rows = traits_of(self.blocks, told, generous)
        self.alone = np.array(rows, float).reshape(-1, len(TRAITS))
        self.asked = np.array(with_picky(self.blocks, rows, picky), float).reshape(-1, len(TRAITS))
        self.tokens = [score.tokens(block.text) for block in self.blocks]
        self.wanted = score.shingles(score.tokens(row["text"]))
        self.label = np.array(self._labels(score, row["text"]), float)
        size = max(1, sum(self.wanted.values()))
        self.weight = np.array([max(len(words), 1) / size for words in self.tokens])

    def _labels(self, score: ModuleType, text: str) -> list[bool]:
        """Say which lines are of the labelled text: long ones by their shingles, short ones beside long ones."""
        rest = self.wanted.copy()
        whole = f" {' '.join(score.tokens(text))} "
        found = [False] * len(self.tokens)
        for at, words in enumerate(self.tokens):
            if len(words) >= 8:
                common = (have := score.shingles(words)) & rest
                if 2 * sum(common.values()) >= sum(have.values()):
                    found[at] = True
                    rest -= common
        long = [at for at, own in enumerate(found) if own]
        for at, words in enumerate(self.tokens):
            if 0 < len(words) < 8 and f" {' '.join(words)} " in whole:
                near = min((abs(at - other) for other in long), default=99)
                found[at] = near <= 4 or (near <= 10 and long[0] < at < long[-1])
        return found

    def f1(self, score: ModuleType, kept: Sequence[int]) -> tuple[float, float, float]:
        """Return precision, recall and F1 of the lines that are kept."""
        words = [word for at in kept for word in self.tokens[at]]
        precision, recall, f1 = score.prf(self.wanted, score.shingles(words))
        return precision, recall, f1


class Vote:
    """A logistic regression, fitted by Newton's method."""

    def fit(self, rows: Any, label: Any, weight: Any) -> Vote:
        """Fit it; *weight* says how much each line counts."""
        mean, spread = rows.mean(0), rows.std(0) + 1e-6
        table = np.hstack([np.ones((len(rows), 1)), (rows - mean) / spread])
        ridge = np.eye(table.shape[1]) * RIDGE
        ridge[0, 0] = 1e-6
        weight = weight / weight.mean()
        beta = np.zeros(table.shape[1])
        for _ in range(12):
            chance = 1 / (1 + np.exp(-np.clip(table @ beta, -15, 15)))
            slope = table.T @ (weight * (label - chance)) - ridge @ beta
            bend = (table * (weight * chance * (1 - chance))[:, None]).T @ table + ridge
            step = np.linalg.solve(bend, slope)
            beta = beta + np.clip(step, -3, 3)
            if abs(step).max() < 1e-3:
                break
        scaled = np.where(spread > 1e-5, beta[1:] / spread, 0.0)
        self.weights = np.concatenate([[beta[0] - (scaled * mean).sum()], scaled])
        return self

    def chances(self, rows: Any) -> Any:
        """Return the chance of each line."""
        return 1 / (1 + np.exp(-np.clip(self.weights[0] + rows @ self.weights[1:], -15, 15)))


def folds(pages: Sequence[Labelled], count: int, salt: str) -> list[list[int]]:
    """Return the pages in *count* groups; all of one host are in one."""
    groups: list[list[int]] = [[] for _ in range(count)]
    for at, page in enumerate(pages):
        groups[zlib.crc32(f"{salt}{page.host}".encode()) % count].append(at)
    return groups


def fit(pages: Sequence[Labelled], traits: Callable[[Labelled], Any]) -> tuple[Vote, Vote]:
    """Fit both votes; the second sees what the first says of pages that it was not fitted on."""
    pages = [page for page in pages if page.blocks]

    def all_of(some: Sequence[Labelled], rows: Sequence[Any]) -> tuple[Any, Any, Any]:
        return (np.concatenate(rows), np.concatenate([p.label for p in some]), np.concatenate([p.weight for p in some]))

    first = Vote().fit(*all_of(pages, [traits(page) for page in pages]))
    said: dict[int, Any] = {}
    for group in folds(pages, INNER, "inner"):
        rest = [page for at, page in enumerate(pages) if at not in set(group)]
        inner = Vote().fit(*all_of(rest, [traits(page) for page in rest]))
        said.update((at, inner.chances(traits(pages[at]))) for at in group)
    rows = [np.hstack([traits(page), around(page, said[at])]) for at, page in enumerate(pages)]
    return first, Vote().fit(*all_of(pages, rows))


def around(page: Labelled, chances: Any) -> Any:
    """Return the traits of the second vote."""
    return np.array(chooser.around(page.blocks, page.sizes, [float(one) for one in chances]))


def chances(page: Labelled, votes: tuple[Vote, Vote], rows: Any) -> list[float]:
    """Return the chances of a page's lines after both votes."""
    if not page.blocks:
        return []
    return [float(one) for one in votes[1].chances(np.hstack([rows, around(page, votes[0].chances(rows))]))]


def main() -> None:
    """Print what the weights are worth, fold by fold left out; write them when told so."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    score = score_of(options.corpus)
    lines = (options.corpus / "dev" / "gt.jsonl").read_text("utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row.get("text")]
    pages = []
    for row in rows:
        packed = options.corpus / "dev" / "html" / f"{row['id']}.html.gz"
        pages.append(Labelled(row, gzip.decompress(packed.read_bytes()), score))
    results: dict[str, list[tuple[float, float, float]]] = {}
    for group in folds(pages, FOLDS, "outer"):
        rest = [page for at, page in enumerate(pages) if at not in set(group)]
        alone, asked = fit(rest, lambda page: page.alone), fit(rest, lambda page: page.asked)
        for page in (pages[at] for at in group):
            one, two = chances(page, alone, page.alone), chances(page, asked, page.asked)
            doubt = chooser.doubt_of(page.sizes, one)
            for name, found in (("alone", one), ("asked", two), ("in doubt", two if doubt > chooser.ASK else one)):
                result = page.f1(score, chooser.kept_of(page.blocks, found))
                for subset in (page.subset, "ALL"):
                    results.setdefault(f"{name:9} {subset}", []).append(result)
    for name, values in sorted(results.items()):
        precision, recall, f1 = np.array(values).mean(0)
        print(f"{name:24} n {len(values):4}  F1 {f1:.4f}  P {precision:.4f}  R {recall:.4f}")
    if options.write:
        write(fit(pages, lambda page: page.alone), fit(pages, lambda page: page.asked))


def write(alone: tuple[Vote, Vote], asked: tuple[Vote, Vote]) -> None:
    """Write the weights, a line a trait."""
    names = ["base", *TRAITS, *chooser.AROUND]
    table = []
    for at, name in enumerate(names):
        four = [vote.weights[at] if at < len(vote.weights) else 0.0 for vote in (*alone, *asked)]
        table.append(f'    "{name}": ({", ".join(f"{weight:.3f}" for weight in four)}),')
    start, _, rest = WEIGHTS.read_text("utf-8").partition("# <weights>\n")
    _, _, end = rest.partition("# </weights>\n")
    body = "_TABLE = {\n" + "\n".join(table) + "\n}\n"
    WEIGHTS.write_text(f"{start}# <weights>\n{body}# </weights>\n{end}", "utf-8")


if __name__ == "__main__":
    main()
