"""Skeleton: the ASP.NET portal of "UI" modules; later pages of a list are loaded by POST."""

from __future__ import annotations

from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import PLAIN, Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/UploadFiles/{year}/{name}"
HAS_LEAD, HAS_FIELDS = True, False
LOAD = "/DesktopModule/UIArticleInMenu/ArticleInMenuPagination.aspx/LoadArticle"


def date(published: datetime) -> tuple[str, str]:
    """Return the date line."""
    return f"Ngày đăng: {published:%d/%m/%Y %H:%M}", "minute"


def frame(chrome: Chrome, title: str, inside: str, script: str = "") -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html lang="vi"><head id="Head1"><meta charset="utf-8" /><title>
	{escape(title)}
</title><link href="/css/menu.css" rel="stylesheet" /></head>
<body><form method="post" action="./" id="form1"><div class="aspNetHidden"><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEPDwULLTE2" /></div>
<div class="header"><div class="date-now">{marks.TODAY}</div><ul class="menu">{parts.menu_items(chrome)}</ul></div>
<div class="content-page"><div class="breadcrumb">{crumbs(chrome, between=" / ")}</div>
{inside}
</div>
<div class="footer">{parts.footer_lines(chrome)}<p>Đang truy cập: {marks.ONLINE}</p></div></form>{script}</body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "ui_portal")
    links = documents(article, '<p>File đính kèm: <a href="{url}">{title}</a></p>')
    inside = f"""<div class="UIArticleInMenu"><div class="ArticleDetail">
<div class="ArticleHeader"><h1>{ink.plain(article.title)}</h1></div>
<div class="PostDate">{article.printed_date}</div>
<div class="ArticleSummary">{ink.run(article.summary or "")}</div>
<div class="ArticleContent">
{body(article, ink, PLAIN)}
{links}
<div class="relate-news"><h4>Tin liên quan</h4><ul>{parts.teasers(chrome.popular[:2], '<li><a href="{path}">{title}</a></li>')}</ul></div>
</div></div></div>
<div class="other-news"><h3>Các tin khác</h3><ul>{others(chrome, '<li><a href="{path}">{title}</a> ({day})</li>')}</ul></div>"""
    return frame(chrome, article.title, inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return the first page of a list: its pager's links lead nowhere without scripts."""
    number = pager.address(0)
    script = f"""<script>
var article_category_id = "{number}"; var site_id = '62'; var page_size = 3;
function loadPage(page) {{ $.ajax({{ type: "POST", url: "{LOAD}", contentType: "application/json" }}); }}
</script>"""
    inside = f"""<div class="UIListNews_Default">{items}</div>
<div class="pagination" id="paging">{pager.links('<a href="#">{number}</a>', '<a href="#" class="active">{number}</a>')}</div>"""
    return frame(chrome, chrome.crumbs[-1].label, inside, script)


ITEM = """<div class="item"><a href="{path}"><img src="{thumb}" alt="" /></a><h3><a href="{path}">{title}</a></h3><span class="date">{day}</span><p>{summary}</p></div>"""
