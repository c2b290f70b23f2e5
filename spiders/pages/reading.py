"""The reading of one article page: all fields, from the evidence of its lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from archive.model import Attachment, Image
from crawler.bylines import Byline, agency_of, split_caption
from crawler.clean import key, line
from crawler.dates import PrintedDate, changed_date, tells_change, tells_post
from crawler.page import Page
from spiders.pages import words
from spiders.pages.anchors import Anchors, DatePlace, find_anchors
from spiders.pages.body import article_items
from spiders.pages.captions import Shot, match_captions
from spiders.pages.evidence import FILE, Item, items_of
from spiders.pages.writers import named_above, take_byline

_SIZES = re.compile(
    r"(?<![^\W\d])(?:[kmg]?b|kib|mib|bytes?|tải (?:về|xuống)|xem|download|lượt tải|dung lượng"
    r"|pdf|docx?|xlsx?|zip|rar)(?!\w)",
    re.I,
)
_SIGNS = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]+")
"""Arrows and pictographs, as set before the names of files."""
_END_MARK = re.compile(r"[./\s]+")
_CUT = re.compile(r"(?:\.{3,}|…)\s*$")
_TAG_SPLIT = re.compile(r"\s*[,;|]\s*")


@dataclass(slots=True)
class Reading:
    """What was read; empty where the page is silent."""

    title: str | None = None
    date: PrintedDate | None = None
    changed: PrintedDate | None = None
    """The date of the last change."""
    lead: str | None = None
    """The lead, when the page prints it apart and once more in the body."""
    paragraphs: list[str] = field(default_factory=list)
    byline: Byline = field(default_factory=Byline)
    images: list[Image] = field(default_factory=list)
    photographers: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    section: str | None = None
    listed: int = 0
    """How many other articles the page lists: links with a date, or with the words of a teaser."""
    lines: Callable[[], Iterable[str]] = tuple
    """Gives all lines of the page; they are asked for where there is hardly an article."""


def missing_in(lines: Iterable[str]) -> str | None:
    """Return the line that says that there is no such page."""
    return next((text for text in lines if words.says_missing(text)), None)


def read(page: Page, place: DatePlace, shape: re.Pattern[str] | None = None) -> Reading:
    """Read the page. *place* says on which side of the headline the date stands, *shape* how it looks."""
    items = items_of(page)
    reading = Reading(lines=lambda: (item.text for item in items), listed=_listed(items))
    anchors = find_anchors(page, items, place, shape)
    if anchors is None:
        return reading
    reading.title = items[anchors.title].text
    if anchors.date is not None:
        reading.date, reading.changed = _dates(items, anchors.date)
    reading.section = _section(items, anchors)
    date_text = items[anchors.date].text if anchors.date is not None else ""
    between = items[anchors.title + 1 : anchors.date] if anchors.date is not None else ()
    return read_lines(page, article_items(items, anchors), reading, date_text, between)


def read_lines(
    page: Page, items: Sequence[Item], reading: Reading, date_text: str = "", between: Sequence[Item] = ()
) -> Reading:
    """Fill *reading* from the article's own lines.

    Writers may be named by *date_text* and by lines *between* headline and date, too.
    """
    found = _take_files(page, items, reading)
    found = _take_tags(found, reading)
    found, reading.byline = take_byline(found)
    if not reading.byline.authors:
        reading.byline = reading.byline._replace(authors=named_above(date_text, between))
    shots = match_captions(found)
    read_images(page, shots, reading)
    # The same words once more, as text and as alternative text of the picture, are no paragraph.
    captions = {item.key or item.text for shot in shots for item in shot.lines}
    reading.paragraphs += [
        item.text
        for item in found
        if item.block.picture is None and (item.key or item.text) not in captions and not _END_MARK.fullmatch(item.text)
    ]
    _drop_first_lead(reading)
    if reading.byline.source is None and reading.paragraphs:
        reading.byline = reading.byline._replace(source=agency_of(reading.paragraphs[0]))
    return reading


def _dates(items: Sequence[Item], at: int) -> tuple[PrintedDate | None, PrintedDate | None]:
    """Return the dates of publication and of the last change; each may have a line of its own."""
    own = items[at]
    if (changed := changed_date(own.text)) is not None:
        return own.date, changed
    near = [other for other in items[max(0, at - 1) : at + 2] if other is not own and other.date is not None]
    if tells_change(own.text):
        posted = next((other.date for other in near if tells_post(other.text)), None)
        return (posted, own.date) if posted is not None else (own.date, None)
    return own.date, next((other.date for other in near if tells_change(other.text)), None)


def _listed(items: Sequence[Item]) -> int:
    """Count the links to articles that a date line or a lead follows before the next one."""
    count, waits = 0, False
    for item in items:
        if item.link == "article" and len(item.text) >= 15:
            count += item.date is not None
            waits = item.date is None
        elif waits and (item.date is not None or item.strong):
            count, waits = count + 1, False
    return count


def _drop_first_lead(reading: Reading) -> None:
    """Take the lead that comes again as the first paragraph out of the text; it may be cut off the first time."""
    if len(reading.paragraphs) < 2:
        return
    first, second = key(reading.paragraphs[0]), key(reading.paragraphs[1])
    cut = _CUT.search(reading.paragraphs[0]) and len(first) >= 40 and second.startswith(first)
    if len(first) >= 20 and (first == second or cut):
        reading.lead = reading.paragraphs.pop(0)


def _take_files(page: Page, items: Sequence[Item], reading: Reading) -> list[Item]:
    """Note every linked document; lines that only list documents are no text."""
    kept: list[Item] = []
    seen: set[str] = set()
    for item in items:
        files = [link for link in item.block.links if FILE.search(link.href)]
        for link in files:
            url = page.absolute(link.href)
            if url is not None and url not in seen:
                seen.add(url)
                title = line(_SIGNS.sub(" ", link.text)) or None
                reading.attachments.append(Attachment(url, len(reading.attachments), title=title))
        if (
            item.link == "file"
            or (files and (_is_label(item) or _only_sizes(item)))
            or (len(item.text) < 40 and not item.block.links and _is_label(item))
        ):
            continue
        kept.append(item)
    return kept


def _is_label(item: Item) -> bool:
    """Say whether a line, or what stands before its colon, announces attached files."""
    return words.is_attachment_label(item.text) or words.is_attachment_label(item.text.partition(":")[0])


def _only_sizes(item: Item) -> bool:
    """Say whether the words beside the file links of a line are numbers, sizes and buttons."""
    rest = item.text
    for link in item.block.links:
        rest = rest.replace(link.text, " ", 1)
    return re.search(r"[^\W\d_]", _SIZES.sub(" ", rest)) is None


def _take_tags(items: Sequence[Item], reading: Reading) -> list[Item]:
    """Take the line of keywords out of the body."""
    for at, item in enumerate(items):
        if len(item.text) < 300 and words.is_tag_label(item.text):
            _, _, names = item.text.partition(":")
            reading.tags += [tag for tag in map(line, _TAG_SPLIT.split(names)) if tag]
            rest = list(items[at + 1 :])
            while rest and not rest[0].strong and len(rest[0].text) <= 40 and rest[0].block.links:
                reading.tags.append(rest.pop(0).text)
            return [*items[:at], *rest]
    return list(items)


def read_images(page: Page, shots: Sequence[Shot], reading: Reading) -> None:
    """Note the pictures, their captions, and who took them."""
    for shot in shots:
        picture = shot.item.block.picture
        url = page.absolute(picture.src) if picture is not None else None
        if picture is None or url is None:
            continue
        text: str | None = None
        credit: str | None = None
        for caption_line in shot.lines:
            caption = split_caption(caption_line.text)
            text = f"{text} {caption.text}" if text and caption.text else caption.text or text
            credit = credit or caption.credit
            reading.photographers += [n for n in caption.photographers if n not in reading.photographers]
        reading.images.append(Image(url, len(reading.images), alt=picture.alt, caption=text, credit=credit))


def _section(items: Sequence[Item], anchors: Anchors) -> str | None:
    """Return the breadcrumb's last item that is not the headline."""
    title = items[anchors.title].key
    for at in range(anchors.title - 1, -1, -1):
        links = items[at].block.links
        if not links or words.trimmed(links[0].text) not in ("trang chu", "home", "trang nhat"):
            continue
        trail = [link.text for link in links]
        path = items[at].block.path
        for other in items[at + 1 : anchors.title]:
            if len(links) == 1 and other.block.links and len(other.block.path) == len(path):
                trail += [link.text for link in other.block.links]
            elif len(links) == 1 and words.trimmed(other.text):
                break
        names = [name for name in trail[1:] if words.trimmed(name) and key(name) != title]
        if len(names) > 4 or any(words.is_menu(name) for name in names):
            continue
        return names[-1] if names else None
    return None
