"""``play()``: serves the played hosts from a thread of their own, until the block ends."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, NamedTuple

from tests.play.content import articles as all_articles
from tests.play.departments import all_hosts, departments
from tests.play.seeds import seed_articles
from tests.play.truth import PlayedArticle, Text
from tests.play.wire import Wire
from tests.play.world import HOSTS, World

ADDRESS = "127.0.0.1"


class Fetch(NamedTuple):
    """One request as the server saw it."""

    host: str
    method: str
    target: str
    """Path and query, as sent."""
    status: int


class Played:
    """The sites while they are played."""

    def __init__(self, world: World, port: int = 0, hosts: Sequence[str] = tuple(HOSTS)) -> None:
        self.world = world
        self.hosts = hosts
        self.port = port
        self.log: list[Fetch] = []
        self.on_request: Callable[[], object] = lambda: None
        """Called when a request is in the log, before it is answered: whoever it stops has not got the answer."""

    def note(self, *seen: Any) -> None:
        """Take a request into the log."""
        self.log.append(Fetch(*seen))
        self.on_request()

    @property
    def resolve(self) -> str:
        """The value for ``KHCN_RESOLVE``: ``host=address:port,...``."""
        return ",".join(f"{host}={ADDRESS}:{self.port}" for host in self.hosts)

    @property
    def articles(self) -> tuple[PlayedArticle, ...]:
        """The truth about every article that is played now, newest first."""
        return self.world.articles

    def publish(self, article: PlayedArticle) -> None:
        """Add *article*, or replace the one at its address."""
        self.world.publish(article)

    def edit(self, url: str, paragraph: str) -> PlayedArticle:
        """Add a paragraph to the article at *url*; return the article as it is then."""
        old = next(article for article in self.articles if article.url == url)
        new = replace(old, blocks=(*old.blocks, Text(paragraph)))
        self.world.publish(new)
        return new

    def pin(self, url: str) -> None:
        """Put the article at *url* first on its listings, whatever its date."""
        self.world.pin(url)

    def remove(self, url: str) -> None:
        """Take an article away: 404 from now on, off the listings."""
        self.world.remove(url)

    def move(self, url: str, to: str, status: int = 301) -> None:
        """Let *url* redirect to *to* from now on."""
        self.world.move(url, to, status)

    def unlist(self, url: str) -> None:
        """Take an article off all listings; its address still answers."""
        self.world.unlist(url)


@contextmanager
def play(
    *,
    port: int = 0,
    hold_back: int = 0,
    oldest: int | None = None,
    seeds: bool = True,
    still: bool = False,
    photos: bool = False,
    finds: bool = False,
    all_sites: bool = False,
) -> Iterator[Played]:
    """Play the sites on loopback at *port* (0: any free one) while the block runs.

    The *hold_back* newest articles of each generation are not played until ``played.publish(article)``; with *oldest* only so many of the rest are played at all;
    *seeds* asks for the seed documents too, when they are there. With *still* nothing changes between
    two fetches: view counters, clocks and tokens stand. With *photos* pictures are as heavy as photographs are.
    With *finds* Hà Tĩnh has a feed, sitemaps, and listings that scripts load. With *all_sites* every active Department
    is played (see :mod:`tests.play.departments`), and all hosts that site files name lead here.
    """
    shown: list[PlayedArticle] = []
    for layout in HOSTS.values():
        rest = [one for one in all_articles() if one.layout == layout][hold_back:]
        shown += rest if oldest is None else rest[-oldest:]
    world = World(
        [*shown, *(seed_articles() if seeds else ())],
        photos=photos,
        has_finds=finds,
        others=departments() if all_sites else None,
    )
    played = Played(world, hosts=(*HOSTS, *all_hosts()) if all_sites else tuple(HOSTS))
    counter = itertools.repeat(1) if still else itertools.count(1)
    loop = asyncio.new_event_loop()

    connections: set[Wire] = set()

    def wire() -> Wire:
        return Wire(played.world, lambda: next(counter), played.note, connections)

    server = loop.run_until_complete(loop.create_server(wire, ADDRESS, port))
    played.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="played sites", daemon=True)
    thread.start()
    try:
        yield played
    finally:
        asyncio.run_coroutine_threadsafe(_end(server, connections), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end(server: asyncio.Server, connections: set[Wire]) -> None:
    server.close()
    for connection in list(connections):
        connection.transport.abort()
    # One more turn of the loop, in which the transports close their sockets.
    await asyncio.sleep(0)
