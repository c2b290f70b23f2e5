"""Skeleton: NukeViet 4.5, module news, default theme."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.cast import WEEKDAYS
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents, others, unsigned
from tests.play.truth import Figure, PlayedArticle

UPLOADS = "/uploads/news/{year}_{month:02}/{name}"
HAS_LEAD = HAS_FIELDS = True


def date(published: datetime) -> tuple[str, str]:
    """Return the date line: ``Thứ hai - 25/06/2018 16:24``."""
    return f"{WEEKDAYS[published.weekday()].capitalize()} - {published:%d/%m/%Y %H:%M}", "minute"


def frame(chrome: Chrome, title: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    path = crumbs(chrome, '<li><a href="{href}"><span>{label}</span></a></li>', "")
    return f"""<!DOCTYPE html>
<html lang="vi" xmlns="http://www.w3.org/1999/xhtml" prefix="og: http://ogp.me/ns#">
<head>
<title>{escape(title)} &#x002D; {escape(chrome.office)}</title>
<meta name="author" content="{escape(chrome.office)}">
<meta name="generator" content="NukeViet v4.5">
<meta charset="utf-8">
<link rel="stylesheet" href="/css/nv.css">
<script>var nv_base_siteurl="/",nv_lang_data="vi",nv_module_name="news",nv_my_ofs=7;</script>
</head>
<body>
<header><div id="logo"><a href="/"><img src="/img/logo.png" alt="{escape(chrome.office)}"></a></div>
<div class="current-time">{marks.TODAY}, {marks.CLOCK}</div></header>
<nav><ul class="nav navbar-nav">{parts.menu_items(chrome)}</ul></nav>
<div class="breadcrumbs-wrap"><ul class="breadcrumbs list-none">{path}</ul></div>
<div class="row"><div class="col-md-18">
{inside}
</div>
<div class="col-md-6"><div class="panel panel-primary"><div class="panel-heading">Tin xem nhiều</div>
<ul class="block_groups list-none">{parts.teasers(chrome.popular, '<li><a class="show" href="{path}" title="{title}">{title}</a></li>')}</ul></div></div></div>
<footer><ul class="counter list-none"><li>Đang truy cập <span>{marks.ONLINE}</span></li><li>Tổng lượt truy cập <span>{marks.TOTAL}</span></li></ul>
{parts.footer_lines(chrome)}</footer>
</body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "nukeviet")
    first = article.blocks[0]
    rest = article if not isinstance(first, Figure) else replace(article, blocks=article.blocks[1:])
    figure = _figure(first, ink) if isinstance(first, Figure) else ""
    zone = f"{article.published:%Y-%m-%d}+07{article.published:%H:%M:%S}"
    signed = [("Tác giả bài viết", article.byline), ("Nguồn tin", article.source_line)]
    names = "\n".join(
        f'<p class="h5 text-right"><strong>{label}: </strong>{ink.plain(said)}</p>' for label, said in signed if said
    )
    files = documents(
        article, '<div class="list-group-item"><a href="{url}" title="{title}" download>{title}</a></div>'
    )
    tags = ", ".join(
        f'<a title="{tag}" href="/vi/news/tag/{number}/"><em>{tag}</em></a>' for number, tag in enumerate(article.tags)
    )
    older = others(
        chrome,
        '<li><em class="fa fa-angle-right">&nbsp;</em><h4><a href="{path}" title="{title}">{title}</a></h4><em>({day})</em></li>',
    )
    inside = f"""<div class="news_column panel panel-default" itemtype="http://schema.org/NewsArticle" itemscope>
<div class="panel-body"><meta property="article:published_time" content="{zone}">
<h1 class="title margin-bottom-lg" itemprop="headline">{ink.plain(article.title)}</h1>
<div class="hidden hide d-none" itemprop="author" itemtype="http://schema.org/Person" itemscope><span itemprop="name">quantri</span></div>
<div class="row margin-bottom-lg"><div class="col-md-12"><span class="h5">{article.printed_date}</span></div>
<div class="col-md-12"><ul class="list-inline text-right"><li><a class="dimgray" title="Gửi bài viết qua email" href="javascript:void(0)"><em class="fa fa-envelope">&nbsp;</em></a></li></ul></div></div>
<div class="clearfix"><div class="hometext m-bottom" itemprop="description">{ink.run(article.summary or "")}</div>
{figure}</div>
<div id="news-bodyhtml" class="bodytext margin-bottom-lg">
{body(unsigned(rest), ink)}
</div>
{f'<div class="news-download-file panel panel-default"><div class="panel-heading">Tập tin đính kèm</div><div class="list-group">{files}</div></div>' if files else ""}
<div class="margin-bottom-lg">{names}</div>
</div></div>
<div class="news_column panel panel-default"><div class="panel-body"><div class="h5"><em class="fa fa-tags">&nbsp;</em><strong>Tags: </strong>{tags}</div></div></div>
<div class="news_column panel panel-default"><div class="panel-body"><span id="stringrating">Tổng số điểm của bài viết là: 5 trong 1 đánh giá</span></div></div>
<div class="news_column panel panel-default other-news"><div class="panel-body"><p class="h3"><strong>Những tin cũ hơn</strong></p>
<ul class="detail-related related list-none list-items">{older}</ul></div></div>
<form id="formcomment"><div class="panel-heading">Ý kiến bạn đọc</div><textarea></textarea><input name="captcha" placeholder="Mã bảo mật"></form>"""
    return frame(chrome, article.title, inside)


def _figure(figure: Figure, ink: Ink) -> str:
    image = figure.image
    alt = "" if image.alt is None else f' alt="{ink.attribute(image.alt)}"'
    caption = f"<figcaption>{ink.run(image.printed)}</figcaption>" if image.printed else ""
    return f'<figure class="article center"><img{alt} src="{ink.address(image.url)}" width="460" class="img-thumbnail">{caption}</figure>'


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template (``viewcat_page``)."""
    after = (
        f'<li class="page-item"><a class="page-link" rel="next" href="{pager.next}">&raquo;</a></li>'
        if pager.next
        else ""
    )
    numbers = pager.links(
        '<li class="page-item"><a class="page-link" href="{href}">{number}</a></li>',
        '<li class="page-item active"><a class="page-link" href="#">{number}</a></li>',
    )
    inside = f'<div class="news_column">\n{items}\n<div class="text-center"><ul class="pagination">{numbers}{after}</ul></div></div>'
    return frame(chrome, chrome.crumbs[-1].label, inside)


ITEM = """<div class="news_column panel panel-default"><div class="panel-body"><a href="{path}" title="{title}"><img alt="{title}" src="{thumb}" class="img-thumbnail pull-left imghome"></a>
<h2><a href="{path}" title="{title}">{title}</a></h2>
<div class="text-muted"><ul class="list-unstyled list-inline"><li><em class="fa fa-clock-o">&nbsp;</em> {day} 08:15:00</li><li><em class="fa fa-eye">&nbsp;</em> Đã xem: 318</li></ul></div>
{summary}</div></div>"""
