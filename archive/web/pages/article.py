"""One article: as it reads, what it was before, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from archive.catalog.past import Past
from archive.diff import Part, text_diff
from archive.model import Article, Attachment, Image
from archive.public import without
from archive.similar import Same
from archive.times import timestamp14
from archive.versions import Diff, diff_of, history_of
from archive.web.deps import Reading, Served, ServedArchive, served
from archive.web.links import absolute, language_of, link
from archive.web.pages import shown
from archive.web.pages.files import SHOWN, name_of
from archive.web.pages.marks import paragraphs
from archive.web.pages.origin import recovered
from archive.web.problems import Problem
from archive.web.render import page

router = APIRouter(include_in_schema=False)

EXCERPT = 600
"""Characters of a document's text that the article's page shows."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an article, and whether its file can be shown."""

    image: Image
    is_shown: bool
    name: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document of an article, its name as a file, and how its text begins."""

    file: Attachment
    name: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs between two versions, as a text or as what a list lost and got."""

    name: str
    parts: tuple[Part, ...]
    is_list: bool


@router.api_route("/article", methods=["GET", "HEAD"])
def by_address(request: Request, archive: Reading, url: Annotated[str, Query(max_length=2_000)]) -> Response:
    """Lead to the page of the article at an address."""
    past = archive.catalog.past(url)
    if past is None:
        raise Problem(404, f"no article at {url} is held", vi=f"kho không có bài viết nào ở {url}")
    return RedirectResponse(link(request, f"/articles/{past.article}"), status_code=303)


@router.api_route("/articles/{article_id}", methods=["GET", "HEAD"])
def article(
    request: Request, archive: Reading, article_id: str, version: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """Show an article as it reads now, or one of its versions."""
    past = shown.article(archive, article_id)
    history = history_of(past, _elsewhere(archive, past))
    read = _current(archive, past) if version is None else _version(archive, past, version)
    capture = archive.catalog.capture(read.capture) if read.capture else None
    told = served(request)
    values = {
        "id": past.article,
        "article": read,
        "paragraphs": paragraphs(read.text),
        "pictures": [_picture(each) for each in read.images],
        "documents": [_document(archive, each) for each in read.attachments],
        "history": history,
        "version": version,
        "current": len(history.versions),
        "via": None if capture is None or archive.withheld.hides_url(capture.via) else capture.via,
        "capture": capture,
        "recovered": recovered(archive, capture) if capture is not None else None,
        "site": told.sites.get(read.site),
        "sites": told.sites,
        "citation": _citation(request, told, past.article, read),
        "replay": replay_link(told, read.url, read),
    }
    return page(request, "article.html", values)


@router.api_route("/articles/{article_id}/diff", methods=["GET", "HEAD"])
def diff(
    request: Request,
    archive: Reading,
    article_id: str,
    a: Annotated[int | None, Query(ge=1)] = None,
    b: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Show what differs between two versions, by default the last two."""
    past = shown.article(archive, article_id)
    found = without(archive.withheld, diff_of(past, a, b))
    values = {
        "id": past.article,
        "article": _current(archive, past),
        "diff": found,
        "changes": _changes(found),
        "history": history_of(past),
        "site": served(request).sites.get(past.site),
    }
    return page(request, "diff.html", values)


def replay_link(told: Served, url: str, read: Article) -> str | None:
    """Return where an article's page is replayed as it was captured; null when nothing replays."""
    if told.replay_url is None:
        return None
    return f"{told.replay_url.rstrip('/')}/{timestamp14(read.captured)}/{url}"


def _current(archive: ServedArchive, past: Past) -> Article:
    return archive.withheld.shown(past.articles[past.current])


def _elsewhere(archive: ServedArchive, past: Past) -> list[Same]:
    # Not by its address: two articles can have been read at one, one after the other.
    return archive.that_may_be_shown(archive.catalog.same_as_id(past.article).found)


def _version(archive: ServedArchive, past: Past, number: int) -> Article:
    if number > len(past.spans):
        held = len(past.spans)
        raise Problem(
            404, f"no version {number} is held; there are {held}", vi=f"không có bản {number}; bài viết có {held} bản"
        )
    at = past.spans[number - 1]
    read = archive.withheld.shown(past.articles[at.version])
    return replace(read, captured=at.first, capture=at.capture)


def _picture(image: Image) -> Picture:
    return Picture(image, image.capture is not None and image.mime in (None, *SHOWN), name_of(image.url))


def _document(archive: ServedArchive, file: Attachment) -> Document:
    text = archive.text_of(file) if file.sha256 is not None else None
    excerpt = " ".join(text[: EXCERPT * 2].split())[:EXCERPT] if text else None
    return Document(file, name_of(file.url), excerpt)


def _citation(request: Request, told: Served, article_id: str, read: Article) -> dict[str, str]:
    return {
        "authors": ", ".join(read.authors),
        "site": told.sites.name(read.site, language_of(request)),
        "address": absolute(request, f"/articles/{article_id}"),
    }


def _changes(found: Diff) -> list[Change]:
    made = []
    for name, (a, b) in found.fields.items():
        if isinstance(a, list) or isinstance(b, list):
            lost = [Part("delete", _said(each)) for each in a or [] if each not in (b or [])]
            got = [Part("insert", _said(each)) for each in b or [] if each not in (a or [])]
            made.append(Change(name, (*lost, *got), True))
        else:
            made.append(Change(name, tuple(text_diff(str(a or ""), str(b or ""))), False))
    if found.text is not None:
        made.append(Change("text", found.text, False))
    return made


def _said(value: object) -> str:
    if isinstance(value, dict):
        told = (value.get(key) for key in ("title", "caption", "credit", "url"))
        return " · ".join(str(each) for each in told if each)
    return str(value)
