"""Skeleton: government CMS of VCCorp; a script asks for the later pages of a list, and the older pager is still there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import PLAIN, Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/thumb_w/777/334/{year}/{month}/{name}"
HAS_LEAD = HAS_FIELDS = True
FRAGMENT = re.compile(r"/timelinelist/(\d+)/(\d+)\.htm")
SHAPES = replace(
    PLAIN,
    p="<p>{}</p>",
    heading="<h2>{}</h2>",
    picture='<figure class="VCSortableInPreviewMode noCaption" type="Photo"><div><img src="{src}"{alt} width="900" height="600"></div><figcaption class="PhotoCMS_Caption"></figcaption></figure>',
    captioned='<figure class="VCSortableInPreviewMode" type="Photo"><div><img src="{src}"{alt} width="900" height="600"></div><figcaption class="PhotoCMS_Caption"><p>{caption}</p></figcaption></figure>',
)


def date(published: datetime) -> tuple[str, str]:
    """Return the date line."""
    return f"{published:%d/%m/%Y} {published:%H:%M}", "minute"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title><link rel="dns-prefetch" href="https://static.mediacdn.vn/">
<link href="/css/common.min.css" rel="stylesheet"></head><body>
<div id="admwrapper" data-role="page"><div class="header"><p class="date">{marks.TODAY}</p><ul>{parts.menu_items(chrome, '<li><a href="{href}" title="{label}" class="nav-link">{label}</a></li>')}</ul></div>
<div class="main">
{inside}
</div>
<div class="footer">{parts.footer_lines(chrome, '<p class="text">{}</p>')}<p>Online: {marks.ONLINE}</p></div></div></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "vccorp")
    links = documents(article, '<p><a href="{url}">{title}</a></p>')
    related = parts.teasers(
        chrome.popular[:1],
        '<div class="VCSortableInPreviewMode" type="RelatedOneNews"><div class="react-relate"><a href="{path}" title="{title}">{title}</a></div></div>',
    )
    tags = "".join(f'<a href="/tag/{number}.htm" title="{tag}">{tag}</a>' for number, tag in enumerate(article.tags))
    told = replace(article, byline=None, source_line=f"Nguồn: {article.source_line}" if article.source_line else None)
    day, clock = article.printed_date.split(" ")
    inside = f"""<div class="detail-breadcrumb">{crumbs(chrome)}</div>
<h1 class="detail-title" data-role="title">{ink.plain(article.title)}</h1>
<h2 class="detail-sapo" data-role="sapo">
{ink.run(article.summary or "")}
</h2>
<div class="detail-info"><div class="detail-time"><div data-role="publishdate">
{day}
<span class="icon"><svg width="5" height="6"></svg></span>
{clock}
</div></div></div>
<div class="detail-content afcbc-body clearfix" data-role="content">
{body(told, ink, SHAPES)}
{links}
{related}</div>
<div class="detail-author" data-role="author">{ink.plain(article.byline or "")}</div>
<div class="detail-tag">{tags}</div>
<div class="detail-related"><p class="title">Tin liên quan</p>{others(chrome, '<div class="box-related-item"><a class="box-related-link-title" href="{path}">{title}</a></div>')}</div>"""
    return frame(chrome, article.title, inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    inside = f'<div class="detail-breadcrumb">{crumbs(chrome)}</div><input type="hidden" name="hdZoneId" id="hdZoneId" value="{pager.address(0)}" /><div class="box-stream timeline_list" data-layout="2">{items}</div><div class="pager" id="ctl00_leftContent_ctl00_pager">{pager.links()}</div>'
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="box-stream-item"><a class="box-stream-link-with-avatar" href="{path}" title="{title}"><img data-type="avatar" src="{thumb}" alt="{title}"></a>
<div class="box-stream-content"><h2><a data-type="title" class="box-stream-link-title" href="{path}" title="{title}">{title}</a></h2>
<span class="time-ago box-stream-time">{printed}</span><p data-type="sapo" class="box-stream-sapo">{summary}</p></div></div>"""
