"""``khcn search``: the articles that answer a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from itertools import islice
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from archive import open_archive
from archive.catalog.times import end_moment, first_moment
from archive.errors import ConfigError
from archive.times import VN
from crawler.cli.common import console, json_option, say, table, write_json
from crawler.cli.export import Bound
from crawler.config import Config
from crawler.exits import Exit, NotHeld

if TYPE_CHECKING:
    from archive.archive import Archive
    from archive.search import Facets, Hit, Order


MOST = 1_000_000_000


# "-bão" is part of a query; "-h" must not be taken out of "-hòa".
@click.command("search", context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("query", nargs=-1)
@click.option("--site", "sites", multiple=True, metavar="SITE", help="Only articles of SITE; more than once: of these.")
@click.option("--since", type=Bound(), help="Only articles published then or later.")
@click.option("--until", type=Bound(), help="Only articles published then or earlier.")
@click.option("--newest", is_flag=True, help="Newest first, in place of best first.")
@click.option("--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="Show at most N articles.")
@click.option("--offset", type=click.IntRange(0, MOST), default=0, help="Leave out the first N.")
@click.option("--facets", "is_facets", is_flag=True, help="Count them by site and by month, in place of showing them.")
@click.option("--reindex", is_flag=True, help="Make the index anew first; without QUERY do nothing else.")
@json_option
@click.pass_obj
def command(
    config: Config,
    query: tuple[str, ...],
    sites: tuple[str, ...],
    since: date | datetime | None,
    until: date | datetime | None,
    newest: bool,
    limit: int,
    offset: int,
    is_facets: bool,
    reindex: bool,
    as_json: bool,
) -> Exit:
    """Search the articles, with or without accents, as they read now.

    All words of QUERY must occur. "in quotes": side by side. OR between words: one of them. -word: must not occur.
    word*: may go on. title: author: tag: section: site: before a word: there only.
    """
    from archive.search import Busy, NotWritable, QueryError, catch_up

    wrong = next((word for word in query if word.startswith("--")), None)
    if wrong is not None:
        raise click.NoSuchOption(wrong)
    if since is not None and until is not None and first_moment(since) >= end_moment(until):
        raise click.UsageError(f"--since {since} is after --until {until}")
    text = " ".join(query)
    with open_archive(config.data, catalog_url=config.catalog_url) as archive:
        _check_sites(archive, sites)
        try:
            if reindex:
                done = catch_up(config.data, archive.catalog, anew=True)
                say(f"index made anew: {done.articles} articles", err=True)
                if not text:
                    return Exit.OK
            if is_facets:
                _show_facets(archive.facets(text, site=sites, since=since, until=until), as_json=as_json)
                return Exit.OK
            order: Order = "newest" if newest else "rank"
            # One more than is shown, to know whether there are more.
            hits = archive.search(
                text, site=sites, since=since, until=until, order=order, limit=limit + 1, offset=offset
            )
        except QueryError as error:
            raise click.UsageError(str(error)) from None
        except Busy as error:
            say(f"khcn: {error}", err=True)
            return Exit.LOCKED
        except NotWritable as error:
            raise ConfigError(f"{error}; make it writable, or search without --reindex") from None
        shown = _show_hits(islice(hits, limit), as_json=as_json)
        if not shown:
            say(f"nothing found for {text}" + (f" after the first {offset}" if offset else ""), err=True)
        elif next(hits, None) is not None:
            say(f"there are more: --offset {offset + limit}", err=True)
    return Exit.OK


def _check_sites(archive: Archive, sites: Sequence[str]) -> None:
    held = archive.catalog.sites() if sites else []
    for site in sites:
        if site not in held:
            close = get_close_matches(site, held, 1)
            hint = f' (did you mean "{close[0]}"?)' if close else f"; held are: {', '.join(held) or 'none'}"
            raise NotHeld(f'no article of a site "{site}" is held{hint}')


def _show_hits(hits: Iterator[Hit], *, as_json: bool) -> int:
    out = console()
    shown = 0
    for hit in hits:
        if as_json:
            write_json(_as_json(hit))
        else:
            _print(out, hit)
        shown += 1
    return shown


def _as_json(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "site": hit.site,
        "url": hit.url,
        "title": hit.title,
        "published": hit.published and hit.published.isoformat(),
        "snippet": hit.snippet,
        "score": None if hit.score is None else round(hit.score, 4),
        "state": hit.state,
        "published_precision": hit.published_precision,
        "highlights": hit.highlights,
    }


def _print(out: Console, hit: Hit) -> None:
    title = Text(f"{hit.rank}. ", style="dim")
    title.append_text(_marked(hit.title, hit.title_highlights, "bold", "bold yellow"))
    published = hit.published.astimezone(VN).date().isoformat() if hit.published else "no date"
    facts = Text(f"{hit.site} · {published}", style="cyan")
    if hit.state == "gone":
        facts.append(" · gone", style="red")
    lines = (facts, _marked(hit.snippet, hit.highlights, "", "bold"), _marked(hit.url, (), "dim", ""))
    if out.is_terminal:
        out.print(title)
        for line in lines:
            out.print(Padding(line, (0, 0, 0, 3)))
    else:  # a line stays a line
        for line in (title, *(Text("   ").append_text(line) for line in lines)):
            out.print(line, soft_wrap=True)
    out.print()


def _marked(text: str, ranges: Sequence[tuple[int, int]], style: str, marked: str) -> Text:
    # A page's control characters are no commands to the terminal.
    made = Text("".join(char if char.isprintable() else " " for char in text), style=style)
    for start, end in ranges:
        made.stylize(marked, start, end)
    return made


def _show_facets(facets: Facets, *, as_json: bool) -> None:
    if as_json:
        write_json({"articles": facets.articles, "sites": dict(facets.sites), "months": dict(facets.months)})
        return
    for name, counted in (("site", facets.sites), ("month", facets.months)):
        made = table(name, "articles")
        made.columns[1].justify = "right"
        for key, count in counted:
            made.add_row(key, str(count))
        console().print(made)
    say(f"{facets.articles} articles")
