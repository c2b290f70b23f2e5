"""Prints an article's body by a table of shapes, so that a skeleton only says what is its own."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from tests.play.ink import Ink
from tests.play.truth import Bullets, Figure, Gap, PlayedArticle, PlayedAttachment, Table


@dataclass(frozen=True, slots=True)
class Shapes:
    """How the parts of a body are printed; ``{}`` is where the words go."""

    p: str
    lead: str
    heading: str
    quote: str
    gap: str
    picture: str
    """A picture without a caption: ``src``, ``alt`` (the whole attribute, or nothing)."""
    captioned: str
    """A picture with its caption: ``src``, ``alt``, ``caption``."""
    table: str
    row: str
    cell: str
    signed: str
    """A line of the byline or the source."""
    bullets: str = "<ul>{}</ul>"
    numbers: str = "<ol>{}</ol>"
    item: str = "<li>{}</li>"
    between: str = "\n"

    def body(self, article: PlayedArticle, ink: Ink) -> str:
        """Return the body of *article*, its byline and its source line last."""
        made = [self._block(block, ink) for block in article.blocks]
        made += [self.signed.format(ink.plain(line)) for line in (article.byline, article.source_line) if line]
        return self.between.join(made)

    def _block(self, block: object, ink: Ink) -> str:
        if isinstance(block, Figure):
            image = block.image
            alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
            shape = self.captioned if image.printed else self.picture
            return shape.format(src=ink.address(image.url), alt=alt, caption=ink.run(image.printed or ""))
        if isinstance(block, Bullets):
            items = "\n".join(self.item.format(ink.run(item)) for item in block.items)
            return (self.numbers if block.ordered else self.bullets).format(items)
        if isinstance(block, Table):
            rows = (self.row.format("".join(self.cell.format(ink.run(cell)) for cell in row)) for row in block.rows)
            return self.table.format("\n".join(rows))
        if isinstance(block, Gap):
            return self.between.join([self.gap] * block.count)
        kind: str = getattr(self, block.kind)  # type: ignore[attr-defined]
        return kind.format(ink.text(block))  # type: ignore[arg-type]


def files(attached: tuple[PlayedAttachment, ...], whole: str, each: str) -> str:
    """Return the list of documents below a body; nothing when there are none."""
    lines = "\n".join(each.format(url=escape(one.url), title=escape(one.title)) for one in attached)
    return whole.format(lines) if attached else ""
