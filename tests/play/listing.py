"""Listing pages: newest first, each with a pager of its own kind, as the three hosts have them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tests.play import chrome as marks
from tests.play.chrome import FOOTERS, MENUS, OFFICES, PLAIN_WEB_TITLE, teaser
from tests.play.truth import Layout, PlayedArticle

PAGE_SIZE = 15

ITEMS = {
    "ha_tinh": """<div class="row tin"><div class="col-4"><a href="{url}"><img src="{thumb}" alt="{title}"></a></div>
<div class="col-8"><h3><a href="{url}">{title}</a></h3><span class="ngay">{printed}</span><p>{summary}</p>
<a class="xt" href="{url}">Xem thêm</a></div></div>""",
    "hau_giang_1": """<tr><td valign="top"><img src="{thumb}" width="120"></td><td><a class="lnkTieuDe" href="{url}">{title}</a>
<span class="lblNgay">({day})</span><br><div class="tomtat">{summary}</div></td></tr>""",
    "hau_giang_2": """<li class="item-tin"><a href="{url}" title="{title}"><img src="{thumb}" alt=""></a>
<a href="{url}">{title}</a><i>{printed}</i><p>{summary}</p></li>""",
}
WRAPS = {
    "ha_tinh": '<div class="ds-tin">\n{}\n</div>',
    "hau_giang_1": '<table id="dlTin" width="100%">\n{}\n</table>',
    "hau_giang_2": '<ul class="ds-item">\n{}\n</ul>',
}


def page_count(articles: Sequence[PlayedArticle]) -> int:
    """Return how many pages the listing of *articles* has."""
    return max(1, -(-len(articles) // PAGE_SIZE))


def listing_page(
    layout: Layout,
    heading: str,
    base: str,
    articles: Sequence[PlayedArticle],
    number: int,
    everything: Sequence[PlayedArticle],
) -> str:
    """Return the template of page *number* (from 1) of the listing at *base*; *everything* feeds the side column."""
    shown = articles[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    items = "\n".join(_item(layout, one) for one in shown) or "<p>Chưa có dữ liệu</p>"
    menu = "\n".join(f'<li><a href="{escape(href)}">{escape(label)}</a></li>' for label, href in MENUS[layout])
    side = "\n".join(f'<li><a href="{escape(one.url)}">{escape(one.title)}</a></li>' for one in everything[3::17][:5])
    title = PLAIN_WEB_TITLE if layout == "hau_giang_2" else f"{heading} - {OFFICES[layout]}"
    footer = "\n".join(f"<p>{escape(line)}</p>" for line in FOOTERS[layout])
    return f"""<!DOCTYPE html>
<html lang="vi"><head><meta charset="utf-8"><title>{escape(title)}</title>
<link rel="stylesheet" href="/css/list.css"><script src="/js/list.js" defer></script></head>
<body>
<div id="dau"><img src="/img/banner.jpg" alt=""><div class="hn">{marks.TODAY}</div><ul class="menu">
{menu}
</ul></div>
<div class="than"><div class="duong-dan"><a href="/">Trang chủ</a> / {escape(heading)}</div>
<h2>{escape(heading)}</h2>
{WRAPS[layout].format(items)}
{_pager(layout, base, number, page_count(articles))}
</div>
<div class="phai"><h4>Tin xem nhiều</h4><ul>
{side}
</ul><p>Đang trực tuyến: {marks.ONLINE}</p><p>Tổng truy cập: {marks.TOTAL}</p></div>
<div id="cuoi">{footer}</div>
</body></html>
"""


def _item(layout: Layout, article: PlayedArticle) -> str:
    one = teaser(article)
    return ITEMS[layout].format(
        url=escape(one.url),
        title=escape(one.title),
        thumb=escape(one.thumb or "/img/no-image.png"),
        printed=one.printed,
        day=one.day,
        summary=escape(one.summary),
    )


def _pager(layout: Layout, base: str, number: int, count: int) -> str:
    near = [page for page in range(1, count + 1) if abs(page - number) <= 3 or page in (1, count)]
    links = []
    for page in near:
        if page == number:
            links.append(
                f"<b>[{page}]</b>" if layout == "hau_giang_1" else f'<li class="active"><span>{page}</span></li>'
            )
        elif layout == "hau_giang_1":
            links.append(f'<a href="{escape(page_address(layout, base, page))}">[{page}]</a>')
        else:
            links.append(f'<li><a href="{escape(page_address(layout, base, page))}">{page}</a></li>')
    if number < count:
        after = escape(page_address(layout, base, number + 1))
        if layout == "ha_tinh":
            links.append(f'<li><a href="{after}" rel="next">&rsaquo;</a></li>')
        else:
            links.append(f'<a href="{after}">Trang sau</a>')
    inside = "\n".join(links)
    return f'<div align="right">Trang: {inside}</div>' if layout == "hau_giang_1" else f'<ul class="pt">{inside}</ul>'


def page_address(layout: Layout, base: str, page: int) -> str:
    """Return the address of page number *page*; Hậu Giang's older listing counts ``pageindex`` from 0."""
    if layout == "hau_giang_1":
        return base.replace("pageindex=0", f"pageindex={page - 1}")
    return f"{base}?page={page}"
