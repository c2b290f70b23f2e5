"""``khcn history``: what became of one article; which articles were taken away."""

from __future__ import annotations

from datetime import datetime

import click
from rich.text import Text

from archive import open_archive
from archive.archive import Archive
from archive.catalog.checks import Removed
from archive.history import History, HistoryEvent
from archive.times import VN
from crawler.cli.common import console, json_option, table, write_json
from crawler.config import Config
from crawler.exits import NotHeld

STYLES = {"gone": "red", "back": "green", "changed": "yellow"}


@click.command("history")
@click.argument("url", required=False)
@click.option("--removed", is_flag=True, help="The articles that were taken away, also those that came back.")
@click.option("--site", help="With --removed: those of one site id only.")
@json_option
@click.pass_obj
def command(config: Config, url: str | None, removed: bool, site: str | None, as_json: bool) -> None:
    """Show what became of the article at URL: its versions with what changed, when it was gone, moved or back.

    Times are those of Vietnam.
    """
    if removed == (url is not None):
        raise click.UsageError("give the URL of an article, or --removed for those that were taken away")
    if site is not None and not removed:
        raise click.UsageError("--site goes with --removed")
    with open_archive(config.data, catalog_url=config.catalog_url) as archive:
        if url is None:
            _show_removed(archive, site, as_json)
            return
        history = archive.history(url)
        if history is None:
            raise not_held(archive, url)
        if as_json:
            write_json(history.as_json())
        else:
            _print(history)


def not_held(archive: Archive, url: str) -> NotHeld:
    """Return the error of an address at which no article is held, with what may have been meant."""
    if archive.capture(url) is not None:
        return NotHeld(f"{url}: captured, but not as an article; see its bytes with `khcn show --head` or --raw")
    near = archive.catalog.nearest(url)
    meant = f"; did you mean {near}?" if near is not None else "; `khcn crawl --seeds` can fetch it"
    return NotHeld(f"{url}: nothing was captured at this address{meant}")


def local(moment: datetime) -> str:
    """Return a time as it is in Vietnam, to the minute."""
    return moment.astimezone(VN).strftime("%Y-%m-%d %H:%M")


def _show_removed(archive: Archive, site: str | None, as_json: bool) -> None:
    held = archive.catalog.sites()
    if site is not None and site not in held:
        raise NotHeld(f'{archive.root}: nothing of "{site}" is held; held are: {", ".join(held) or "none"}')
    if as_json:
        for each in archive.removed(site):
            write_json(_as_json(each))
        return
    shown = table("gone", "confirmed", "back", "site", "article")
    count = lasting = 0
    for each in archive.removed(site):
        count += 1
        lasting += each.back is None
        back = local(each.back) if each.back is not None else "-"
        style = STYLES["gone" if each.back is None else "back"]
        title = Text(f"{each.title}\n{each.url}")
        shown.add_row(local(each.gone), local(each.confirmed), Text(back, style=style), each.site, title)
    out = console()
    if count:
        out.print(shown)
    out.print(f"{count} removed, {count - lasting} of them back")


def _as_json(removed: Removed) -> dict[str, str | None]:
    moments = {name: getattr(removed, name) for name in ("gone", "confirmed", "back")}
    written = {name: moment and moment.isoformat().replace("+00:00", "Z") for name, moment in moments.items()}
    return {"site": removed.site, "url": removed.url, "title": removed.title, **written}


def _print(history: History) -> None:
    out = console()
    out.print(Text(history.title, style="bold"))
    out.print(Text(history.url))
    for alias in history.aliases:
        out.print(Text(f"also {alias}", style="dim"))
    for same in history.same_as:
        out.print(Text(f"same as {same.url} ({same.site}, {same.score:.2f})", style="dim"))
    state = Text("state ").append(history.state, style=STYLES.get(history.state, "green"))
    seen = f", seen {local(history.first_seen)} to {local(history.last_seen)}, checked {local(history.checked)}"
    out.print(state.append(seen))
    shown = table("version", "captured", "last seen", "changed", "capture")
    for each in history.versions:
        changed = ", ".join(each.changed) or "-"
        like = f" (as version {each.like})" if each.like is not None else ""
        shown.add_row(str(each.n), local(each.captured), local(each.last_seen), changed + like, each.capture)
    out.print(shown)
    told = table("date", "event", "")
    for event in history.events:
        told.add_row(local(event.date), Text(event.event, style=STYLES.get(event.event, "")), Text(_detail(event)))
    out.print(told)


def _detail(event: HistoryEvent) -> str:
    match event.event:
        case "new":
            return f"version {event.to}"
        case "changed":
            return f"version {event.from_} to {event.to}"
        case "moved":
            return f"{event.from_} to {event.to}"
        case "gone":
            return f"missing since {local(datetime.fromisoformat(str(event.from_)))}"
    return ""
