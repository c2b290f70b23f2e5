"""The other Departments as they are played: what is true of their articles, and what their hosts answer.

Words and pictures are those of the played articles of Hà Tĩnh and Hậu Giang under another province's name;
addresses, dates, lead, byline and keywords are as the family has them.
"""

from __future__ import annotations

import json
import random
import tomllib
import unicodedata
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from tests.play.chrome import Chrome, Link, Teaser, teaser
from tests.play.content import articles, slug
from tests.play.documents import TYPES, document
from tests.play.pictures import picture
from tests.play.places import ALIASES, PER_PAGE, PLACES, Place, Section
from tests.play.skeletons import parts, skeleton
from tests.play.skeletons.family import Pager
from tests.play.truth import Block, Bullets, Figure, PlayedArticle, PlayedAttachment, Table, Text
from tests.play.world import EPOCH, HTML, NO_POST, Answer, decoration

SITES = Path(__file__).parents[2] / "spiders" / "sites"
PROVINCES = ("Hà Tĩnh", "Hậu Giang")
TAGS = ("khoa học và công nghệ", "đổi mới sáng tạo", "nông nghiệp", "chuyển đổi số", "sở hữu trí tuệ")
HAS_TAGS = frozenset(("nukeviet", "wordpress", "joomla", "drupal", "vccorp"))
ROBOTS = b"User-agent: *\nDisallow: /tim-kiem\n"
STATIC = "<p>Sở Khoa học và Công nghệ là cơ quan chuyên môn thuộc Ủy ban nhân dân tỉnh.</p>"


@cache
def declared() -> dict[str, dict]:
    """Return every Department's file, by site id."""
    files = (tomllib.loads(path.read_text("utf-8")) for path in sorted(SITES.glob("*.toml")))
    return {site["id"]: site for site in files}


def all_hosts() -> list[str]:
    """Return every host that a file names, whether it is played or not."""
    return sorted({entry["host"] for site in declared().values() for entry in site.get("hosts", ())})


def family(place: Place) -> ModuleType:
    """Return the skeleton of a place's family."""
    return import_module(f"tests.play.skeletons.family_{place.family}")


@cache
def department_articles() -> tuple[PlayedArticle, ...]:
    """Return the truth about every article of the other Departments."""
    pool = [one for one in articles() if one.original is None and sum(isinstance(b, Text) for b in one.blocks) >= 3]
    random.Random("departments").shuffle(pool)
    # There are more articles to play than were written: some Departments print one that another has, too.
    supply = iter([*pool, *pool])
    return tuple(one for place in PLACES for one in _of_place(place, supply))


def _of_place(place: Place, supply: Iterator[PlayedArticle]) -> Iterator[PlayedArticle]:
    number = 4000 + 97 * PLACES.index(place)
    for section in place.sections:
        for one in islice(supply, section.size):
            number += 7
            yield _moved(one, place, section, number)


def _moved(one: PlayedArticle, place: Place, section: Section, number: int) -> PlayedArticle:
    """Return an article as the place has it."""
    made = family(place)
    printed, precision = made.date(one.published) if place.prints_date else ("", "day")
    published = one.published if precision != "day" else one.published.replace(hour=0, minute=0)
    name = str(declared()[place.site]["province"]["name"])

    def local(text: str) -> str:
        for province in PROVINCES:
            text = text.replace(province, name)
        return text

    def lies(url: str, at: int) -> str:
        ending = next(kind for kind in (*TYPES, "png", "jpg") if f".{kind}" in url)
        file = f"tep-{zlib.crc32(f'{number} {url}'.encode()):08x}-{at}.{ending}"
        where = made.UPLOADS.format(year=published.year, month=published.month, name=file)
        return f"http://{place.host}{where}"

    files = {
        file.url: replace(file, url=lies(file.url, at), title=local(file.title))
        for at, file in enumerate(one.attachments)
    }
    blocks = [_block(block, local, lies, files, at) for at, block in enumerate(one.blocks)]
    lead = next(block for block in blocks if isinstance(block, Text)) if made.HAS_LEAD else None
    title = local(one.title)
    images = [block.image for block in blocks if isinstance(block, Figure)]
    credits = tuple(dict.fromkeys(image.credit for image in images if image.credit))
    target = place.target(place.article, section, slug=slug(title), id=number, day=f"{published:%Y-%m-%d}")
    source = local(one.source) if one.source else None
    return replace(
        one,
        url=f"http://{place.host}{target}",
        layout=place.site,
        title=title,
        published=published,
        precision=precision,
        printed_date=printed,
        photographers=credits if made.HAS_FIELDS else one.photographers,
        byline=(" - ".join(one.authors) or None) if made.HAS_FIELDS else one.byline,
        source=source,
        source_line=source if made.HAS_FIELDS else local(one.source_line) if one.source_line else None,
        section=section.name,
        category=section.slug,
        blocks=tuple(block for block in blocks if block is not lead),
        summary=lead.text if lead else None,
        tags=TAGS[number % 3 : number % 3 + 2] if place.family in HAS_TAGS else (),
        attachments=tuple(files.values()),
        skeleton=place.blind or f"family_{place.family}",
    )


def _block(
    block: Block,
    local: Callable[[str], str],
    lies: Callable[[str, int], str],
    files: dict[str, PlayedAttachment],
    at: int,
) -> Block:
    if isinstance(block, Text):
        return replace(block, text=local(block.text), link=files[block.link.url] if block.link else None)
    if isinstance(block, Bullets):
        return replace(block, items=tuple(map(local, block.items)))
    if isinstance(block, Table):
        return replace(block, rows=tuple(tuple(map(local, row)) for row in block.rows))
    if isinstance(block, Figure):
        image = block.image
        told = {key: local(text) for key in ("caption", "alt", "printed") if (text := getattr(image, key))}
        return Figure(replace(image, url=lies(image.url, at), **told))
    return block


class Department:
    """What one host answers."""

    def __init__(self, place: Place) -> None:
        self.place, self.family = place, family(place)
        root = f"http://{place.host}/"
        own = [one for one in department_articles() if one.url.startswith(root)]
        self.articles = {one.url: one for one in sorted(own, key=lambda one: one.published, reverse=True)}
        self.pages: dict[str, tuple[Section, int]] = {}
        for section in place.sections:
            for number in range(1, self.count(section) + 1):
                self.pages[place.listing(section, number)] = section, number
        self.images = {image.url for one in own for image in one.images}
        self.files = {file.url: file for one in own for file in one.attachments}

    def count(self, section: Section) -> int:
        """Return how many pages a listing has."""
        return -(-section.size // PER_PAGE)

    def answer(self, target: str) -> Answer:
        """Return what the host answers to a GET of *target*."""
        place = self.place
        url = f"http://{place.host}{target}"
        if target == "/robots.txt":
            return Answer(200, "text/plain", ROBOTS, modified=EPOCH)
        if (article := self.articles.get(url)) is not None:
            made = skeleton(article.skeleton)(article, self.chrome(article))
            made = unicodedata.normalize("NFD", made) if "nfd" in article.odd else made
            return Answer(200, HTML, made.encode(), changes=True)
        if target in self.pages:
            return self.listing(*self.pages[target])
        if (fragment := getattr(self.family, "FRAGMENT", None)) and (found := fragment.fullmatch(target)):
            return self.fragment(int(found[1]), int(found[2]), PER_PAGE)
        if target == place.home or target == "/":
            items = self.items(list(self.articles.values())[:PER_PAGE])
            home = self.family.listing(self.chrome(None), items, Pager(1, 1, lambda _: place.home))
            return Answer(200, HTML, home.encode(), changes=True)
        if target in place.about:
            about = self.family.listing(self.chrome(None), STATIC, Pager(1, 1, lambda _: target))
            return Answer(200, HTML, about.encode(), changes=True)
        return self.file(url) or decoration(urlsplit(target).path) or Answer(404, HTML, b"<h1>404 Not Found</h1>")

    def post(self, target: str, body: bytes) -> Answer:
        """Return a fragment of a listing, where scripts load it with a POST."""
        if target != getattr(self.family, "LOAD", None):
            return NO_POST
        asked = json.loads(body)
        return self.fragment(int(asked["article_category_id"]), int(asked["page"]), int(asked["page_size"]))

    def fragment(self, number: int, page: int, size: int) -> Answer:
        """Return the items of a listing's page, without anything around them; there may be none."""
        slugs = {section.slug for section in self.place.sections if section.number == number}
        listed = [one for one in self.articles.values() if one.category in slugs]
        return Answer(200, HTML, self.items(listed[(page - 1) * size : page * size]).encode())

    def file(self, url: str) -> Answer | None:
        """Return a picture or a document."""
        etag = f'"{zlib.crc32(url.encode()):08x}"'
        if (whole := url.removesuffix("&imageThumbnail=1")) in self.images:
            kind = "png" if ".png" in url else "jpeg"
            return Answer(200, f"image/{kind}", picture(whole, False), etag=etag, modified=EPOCH)
        if (file := self.files.get(url)) is not None:
            kind = next(name for name in TYPES if url.endswith(name))
            return Answer(200, TYPES[kind], document(url, kind, file.title), etag=etag, modified=EPOCH)
        return None

    def listing(self, section: Section, number: int) -> Answer:
        """Return a page of a listing."""
        listed = [one for one in self.articles.values() if one.category == section.slug]
        items = self.items(listed[(number - 1) * PER_PAGE : number * PER_PAGE])
        pager = Pager(number, self.count(section), lambda page: self.place.listing(section, page))
        made = self.family.listing(self.chrome(None, section), items, pager)
        return Answer(200, HTML, made.encode(), changes=True)

    def items(self, shown: list[PlayedArticle]) -> str:
        """Return the items of a list."""
        return parts.teasers(tuple(map(self.teaser, shown)), self.family.ITEM)

    def teaser(self, article: PlayedArticle) -> Teaser:
        """Return how lists show an article; a machine's date they show as a person reads it."""
        one = teaser(article)
        thumb = article.images[0].url.partition(self.place.host)[2] if article.images else None
        day = one.day if self.place.prints_date else ""
        return replace(one, thumb=thumb, day=day, printed=one.printed if " " in one.printed else day)

    def chrome(self, article: PlayedArticle | None, section: Section | None = None) -> Chrome:
        """Return what stands around a page."""
        place, others = self.place, [one for one in self.articles.values() if one is not article]
        if article is not None:
            section = next(each for each in place.sections if each.slug == article.category)
        home = Link("Trang chủ", place.home)
        menu = [home, *(Link(each.name, place.listing(each, 1)) for each in place.sections)]
        menu += [Link("Giới thiệu", place.about[0]), Link("Liên hệ", place.about[1])]
        menu += [Link("Trang cũ", place.elsewhere)] if place.elsewhere else []
        name = str(declared()[place.site]["name"])
        return Chrome(
            layout=place.site,
            office=name,
            page_title=f"{article.title} - {name}" if article else name,
            menu=tuple(menu),
            crumbs=(home, Link(section.name, place.listing(section, 1))) if section else (home,),
            newest=tuple(map(self.teaser, others[:3])),
            popular=tuple(map(self.teaser, others[1:4])),
            others=tuple(map(self.teaser, others[2:5])),
            footer=(
                name.upper(),
                "Giấy phép số 14/GP-TTĐT cấp ngày 25/05/2021",
                "Ghi rõ nguồn khi phát hành lại thông tin",
            ),
        )


class Alias:
    """A host that redirects to another."""

    def __init__(self, host: str) -> None:
        self.host = host

    def answer(self, target: str) -> Answer:
        """Return the redirect."""
        return Answer(301, HTML, b"<html><body>301</body></html>", location=f"http://{self.host}{target}")

    def post(self, target: str, body: bytes) -> Answer:
        """Refuse it."""
        return NO_POST


def departments() -> dict[str, Department | Alias]:
    """Return who answers for which host."""
    return {place.host: Department(place) for place in PLACES} | {host: Alias(to) for host, to in ALIASES.items()}
