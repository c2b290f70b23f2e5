"""Prints words as HTML with the oddities that an article's source has."""

from __future__ import annotations

import random
import unicodedata
from html import escape
from html.entities import codepoint2name

from tests.play.truth import PlayedArticle, Text

LAWS = "http://vanban.chinhphu.vn/?pageid=27160&docid=20"
WRAPS = ("<b>{}</b>", "<strong>{}</strong>", "<em>{}</em>", "<span>{}</span>", f'<a href="{LAWS}">{{}}</a>')


class Ink:
    """Turns true text into HTML that reads the same: entities, NFD words, no-break spaces, inline tags."""

    def __init__(self, article: PlayedArticle, skeleton: str) -> None:
        self.odd = article.odd
        self.root = "/".join(article.url.split("/", 3)[:3])
        self.rng = random.Random(f"{skeleton} {article.url}")

    def plain(self, text: str) -> str:
        """Return *text* with entities and NFD words, without tags or odd spaces (titles, attributes)."""
        return " ".join(self._word(word) for word in text.split(" "))

    def attribute(self, text: str) -> str:
        """Return *text* for an attribute's value."""
        return escape(text, quote=True)

    def address(self, url: str) -> str:
        """Return *url* as the page links it: without scheme and host when it is on the page's own host."""
        return escape(url.removeprefix(self.root), quote=True)

    def run(self, text: str) -> str:
        """Return *text* as the inside of a paragraph, in all its oddities."""
        rng = self.rng
        words = [self._word(word) for word in text.split(" ")]
        if "inline" in self.odd and len(words) > 12 and rng.random() < 0.4:
            start = rng.randint(1, len(words) - 8)
            stop = start + rng.randint(1, 6)
            before, after = rng.choice(WRAPS).split("{}")
            words[start] = before + words[start]
            words[stop] += after
        made = words[0]
        for word in words[1:]:
            made += self._space() + word
        if "zero_width" in self.odd and rng.random() < 0.3:
            made = rng.choice(("\ufeff", "\u200b")) + made
        return made

    def text(self, block: Text) -> str:
        """Return the inside of a text block, its linked file included."""
        if block.link is None:
            return self.run(block.text)
        before, _, after = block.text.partition(block.link.title)
        link = f'<a href="{escape(block.link.url)}" target="_blank">{escape(block.link.title)}</a>'
        return f"{escape(before)}{link}{escape(after)}"

    def _space(self) -> str:
        chance = self.rng.random()
        if "nbsp" in self.odd and chance < 0.06:
            return self.rng.choice(("\u00a0", "&nbsp;", " &nbsp;", "\u00a0\u00a0 ", "&#160;", "\u2009", "  "))
        if "zero_width" in self.odd and chance > 0.97:
            return self.rng.choice((" \u200b", "\u200b ", " \ufeff"))
        return "\n" if 0.5 < chance < 0.52 else " "

    def _word(self, word: str) -> str:
        chance = self.rng.random()
        if "nfd_words" in self.odd and chance < 0.2:
            word = unicodedata.normalize("NFD", word)
        elif "entities" in self.odd and chance < 0.5:
            return "".join(_entity(letter, chance < 0.08) for letter in word)
        if "&" in word and chance > 0.6:
            # Browsers read "KH&CN" as it stands, and editors leave it so.
            return word.replace("<", "&lt;").replace(">", "&gt;")
        return escape(word, quote=False)


def _entity(letter: str, numeric: bool) -> str:
    if letter.isascii() and letter not in "&<>":
        return letter
    name = codepoint2name.get(ord(letter))
    if name and not numeric:
        return f"&{name};"
    return f"&#{ord(letter)};" if numeric else escape(letter)
