"""The writer: makes the blocks of one article out of its topic's templates."""

from __future__ import annotations

import random
import re
import uuid
from datetime import datetime

from tests.play import common
from tests.play.cast import PEN_NAMES
from tests.play.grammar import capital, expand, suited
from tests.play.topics import Topic
from tests.play.truth import (
    Block,
    Bullets,
    Figure,
    Gap,
    Layout,
    PlayedAttachment,
    PlayedImage,
    Table,
    Text,
)

LENGTHS = (2, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 10, 11, 12, 13, 14, 16, 18)
PICTURES = (0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6)
HOSTS = {
    "ha_tinh": "skhcn.hatinh.gov.vn",
    "hau_giang_1": "haugiang.gov.vn",
    "hau_giang_2": "skhcn.haugiang.gov.vn",
}


class Writer:
    """Writes one article: keeps its cast and the state of its dice together."""

    def __init__(
        self, layout: Layout, topic: Topic, cast: dict[str, str], rng: random.Random, published: datetime
    ) -> None:
        self.layout, self.topic, self.cast, self.rng, self.published = layout, topic, cast, rng, published
        self.site = "ha_tinh" if layout == "ha_tinh" else "hau_giang"
        self.figures: list[Figure] = []

    def say(self, template: str) -> str:
        """Return the sentences of *template*, each beginning with a capital."""
        text = capital(expand(template, self.cast, self.rng))
        return re.sub(r"(?<=[a-zà-ỹ0-9%”)][.!?] )([a-zà-ỹđ])", lambda found: found.group(1).upper(), text)

    def blocks(self, title: str, files: tuple[PlayedAttachment, ...]) -> tuple[Block, ...]:
        """Return the body: lead, paragraphs, lists, pictures."""
        body: list[Block] = [self._lead(title), *self._middle(title)]
        if self.topic.name != "thông báo":
            body.append(Text(self.say(self.rng.choice(suited(common.CLOSING, title)))))
        elif len(body) < 3 or self.rng.random() < 0.5:
            body.append(Text(self.say(common.CLOSING[-1])))
        if files and self.rng.random() < 0.35:
            body.insert(-1, Text(f"Chi tiết xem tại {files[0].title}.", link=files[0]))
        return tuple(self._illustrate(body, title))

    def _lead(self, title: str) -> Text:
        lead = self.rng.choice(suited(self.topic.leads, title, only=True))
        return Text(self.say(lead), kind="lead" if self.rng.random() < 0.45 else "p")

    def _middle(self, title: str) -> list[Block]:
        wanted = self.rng.choice(LENGTHS) - 2
        pool: list[Block] = [Text(self.say(each)) for each in suited(self.topic.paras, title)]
        if self.topic.name != "thông báo":
            more = [Text(self.say(each)) for each in self.rng.sample(suited(common.MIDDLE, title), 6)]
            pool = _shuffle_in(pool, more, self.rng)
            quotes = suited(self.topic.quotes, title)
            pool = _shuffle_in(pool, [Text(self.say(each), kind=self._quote()) for each in quotes], self.rng)
            if suited((common.GATHERING,), title):
                pool.insert(0, Text(self.say(self.rng.choice(common.ATTENDANCE))))
                pool.append(Text(self.say(self.rng.choice(common.SPEECH))))
        wanted = max(0, min(wanted, len(pool)))
        chosen = [pool[index] for index in sorted(self.rng.sample(range(len(pool)), wanted))]
        if wanted >= 2:
            chosen += self._lists(title)
        heads = suited(self.topic.heads, title)
        if heads and wanted >= 6 and self.rng.random() < 0.5:
            head = Text(self.say(self.rng.choice(heads)), kind="heading")
            chosen.insert(self.rng.randint(2, wanted - 2), head)
        return chosen

    def _quote(self) -> str:
        return "quote" if self.rng.random() < 0.2 else "p"

    def _lists(self, title: str) -> list[Block]:
        if self.rng.random() < 0.05:
            rows = self.rng.choice(common.TABLES)
            return [
                Text("Chi tiết như bảng sau:"),
                Table(tuple(tuple(self.say(cell) for cell in row) for row in rows)),
            ]
        bullets = suited(self.topic.bullets, title)
        if len(bullets) < 2 or self.rng.random() > 0.33:
            return []
        items = tuple(self.say(each) for each in bullets)
        intro = Text(self.rng.choice(common.LIST_INTRO))
        shape = self.rng.randrange(4)
        if shape < 2:
            sign = ("- ", "+ ")[shape]
            return [intro, *(Text(sign + item) for item in items)]
        return [intro, Bullets(items, ordered=shape == 3)]

    def _illustrate(self, body: list[Block], title: str) -> list[Block]:
        """Put pictures between the paragraphs, never after the last one (the byline stands there)."""
        count = min(self.rng.choice(PICTURES), 2 + len(body))
        captions = [*suited(self.topic.captions, title), *self.rng.sample(common.CAPTIONS, len(common.CAPTIONS))]
        self.rng.shuffle(captions)
        places = [self.rng.randrange(0, len(body)) for _ in range(count)]
        made: list[Block] = []
        for index, block in enumerate(body):
            for _ in range(places.count(index)):
                figure = Figure(self._picture(self.say(captions.pop()), title))
                self.figures.append(figure)
                made.append(figure)
                if self.rng.random() < 0.3:
                    made.append(Gap(self.rng.randint(1, 3)))
            made.append(block)
            if self.rng.random() < 0.06:
                made.append(Gap())
        while made and isinstance(made[-1], Gap):
            made.pop()
        return made

    def _picture(self, caption: str, title: str) -> PlayedImage:
        rng = self.rng
        url = self._picture_address()
        alt = rng.choice((None, None, caption, caption, title, f"IMG_{rng.randint(1000, 9999)}.JPG"))
        if rng.random() < 0.2:
            return PlayedImage(url=url, alt=alt)
        credit = rng.choice(PEN_NAMES[self.site]) if rng.random() < 0.22 and "Ảnh" not in caption else None
        if credit is None:
            return PlayedImage(url=url, caption=caption, alt=alt, printed=caption)
        bare = caption.rstrip(".")
        shape = rng.randrange(3)
        if shape == 2:
            return PlayedImage(url=url, caption=f"{bare}.", credit=credit, alt=alt, printed=f"{bare}. Ảnh: {credit}")
        printed = f"{bare} (Ảnh: {credit})" if shape == 0 else f"{bare} (Ảnh {credit})"
        return PlayedImage(url=url, caption=bare, credit=credit, alt=alt, printed=printed)

    def _picture_address(self) -> str:
        rng = self.rng
        kind = rng.choice(("jpg", "jpg", "jpg", "png"))
        base = f"http://{HOSTS[self.layout]}"
        if self.layout == "ha_tinh":
            return f"{base}/storage/images.thumb.{new_uuid(rng)}.{kind}"
        if self.layout == "hau_giang_1":
            folder = f"{base}/Uploads/Images/{self.published.year}/{self.published.month}"
            return f"{folder}/Hinh%20{rng.randint(1, 9)}-{rng.getrandbits(32):08x}.{kind}"
        stamp = int(self.published.timestamp() * 1000) + rng.randint(1, 9999)
        return f"{base}/documents/1402156/0/IMG_{rng.getrandbits(24):06d}.{kind}/{new_uuid(rng)}?t={stamp}"


def files_of(writer: Writer) -> tuple[PlayedAttachment, ...]:
    """Return the documents of *writer*'s article: mostly none, notices nearly always one or two."""
    rng = writer.rng
    likely = 0.9 if writer.topic.name == "thông báo" else 0.13
    if not writer.topic.file or rng.random() > likely:
        return ()
    title = writer.say(writer.topic.file)
    files = [PlayedAttachment(file_address(writer, rng.choice(("pdf", "pdf", "pdf", "docx"))), title)]
    if rng.random() < 0.35:
        kind, name = rng.choice((("xlsx", "Phụ lục kèm theo"), ("zip", "Toàn bộ biểu mẫu"), ("docx", "Mẫu đơn")))
        files.append(PlayedAttachment(file_address(writer, kind), name))
    return tuple(files)


def file_address(writer: Writer, kind: str) -> str:
    """Return an address for a document of *kind*."""
    rng, base = writer.rng, f"http://{HOSTS[writer.layout]}"
    if writer.layout == "ha_tinh":
        return f"{base}/storage/files/{new_uuid(rng)}.{kind}"
    if writer.layout == "hau_giang_1":
        folder = f"{base}/Uploads/Files/{writer.published.year}/{writer.published.month}"
        return f"{folder}/VB-{rng.getrandbits(24):06d}.{kind}"
    return f"{base}/documents/1402156/0/VB-{rng.getrandbits(24):06d}.{kind}/{new_uuid(rng)}"


def new_uuid(rng: random.Random) -> uuid.UUID:
    """Return the next UUID of *rng*."""
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _shuffle_in(base: list[Block], more: list[Block], rng: random.Random) -> list[Block]:
    """Insert *more* at random places of *base*, whose order stays."""
    made = list(base)
    for block in more:
        made.insert(rng.randint(0, len(made)), block)
    return made
