"""Skeleton: Drupal 7, a node shown whole, and the page of a term."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import Pager, body, crumbs, documents
from tests.play.truth import PlayedArticle

UPLOADS = "/sites/default/files/users/thanhsang/{name}"
HAS_LEAD = HAS_FIELDS = False
DAYS = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")


def date(published: datetime) -> tuple[str, str]:
    """Return the date line: ``T6, 01/09/2017 - 08:58``."""
    return f"{DAYS[published.weekday()]}, {published:%d/%m/%Y - %H:%M}", "minute"


def frame(chrome: Chrome, title: str, heading: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML+RDFa 1.0//EN" "http://www.w3.org/MarkUp/DTD/xhtml-rdfa-1.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="vi" version="XHTML+RDFa 1.0" dir="ltr">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8" />
<meta name="Generator" content="Drupal 7 (http://drupal.org)" />
<title>{escape(title)} | {escape(chrome.office)}</title>
<link rel="stylesheet" href="/css/system.base.css" />
<script type="text/javascript">jQuery.extend(Drupal.settings, {{"basePath":"\\/","pathPrefix":""}});</script>
</head>
<body class="html not-front not-logged-in one-sidebar sidebar-first i18n-vi">
<div id="page-wrapper"><div id="page">
<div id="header"><div class="section clearfix"><a href="/" title="Trang chủ" rel="home" id="logo"><img src="/img/logo.png" alt="Trang chủ" /></a>
<div id="site-name"><strong>{escape(chrome.office)}</strong></div><div class="block"><p>{marks.TODAY}</p></div></div></div>
<div id="main-menu"><ul class="links">{parts.menu_items(chrome)}</ul></div>
<div id="breadcrumb"><h2 class="element-invisible">Bạn đang ở đây</h2><div class="breadcrumb">{crumbs(chrome)}</div></div>
<div id="content" class="column"><div class="section"><a id="main-content"></a>
<h1 class="title" id="page-title">{heading}</h1>
<div class="region region-content"><div id="block-system-main" class="block block-system"><div class="content">
{inside}
</div></div></div></div></div>
<div id="sidebar-first"><div class="block"><h2>Xem nhiều</h2><ul>{parts.teasers(chrome.popular, '<li><a href="{path}">{title}</a></li>')}</ul><p>Đang online: {marks.ONLINE}</p></div></div>
<div id="footer">{parts.footer_lines(chrome)}</div></div></div></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "drupal")
    links = documents(
        article,
        '<div class="field-item even"><span class="file"><img class="file-icon" alt="" src="/modules/file/icons/application-pdf.png" /> <a href="{url}">{title}</a></span></div>',
    )
    tags = "".join(
        f'<div class="field-item even"><a href="/taxonomy/term/{900 + number}">{tag}</a></div>'
        for number, tag in enumerate(article.tags)
    )
    inside = f"""<div class="node node-article node-promoted clearfix" typeof="sioc:Item foaf:Document">
<span property="dc:title" content="{escape(article.title)}" class="rdf-meta element-hidden"></span>
<div class="meta submitted">Đăng bài <span class="username" typeof="sioc:UserAccount">thanhsang</span> {article.printed_date}</div>
<div class="content clearfix"><div class="field field-name-body field-type-text-with-summary field-label-hidden"><div class="field-items"><div class="field-item even" property="content:encoded">
{body(article, ink)}
</div></div></div>
{f'<div class="field field-name-field-tep field-type-file field-label-above"><div class="field-label">Tập tin:&nbsp;</div><div class="field-items">{links}</div></div>' if links else ""}
<div class="field field-name-field-tags field-type-taxonomy-term-reference"><div class="field-items">{tags}</div></div></div>
<div class="link-wrapper"><ul class="links inline"><li><a href="#">Add new comment</a></li></ul></div></div>"""
    return frame(chrome, article.title, ink.plain(article.title), inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = f'<li class="pager-next"><a title="Đến trang sau" href="{pager.next}">sau ›</a></li>' if pager.next else ""
    numbers = pager.links(
        '<li class="pager-item"><a href="{href}">{number}</a></li>', '<li class="pager-current">{number}</li>'
    )
    label = chrome.crumbs[-1].label
    return frame(
        chrome, label, escape(label), f'{items}\n<div class="item-list"><ul class="pager">{numbers}{after}</ul></div>'
    )


ITEM = """<div class="node node-article node-teaser clearfix"><h2><a href="{path}">{title}</a></h2><div class="meta submitted">Đăng bài thanhsang {printed}</div>
<div class="content"><p>{summary}</p></div><ul class="links inline"><li class="node-readmore"><a href="{path}" title="{title}">Đọc tiếp<span class="element-invisible"> về {title}</span></a></li></ul></div>"""
