"""``khcn show``: one article, or the bytes of one capture."""

from __future__ import annotations

import json
import sys
from datetime import date, datetime, time
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from archive import open_archive
from archive.archive import Archive, HeldCapture
from archive.http import parse_head
from archive.jsonform import to_json
from archive.model import Article
from archive.times import VN
from crawler.cli.common import console, say, write_json
from crawler.config import Config
from crawler.exits import NotHeld
from crawler.reading import unsure


class Moment(click.ParamType[datetime]):
    """``YYYY-MM-DD`` (the end of that day in Vietnam) or an ISO 8601 time."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return an aware time."""
        try:
            if len(str(value)) == 10:
                return datetime.combine(date.fromisoformat(value), time(23, 59, 59), VN)
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f'"{value}" is no date; write it as 2025-06-11 or 2025-06-11T10:16:00+07:00', param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=VN)


@click.command("show")
@click.argument("url")
@click.option("--json", "form", flag_value="json", help="The article as `khcn schema article` describes it.")
@click.option("--text", "form", flag_value="text", help="The article's title and text only.")
@click.option("--raw", "form", flag_value="raw", help="The body of the capture, decoded.")
@click.option("--head", "form", flag_value="head", help="The head of the capture, byte for byte.")
@click.option("--at", type=Moment(), help="The version, or the capture, closest to DATE.")
@click.pass_obj
def command(config: Config, url: str, form: str | None, at: datetime | None) -> None:
    """Show the article at URL, or the bytes that were captured there."""
    with open_archive(config.data, catalog_url=config.catalog_url) as archive:
        if form in ("raw", "head"):
            _show_bytes(_capture(archive, url, at), form)
        else:
            article = archive.article(url, at)
            if article is None:
                raise _no_article(archive, url, at)
            _show_article(archive, article, form)


def _capture(archive: Archive, url: str, at: datetime | None) -> HeldCapture:
    capture = archive.capture(url, at)
    if capture is None:
        raise NotHeld(f"{url}: nothing was captured at this address; `khcn crawl --seeds` can fetch it")
    return capture


def _no_article(archive: Archive, url: str, at: datetime | None) -> NotHeld:
    if archive.capture(url) is None:
        return NotHeld(f"{url}: nothing was captured at this address; `khcn crawl --seeds` can fetch it")
    if at is not None and archive.article(url) is not None:
        return NotHeld(f"{url}: no article of that time is held; leave --at out for the latest")
    return NotHeld(f"{url}: captured, but not as an article; see its bytes with --head or --raw")


def _show_bytes(capture: HeldCapture, form: str) -> None:
    if form == "raw":
        shown = capture.payload().body
    else:
        response = capture.exchange().response
        shown = response[: parse_head(response).length]
    if sys.stdout.isatty():  # a terminal would obey some of them; what is piped is exact
        say(shown.decode("utf-8", "backslashreplace").replace("\r\n", "\n"))
        return
    sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()


def _show_article(archive: Archive, article: Article, form: str | None) -> None:
    if form == "json":
        write_json(_as_json(archive, article))
    elif form == "text":
        say(f"{article.title}\n\n{article.text}")
    else:
        _print(archive, article)


def _as_json(archive: Archive, article: Article) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(to_json(article))
    capture = archive.capture_by_id(article.capture or "")
    value["state"] = archive.state(article.url)
    value["origin"] = capture.origin if capture else "crawl"
    recovered = archive.recovered(capture) if capture else None
    value["recovered"] = json.loads(to_json(recovered)) if recovered else None
    value["capture"] = capture and {
        "id": capture.id,
        "date": capture.date.isoformat().replace("+00:00", "Z"),
        "status": capture.status,
        "warc": capture.location.warc,
        "offset": capture.location.offset,
    }
    return value


def _origin(archive: Archive, article: Article) -> dict[str, str | None]:
    """Return how the capture came here, when it was not crawled, and from where."""
    capture = archive.capture_by_id(article.capture or "")
    if capture is None or capture.origin == "crawl":
        return {}
    recovered = archive.recovered(capture)
    if recovered is None:
        return {"origin": capture.origin}
    fetched = f", fetched {recovered.fetched.isoformat(timespec='seconds')}" if recovered.fetched else ""
    return {"origin": capture.origin, "recovered from": f"{recovered.source}{fetched}"}


def _doubts(archive: Archive, article: Article) -> dict[str, str]:
    """Return what speaks against the article, where something does."""
    told = {"not sure of": ", ".join(unsure(article))} if unsure(article) else {}
    same = [each.url for each in archive.same_as(article.url) if each.site == article.site and each.score == 1]
    return told | ({"same text at": "\n".join(same)} if same else {})


def _print(archive: Archive, article: Article) -> None:
    out = console()
    out.print(Text(article.title, style="bold"))
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    published = article.published
    day_only = article.published_precision == "day"
    rows = {
        "url": article.url,
        "published": published and (published.date().isoformat() if day_only else published.isoformat()),
        "authors": ", ".join(article.authors),
        "photographers": ", ".join(article.photographers),
        "source": article.source,
        "section": article.section,
        "tags": ", ".join(article.tags),
        "captured": article.captured.isoformat(timespec="seconds"),
        "capture": article.capture,
        **_origin(archive, article),
        "parser": article.parser,
        **_doubts(archive, article),
    }
    for name, value in rows.items():
        table.add_row(name, Text(str(value)) if value else Text("-", style="dim"))
    out.print(table)
    if article.summary:
        out.print()
        out.print(Text(article.summary, style="italic"), soft_wrap=True)
    for paragraph in article.text.split("\n\n"):
        out.print()
        out.print(Text(paragraph), soft_wrap=True)
    for image in article.images:
        facts = f"{image.width}x{image.height} {image.mime} {image.size_bytes} B" if image.capture else "not fetched"
        credit = f" ({image.credit})" if image.credit else ""
        out.print()
        out.print(Text(f"[{image.position + 1}] {image.caption or '-'}{credit}"), soft_wrap=True)
        out.print(Text(f"    {image.url}  {facts}", style="dim"), soft_wrap=True)
    for attachment in article.attachments:
        out.print()
        out.print(Text(f"[+] {attachment.title or '-'}"), soft_wrap=True)
        facts = f"{attachment.mime} {attachment.size_bytes} B" if attachment.capture else "not fetched"
        out.print(Text(f"    {attachment.url}  {facts}", style="dim"), soft_wrap=True)
