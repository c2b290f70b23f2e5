"""Skeleton: WordPress, a theme with the classes that nearly all themes keep; blocks of the editor."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import Chrome
from tests.play.ink import Ink
from tests.play.skeletons import parts
from tests.play.skeletons.family import PLAIN, Pager, body, crumbs, documents, others
from tests.play.truth import PlayedArticle

UPLOADS = "/wp-content/uploads/{year}/{month:02}/{name}"
HAS_LEAD = HAS_FIELDS = False
SHAPES = replace(
    PLAIN,
    p="<p>{}</p>",
    picture='<figure class="wp-block-image aligncenter"><img decoding="async" src="{src}"{alt}/></figure>',
    captioned='<figure class="wp-block-image aligncenter"><img decoding="async" src="{src}"{alt}/><figcaption>{caption}</figcaption></figure>',
    table='<figure class="wp-block-table"><table><tbody>{}</tbody></table></figure>',
)


def date(published: datetime) -> tuple[str, str]:
    """Return the machine's date; the words beside it say how long ago."""
    return published.isoformat(), "second"


def frame(chrome: Chrome, title: str, kind: str, inside: str) -> str:
    """Return a page of the site around *inside*."""
    return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="UTF-8"><title>{escape(title)} &#8211; {escape(chrome.office)}</title>
<meta name="generator" content="WordPress 5.4.2" /><link rel="stylesheet" href="/css/twenty.css?ver=5.4.2"></head>
<body class="{kind} wp-custom-logo">
<header class="site-header"><a href="/" rel="home">{escape(chrome.office)}</a><div class="header-date">{marks.TODAY}</div></header>
<nav class="main-navigation"><ul>{parts.menu_items(chrome, '<li class="menu-item"><a href="{href}">{label}</a></li>')}</ul></nav>
<div class="breadcrumbs">{crumbs(chrome)}</div>
<main>
{inside}
</main>
<aside class="widget-area"><section class="widget"><h2 class="widget-title">Xem nhiều</h2><ul>{parts.teasers(chrome.popular, '<li><a href="{path}">{title}</a></li>')}</ul></section>
<p>Đang online: {marks.ONLINE}</p></aside>
<footer>{parts.footer_lines(chrome)}<script src="/wp-includes/js/wp-embed.min.js"></script></footer></body></html>
"""


def page(article: PlayedArticle, chrome: Chrome) -> str:
    """Return an article's template."""
    ink = Ink(article, "wordpress")
    section = chrome.crumbs[-1]
    links = documents(
        article,
        '<div class="wp-block-file"><a href="{url}">{title}</a><a href="{url}" class="wp-block-file__button" download>Tải về</a></div>',
    )
    tags = "".join(f'<a href="/tag/{number}/" rel="tag">{tag}</a>' for number, tag in enumerate(article.tags))
    inside = f"""<article id="post-1" class="post type-post hentry">
<header class="entry-header"><span class="cat-links"><a href="{escape(section.href)}" rel="category tag">{escape(section.label)}</a></span>
<h1 class="entry-title">{ink.plain(article.title)}</h1>
<div class="entry-meta"><span class="posted-on"><time class="entry-date published" datetime="{article.printed_date}">5 ngày trước</time></span> <span class="byline">bởi <a class="url fn n" href="/author/admin/">admin</a></span></div></header>
<div class="entry-content">
{body(article, ink, SHAPES)}
{links}
<div class="addtoany_share_save_container"><a href="https://www.addtoany.com/share">Chia sẻ</a></div>
<div class="yarpp-related"><h3>Bài viết liên quan</h3><ol>{others(chrome, '<li><a href="{path}">{title}</a></li>')}</ol></div>
</div>
<footer class="entry-footer"><span class="tags-links">{tags}</span></footer></article>
<div id="comments"><h3>Trả lời</h3><form id="commentform"><textarea></textarea></form></div>"""
    return frame(chrome, article.title, "post-template-default single single-post", inside)


def listing(chrome: Chrome, items: str, pager: Pager) -> str:
    """Return a list's template."""
    after = f'<a class="next page-numbers" href="{pager.next}">Trang sau</a>' if pager.next else ""
    numbers = pager.links(
        '<a class="page-numbers" href="{href}">{number}</a>', '<span class="page-numbers current">{number}</span>'
    )
    inside = f"""<h1 class="page-title">Chuyên mục: {escape(chrome.crumbs[-1].label)}</h1>
{items}
<nav class="navigation pagination"><div class="nav-links">{numbers}{after}</div></nav>"""
    return frame(chrome, chrome.crumbs[-1].label, "archive category", inside)


ITEM = """<article class="post type-post hentry"><h2 class="entry-title"><a href="{path}" rel="bookmark">{title}</a></h2>
<div class="entry-meta"><span class="posted-on"><time class="entry-date published">{day}</time></span></div><img src="{thumb}" alt=""><div class="entry-summary"><p>{summary}</p></div></article>"""
