"""What hangs around an article and is none of it: how its elements are called, and how its lines begin.

Names are those that page makers all over the world give (classes and ids are English nearly everywhere);
lines are in the languages whose boilerplate was seen often. None of them decides alone: each is one trait
among others (:mod:`spiders.pages.traits`).
"""

from __future__ import annotations

import re
from functools import lru_cache

CUES: dict[str, re.Pattern[str]] = {
    "share": re.compile(r"share|social|sharing|follow|print|toolbar|like"),
    "related": re.compile(
        r"relat|recommend|popular|trending|promo|teaser|read-?(?:next|more|also)|also|more-|most-|card|recirc|outbrain"
        r"|taboola|other|lien-?quan|tin-?khac|headline-list|upnext|next|link-?list"
    ),
    "comment": re.compile(r"comment|disqus|reply|respond|rating|vote|review|binh-?luan|danh-?gia|feedback"),
    "author": re.compile(r"author|byline|\bbio\b|avatar|contributor|writer|tac-?gia|profile"),
    "meta": re.compile(r"\bmeta\b|date|time|tags?\b|categor|kicker|eyebrow|crumb|label|views?\b|info"),
    "caption": re.compile(r"caption|credit|figure|gallery|image|photo|media|video|img|slide|embed|copyright|legend"),
    "offer": re.compile(
        r"subscri|newsletter|sign-?up|log-?in|cookie|consent|gdpr|banner|\bads?\b|advert|sponsor|paywall|popup|modal"
        r"|promo|donat|cta|disclaim|dialog|tooltip|notice|alert"
    ),
    "menu": re.compile(r"\bnav|menu|foot|sidebar|widget|\baside|header|masthead|skip|search|secondary|rail"),
}
"""What the names of elements around a line say that it is."""

BODY = re.compile(
    r"(?:article|post|story)-?_?(?:body|content|text)|(?:entry|main)-?_?content|content-?_?body|body-?_?content|rich-?text"
    r"|detail|noidung|bodytext|hometext|sapo|\bcontent\b|prose|paragraph|\btext\b|body"
)
"""How elements of bodies are called."""
LEAD = re.compile(
    r"lead|summary|deck|standfirst|sapo|hometext|intro|excerpt|subtitle|dek|subhead|teaser-text|chapo|vorspann"
    r"|description|abstract"
)
"""How elements of leads are called."""
BUTTON = re.compile(
    r"(?:share|tweet|print|e-?mail|facebook|twitter|whatsapp|linkedin|pinterest|reddit|copy link|comments?|subscribe"
    r"|sign (?:up|in)|log ?in|register|newsletter|read (?:more|also|next)|see (?:also|more)|related|recommended"
    r"|more (?:from|on|stories|news)|advertisement|anzeige|publicité|publicidad|also read|you may|trending|follow"
    r"|most (?:read|popular)|click here|download|tags?|topics?|filed under|categories|in ra|gửi|chia sẻ|bình luận"
    r"|ý kiến|đánh giá|tin (?:liên quan|khác|cùng|mới)|các tin|bài (?:viết )?(?:liên quan|khác|cùng)|xem thêm"
    r"|lượt xem|từ khóa|mehr|lesen sie|lire aussi|à lire|leggi anche|lea también|©|copyright|all rights)",
    re.I,
)
"""Beginnings of short lines that are buttons, or head lists of other articles."""
CREDIT = re.compile(
    r"(?:by|von|par|por|di|theo|tác giả|ảnh|photo|foto|image|credit|source|nguồn|getty|reuters|posted|published"
    r"|updated|last)\b",
    re.I,
)
"""Beginnings of short lines that name writers, photographers, sources, dates."""
OFFER = re.compile(
    r"newsletter|subscri|abonn|sign(?:ed)? ?up|follow (?:us|me|our)|informational purposes|affiliate|commission|cookie"
    r"|anmeld|registr|suscr|iscriv|đăng ký|advertis|sponsor|all rights|copyright|privacy|click (?:here|on)"
    r"|download our|our app|podcast|hotline|whatsapp|telegram|consent|(?:log|sign) ?in\b|disclaimer|contributed to this"
    r"|is a (?:freelance|staff|senior|writer|reporter|journalist|contributor|former)|see more|lượt xem|tác giả",
)
"""Words of what a publisher says of itself, of its writers and to its readers, in lower case."""
DAY = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[:h]\d\d")
"""A year or a time of day."""
STOP = re.compile(r"(?:[.!?…:;。！？][\"”»’)\]]*|[\"”»])\Z")
"""The end of a sentence, in the last letters of a line."""


@lru_cache(maxsize=8192)
def cues_of(mark: str) -> frozenset[str]:
    """Return what the classes and the id of one element say that it holds.

    >>> sorted(cues_of("post-meta byline"))
    ['author', 'meta']
    """
    return frozenset().union(*map(_cues_of_name, mark.split()))


@lru_cache(maxsize=8192)
def body_or_lead(mark: str) -> tuple[bool, bool]:
    """Say whether an element is called as bodies are, and as leads are."""
    said = list(map(_body_or_lead, mark.split()))
    return any(body for body, _ in said), any(lead for _, lead in said)


# Name by name, for a page gives the same few names to its elements in ever new combinations.
@lru_cache(maxsize=1 << 14)
def _cues_of_name(name: str) -> frozenset[str]:
    return frozenset(cue for cue, pattern in CUES.items() if pattern.search(name))


@lru_cache(maxsize=1 << 14)
def _body_or_lead(name: str) -> tuple[bool, bool]:
    return BODY.search(name) is not None, LEAD.search(name) is not None
