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
from collections import Counter
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
from crawler.sites import Site
from spiders.pages import candidates, chooser
from spiders.pages.bodies import read_body, seen_of, told_of
from spiders.pages.generic import GenericArticle
from spiders.pages.traits import TRAITS, traits_of, with_picky, words_of
from spiders.pages.weights import Weights

FOLDS, INNER, RIDGE = 8, 3, 30.0
SHINGLE, LONG = 4, 8
"""Words of a shingle; of a line that is looked for by its shingles."""
HEAVIEST = 2.0
"""What all lines of a page weigh together, at most; the words of its label weigh 1."""
WEIGHTS = Path(__file__).parents[1] / "spiders" / "pages" / "weights.py"
_SITE = Site(id="corpus", name="Corpus", name_en="Corpus", status="active")


class Labelled:
    """A page of the corpus: its lines, their traits, and which of them its label has."""

    def __init__(self, row: dict[str, Any], html: bytes, score: ModuleType) -> None:
        self.page = GenericArticle(_SITE, row["url"], datetime(2026, 11, 1, tzinfo=UTC), Payload(200, (), html))
        self.subset = row["subset"]
        self.host = urlsplit(row["url"]).netloc.removeprefix("www.")
        if self.host.endswith(".example.gov.vn"):
            self.host = row["id"].partition("_")[2][:1]
        seen = seen_of(self.page)
        self.blocks: list[Block] = [block for block in seen.blocks if block.picture is None]
        told = told_of(self.page.facts, self.page.head_title)
        generous, picky = candidates.generous(seen.markup), candidates.picky(seen.markup)
        lines = [candidates.squashed(block.text) for block in self.blocks]
        self.sizes = [words_of(block.text, len(text)) for block, text in zip(self.blocks, lines, strict=True)]
        rows = traits_of(self.blocks, lines, told, generous)
        self.alone = np.array(rows, float).reshape(-1, len(TRAITS))
        self.asked = np.array(with_picky(lines, rows, picky), float).reshape(-1, len(TRAITS))
        tokens = [score.tokens(block.text) for block in self.blocks]
        truth = score.tokens(row["text"])
        self.wanted = score.shingles(truth)
        self.label = np.array(labels(tokens, truth), float)
        size = max(1, sum(self.wanted.values()))
        weight = np.array([max(len(words), 1) / size for words in tokens])
        # A page whose label has little of it would weigh as much as many others.
        self.weight = weight * min(1.0, HEAVIEST / max(weight.sum(), 1e-9))

    def f1(self, score: ModuleType, weights: tuple[Weights, Weights]) -> tuple[float, float, float]:
        """Return precision, recall and F1 of the body that is read with *weights*."""
        body = read_body(self.page, self.page.facts, lambda: self.page.reading, weights)
        precision, recall, f1 = score.prf(self.wanted, score.shingles(score.tokens("\n\n".join(body.paragraphs))))
        return precision, recall, f1


def labels(lines: Sequence[Sequence[str]], truth: Sequence[str]) -> list[bool]:
    """Say which lines, in words, are of a labelled text: those that follow each other in the page as in the text.

    A line has one place in the text, so that of a heading and its copy in a table of contents one is right.
    """
    places: dict[tuple[str, ...], list[int]] = {}
    for size in (1, SHINGLE):
        for at in range(len(truth) - size + 1):
            places.setdefault(tuple(truth[at : at + size]), []).append(at)
    best = _Highest(len(truth) + 1)
    steps: list[tuple[int, int]] = []
    for at, words in enumerate(lines):
        # All are looked up before any is noted: a line follows another, not itself.
        new = []
        for start, weight in _spots(words, truth, places):
            before, step = best.below(start + 2)
            new.append((start + len(words), before + weight, len(steps)))
            steps.append((at, step))
        for end, weight, step in new:
            best.note(end, weight, step)
    found = [False] * len(lines)
    _, step = best.below(len(truth))
    while step >= 0:
        at, step = steps[step]
        found[at] = True
    return found


def _spots(
    words: Sequence[str], truth: Sequence[str], places: dict[tuple[str, ...], list[int]]
) -> list[tuple[int, float]]:
    """Return where in the text a line may stand, and how many of its words do: short ones whole, long ones by half."""
    if not words:
        return []
    if len(words) < LONG:
        starts = places.get((words[0],), [])[:60]
        return [(at, 0.9 * len(words)) for at in starts if list(truth[at : at + len(words)]) == list(words)]
    count = len(words) - SHINGLE + 1
    shifts: Counter[int] = Counter()
    for at in range(count):
        shifts.update(place - at for place in places.get(tuple(words[at : at + SHINGLE]), ())[:20])
    near = [(at, sum(shifts[other] for other in range(at - 12, at + 13))) for at, _ in shifts.most_common(6)]
    return [(max(0, at), float(min(common, count))) for at, common in near if 2 * common >= count]


class _Highest:
    """The highest weight that ends at or before a place (a binary indexed tree)."""

    def __init__(self, size: int) -> None:
        self._best = [(0.0, -1)] * (size + 1)

    def note(self, place: int, weight: float, step: int) -> None:
        place = min(place, len(self._best) - 2) + 1
        while place < len(self._best):
            self._best[place] = max(self._best[place], (weight, step))
            place += place & -place

    def below(self, place: int) -> tuple[float, int]:
        place = min(place, len(self._best) - 2) + 1
        found = (0.0, -1)
        while place > 0:
            found = max(found, self._best[place])
            place -= place & -place
        return found


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


def weights_of(votes: tuple[Vote, Vote]) -> Weights:
    """Return the weights of both votes, as the reader takes them."""
    return Weights(*(tuple(float(weight) for weight in vote.weights) for vote in votes))


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
        weights = (weights_of(fit(rest, lambda page: page.alone)), weights_of(fit(rest, lambda page: page.asked)))
        for page in (pages[at] for at in group):
            result = page.f1(score, weights)
            for subset in (page.subset, "ALL"):
                results.setdefault(subset, []).append(result)
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
