"""``khcn serve``: the archive as web pages and as an HTTP API."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING

import click

from archive import open_archive
from archive.errors import ConfigError
from crawler.cli.common import registry
from crawler.cli.storing import fetching
from crawler.config import Config
from crawler.exits import Exit
from crawler.watch import expected

if TYPE_CHECKING:
    from fastapi import FastAPI

    from archive.web.sites import SiteFacts

BACKLOG = 2048
"""Connections that may wait to be taken."""
END_S = 10
"""Time for answers that are being sent when the command is to end."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port; 0: any free one.")
@click.option("--prefix", default="", metavar="PATH", help="Path below which a proxy shows it, such as /kho.")
@click.option("--replay", metavar="URL", help="Where `khcn replay` replays, such as http://127.0.0.1:8090/archive/.")
@click.option("--rate", type=click.FloatRange(min=0), default=50, show_default=True, help="Requests a second a reader.")
@click.pass_obj
def command(config: Config, host: str, port: int, prefix: str, replay: str | None, rate: float) -> int:
    """Serve the archive as web pages and as an HTTP API, until Ctrl-C.

    Prints the address to open. Nothing is written but what can be made again: the indexes of search (search/)
    and captures (cdxj.sqlite3), and the dates for harvesters (oai.sqlite3). Where the data root can not be
    written they are kept in the folder for temporary files.
    """
    if missing := [name for name in ("fastapi", "uvicorn", "jinja2") if find_spec(name) is None]:
        raise ConfigError(f"{', '.join(missing)}: missing; install the web pages: pip install 'khcn[web]'")
    if prefix and (not prefix.startswith("/") or set(prefix) & set("?#% ")):
        raise click.UsageError(f'--prefix {prefix}: a path begins with "/", such as /kho')
    if replay is not None and not replay.startswith(("http://", "https://")):
        raise click.UsageError(f"--replay {replay}: an address begins with http:// or https://")
    from archive.web.app import create_app
    from archive.web.lookup import index_in
    from archive.web.protocols import close

    with open_archive(config.data, catalog_url=config.catalog_url):
        pass  # says at once what is wrong, not at the first request
    app = create_app(
        config.data,
        catalog_url=config.catalog_url,
        prefix=prefix,
        sites=tuple(_sites()),
        expected=expected(registry()).sites,
        replay_url=replay,
        rate=rate,
    )
    app.state.contact = config.contact  # who answers for it, for harvesters
    try:
        with _bound(host, port) as listener, fetching(config):
            index_in(app).refresh()  # the first time it takes long, and says then what is wrong
            listener.listen(BACKLOG)  # before the address is printed: who reads it may ask at once
            return _serve(app, listener, host, prefix)
    finally:
        close(app)


def _serve(app: FastAPI, listener: socket.socket, host: str, prefix: str) -> int:
    import uvicorn

    settings = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=END_S, lifespan="on"
    )
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"http://{shown}:{listener.getsockname()[1]}{prefix.rstrip('/')}/")
    try:
        uvicorn.Server(settings).run(sockets=[listener])
    except KeyboardInterrupt:  # uvicorn ends well at both signals, then lets them be heard
        return Exit.OK
    return Exit.OK


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket that does not listen yet. Raises UsageError when its address or port can not be had."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise click.UsageError(f"{host}:{port}: {why}; name another with --host or --port") from None
    return listener


def _sites() -> Iterator[SiteFacts]:
    """Yield what the site files say."""
    from archive.web.sites import HostFacts, SiteFacts

    for site in registry().all():
        province = site.province
        yield SiteFacts(
            site.id,
            site.name,
            site.name_en,
            province.name if province else None,
            site.status,
            province.gso_pre if province else None,
            province.gso_post if province else None,
            tuple(HostFacts(each.host, each.since, each.until, each.evidence == "inferred") for each in site.hosts),
            site.successor,
            site.follows,
        )
