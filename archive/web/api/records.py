"""Articles as ``khcn export --format jsonl`` writes them, and as little as must not be shown left in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from archive.catalog.browsing import Browsing, Span
from archive.catalog.holdings import Holding
from archive.documents import texts
from archive.export.record import Record, checked_json, record_of
from archive.public import PublicArchive
from archive.recovered import from_warcs
from archive.web.api.answers import software
from archive.web.problems import Problem, taken_down


def records(archive: PublicArchive, held: Iterable[Holding]) -> Iterator[Record]:
    """Yield what is held as records."""
    listed, recovered_of = archive.takedown, from_warcs(archive.root)
    with texts(archive.root) as text_of:
        for each in held:
            shown = replace(each, article=listed.shown(each.article))
            yield record_of(shown, text_of, software(), recovered_of)


def lines(archive: PublicArchive, held: Iterable[Holding]) -> list[bytes]:
    """Return what is held as the lines of an export."""
    return [checked_json(record) for record in records(archive, held)]


def span_of(archive: PublicArchive, state: Browsing, sites: list[str] | None, since: object, until: object) -> Span:
    """Return what of the articles asked for may be shown."""
    hidden = archive.withheld
    return Span(
        tuple(sites) if sites else None,
        since,  # type: ignore[arg-type]
        until,  # type: ignore[arg-type]
        but_sites=hidden.listed.sites,
        but=hidden.articles,
    )


def placed(archive: PublicArchive, state: Browsing, article: str) -> str:
    """Return the address of an article (id) that may be shown. Raises Problem."""
    found = state.address(article)
    if found is None:
        raise Problem(404, f"no article {article} is held; a rebuild keeps ids, a mistyped one is none",
                      vi=f"kho không có bài viết {article}", type="no-such-article")  # fmt: skip
    if archive.withheld.hides_article(article, found[0]):
        raise taken_down("this article", "bài viết này")
    return found[1]
