"""The reading of one article page: all fields, from the evidence of its lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from archive.model import Attachment, Image
from crawler.bylines import Byline, agency_of, parse_byline, split_caption
from crawler.clean import key, line
from crawler.dates import PrintedDate, changed_date
from crawler.page import Page
from spiders.pages import words
from spiders.pages.anchors import Anchors, DatePlace, find_anchors
from spiders.pages.body import article_items
from spiders.pages.captions import Shot, match_captions
from spiders.pages.evidence import FILE, Item, items_of

_TAIL_OF_SENTENCE = re.compile(
    r"^(?P<body>.*(?:\./\.?|/\.|[.!?…][”\")]?))\s+(?P<tail>[^.]{3,90}(?:\.[^.]{1,30}){0,3})$", re.S
)
_TOP_LABEL = re.compile(
    r"(?:Tác giả|Người (?:viết|đăng|gửi|nhập)|Tin bài|Bài viết|Tin|Bài|Thực hiện|Nguồn|Đăng bởi"
    r"|Post(?:ed)? (?:name|by))[^:]{0,12}:|(?:Reported|Written) by ",
    re.I,
)
_SIZES = re.compile(
    r"(?<![^\W\d])(?:[kmg]?b|kib|mib|bytes?|tải (?:về|xuống)|xem|download|lượt tải|dung lượng"
    r"|pdf|docx?|xlsx?|zip|rar)(?!\w)",
    re.I,
)
_SIGNS = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]+")
"""Arrows and pictographs, as set before the names of files."""
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
    lines: list[str] = field(default_factory=list)
    """All lines of the page."""

    @property
    def missing(self) -> str | None:
        """The line that says that there is no such page."""
        return next((text for text in self.lines if words.says_missing(text)), None)


def read(page: Page, place: DatePlace, shape: re.Pattern[str] | None = None) -> Reading:
    """Read the page. *place* says on which side of the headline the date stands, *shape* how it looks."""
    items = items_of(page)
    reading = Reading(lines=[item.text for item in items], listed=_listed(items))
    anchors = find_anchors(page, items, place, shape)
    if anchors is None:
        return reading
    reading.title = items[anchors.title].text
    if anchors.date is not None:
        printed = items[anchors.date]
        reading.date = printed.date
        reading.changed = changed_date(printed.text)
    reading.section = _section(items, anchors)
    date_text = items[anchors.date].text if anchors.date is not None else ""
    return read_lines(page, article_items(items, anchors), reading, date_text)


def read_lines(page: Page, items: Sequence[Item], reading: Reading, date_text: str = "") -> Reading:
    """Fill *reading* from the article's own lines after its headline; *date_text* may name a writer too."""
    found = _take_files(page, items, reading)
    found = _take_tags(found, reading)
    found = _take_byline(found, reading)
    if date_text and not reading.byline.authors:
        reading.byline = _with_poster(reading.byline, date_text)
    shots = match_captions(found)
    _images(page, shots, reading)
    # The same words once more, as text and as alternative text of the picture, are no paragraph.
    captions = {item.key or item.text for shot in shots for item in shot.lines}
    reading.paragraphs += [
        item.text for item in found if item.block.picture is None and (item.key or item.text) not in captions
    ]
    _drop_first_lead(reading)
    if reading.byline.source is None and reading.paragraphs:
        reading.byline = reading.byline._replace(source=agency_of(reading.paragraphs[0]))
    return reading


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
        label = words.is_attachment_label(item.text) or words.is_attachment_label(item.text.partition(":")[0])
        if (
            item.link == "file"
            or (files and (label or _only_sizes(item)))
            or (label and not item.block.links and len(item.text) < 40)
        ):
            continue
        kept.append(item)
    return kept


def _only_sizes(item: Item) -> bool:
    """Say whether the words beside the file links of a line are numbers, sizes and buttons."""
    rest = item.text
    for link in item.block.links:
        rest = rest.replace(link.text, " ", 1)
    return re.search(r"[^\W\d_]", _SIZES.sub(" ", rest)) is None


def _take_tags(items: Sequence[Item], reading: Reading) -> list[Item]:
    """Take the line of keywords out of the body."""
    for at, item in enumerate(items):
        if words.is_tag_label(item.text) and len(item.text) < 300:
            _, _, names = item.text.partition(":")
            reading.tags += [tag for tag in map(line, _TAG_SPLIT.split(names)) if tag]
            rest = list(items[at + 1 :])
            while rest and not rest[0].strong and len(rest[0].text) <= 40 and rest[0].block.links:
                reading.tags.append(rest.pop(0).text)
            return [*items[:at], *rest]
    return list(items)


def _take_byline(items: list[Item], reading: Reading) -> list[Item]:
    """Take the lines of names off the end of the article, at most three."""
    kept = list(items)
    found: list[Byline] = []
    while kept and len(found) < 3:
        item = kept[-1]
        names = _byline_of(item, kept) if item.block.picture is None else None
        if names is None:
            break
        # Two bare lines of names do not follow each other: the upper one is text.
        if found and not names.labelled and not found[0].labelled and item.block.align != "right":
            break
        found.insert(0, names)
        kept.pop()
    if not found and kept and kept[-1].block.picture is None:
        cut = _glued_byline(kept[-1])
        if cut is not None:
            text, names = cut
            kept[-1].block.text = text
            found.append(names)
    if len(kept) > 1 and kept[0].block.picture is None and re.match(_TOP_LABEL, kept[0].text):
        top = parse_byline(kept[0].text)
        if top is not None:
            found.insert(0, top)
            kept.pop(0)
    authors = [name for one in found for name in one.authors]
    photographers = [name for one in found for name in one.photographers]
    source = next((one.source for one in found if one.source), None)
    reading.byline = Byline(tuple(dict.fromkeys(authors)), tuple(dict.fromkeys(photographers)), source)
    return kept


def _with_poster(byline: Byline, date_text: str) -> Byline:
    """Add the writers that the date line names after ``Tác giả:``; who posted it is an account, and no writer."""
    said = re.search(r"Tác giả\s*:\s*([^|(:]+?)\s*(?:[-–|(]\s*)?(?:$|[|(]|(?=(?:Lượt|Ngày|Cập|Xem|Nguồn)))", date_text)
    names = parse_byline(said.group(1)) if said else None
    return byline._replace(authors=names.authors) if names is not None else byline


def _byline_of(item: Item, items: Sequence[Item]) -> Byline | None:
    """Return whom the last line names, when its place and look agree with its words."""
    block, text = item.block, item.text
    if item.link == "article" or " | " in text:
        return None
    names = parse_byline(text)
    if block.align == "right" or block.indented:
        if names is not None:
            return names
        if len(text) <= 80 and not re.search(r"[.!?:;]$", text) and not any(other.strong for other in items[-1:]):
            return Byline((text.strip("()"),)) if block.align == "right" and text[:1].isupper() else None
        return None
    if names is None or (block.heading and not names.labelled):
        return None
    previous = items[-2] if len(items) > 1 else None
    if previous is None:
        return None
    if not names.labelled and previous.block.picture is not None and block.align == "center":
        return None
    return names


def _glued_byline(item: Item) -> tuple[str, Byline] | None:
    """Split names off the end of the last paragraph, when blanks or bold letters set them apart."""
    text, tail = item.text, item.block.tail
    if tail and text.endswith(tail) and len(tail) < len(text):
        names = parse_byline(tail)
        head = text[: -len(tail)].rstrip()
        if names is not None and re.search(r"[.!?…/”\")]$", head):
            return head, names
    found = _TAIL_OF_SENTENCE.match(text)
    if found and found.group("body").endswith(("./.", "/.")):
        names = parse_byline(found.group("tail"))
        if names is not None:
            return found.group("body"), names
    return None


def _images(page: Page, shots: Sequence[Shot], reading: Reading) -> None:
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
