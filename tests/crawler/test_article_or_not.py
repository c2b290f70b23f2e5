"""Whether a page that nobody declared is an article."""

from __future__ import annotations

import pytest

from tests.crawler.kinds_of_page import ENGLISH, KINDS, NEWS, PRIVACY, html, kind, ld, links, meta


@pytest.mark.parametrize(("page", "target", "expected"), KINDS.values(), ids=KINDS)
def test_each_kind_of_page_is_told(page, target, expected):
    assert kind(page, target) == expected


TIME = "2024-05-01T08:00:00+07:00"
DATED = meta("article:published_time", TIME)
NAMED = {
    "an English article": (html("Privacy", PRIVACY, DATED, "en"), "/2024/05/privacy", "article"),
    "an article in JSON-LD": (html("Privacy - Times", PRIVACY, ld(headline="Privacy", datePublished=TIME), "en"), "/privacy", "article"),
    "an article with a number for its date": (html("Privacy", PRIVACY, ld(datePublished=1714620000), "en"), "/privacy", "article"),
    "an article on registering": (html("Đăng ký", NEWS, DATED), "/tin-tuc/dang-ky", "article"),
    "an article on contacts, among headlines": (
        html("Liên hệ", f"{NEWS}<ul>{links()}</ul>", ld(datePublished=TIME)), "/tin-tuc/lien-he-12", "article",
    ),
    "a policy": (html("Privacy", PRIVACY, lang="en"), "/privacy", "static_page"),
    "a policy that was changed": (
        html("Privacy policy", PRIVACY, meta("og:type", "article") + meta("article:modified_time", TIME), "en"), "/privacy-policy", "static_page",
    ),
    "a policy that is a web page": (
        html("Privacy policy", PRIVACY, ld("WebPage", datePublished=TIME, dateModified=TIME), "en"), "/privacy-policy", "static_page",
    ),
    "a contact page that says so": (html("Liên hệ", NEWS, DATED + ld("ContactPage")), "/lien-he", "static_page"),
    "a date that is none": (html("Liên hệ", NEWS, meta("article:published_time", "0000-00-00")), "/lien-he", "static_page"),
    "a registration": (html("Đăng ký", f"<h1>Đăng ký</h1><p>{ENGLISH}</p>"), "/dang-ky", "static_page"),
}  # fmt: skip


@pytest.mark.parametrize(("page", "target", "expected"), NAMED.values(), ids=NAMED)
def test_what_an_article_tells_machines_counts_more_than_its_name(page, target, expected):
    assert kind(page, target) == expected
