"""What was expected of a site and what was found, in Vietnamese: reports say it in English."""

from __future__ import annotations

from archive.report import Expectation
from archive.web.words.named import NAMED

_SAID = {
    "answers": "{value} ngày liền không trả lời (tối đa {limit})",
    "crawled": "lần thu thập cuối cách đây {value} ngày (tối đa {limit})",
    "new_within_days": "bài mới nhất cách đây {value} ngày (tối đa {limit})",
    "articles_a_month": "{value} bài trong 30 ngày qua (tối thiểu {limit})",
    "failures": "{share} yêu cầu không thành trong hai lần liền (tối đa {most})",
    "layout": "{share} số trang không đọc được theo mẫu đã biết (tối đa {most})",
    "certificate": "chứng chỉ còn {value} ngày (tối thiểu {limit})",
}


def expected(each: Expectation) -> str | None:
    """Return what is told of an expectation in Vietnamese, null when only English says it.

    >>> expected(Expectation("new_within_days", False, 45.0, 30.0, "newest article is 45 days old"))
    'bài mới nhất cách đây 45 ngày (tối đa 30)'
    >>> expected(Expectation("fields.authors", False, 0.75, 0.5, ""))
    'thiếu tác giả ở 75% số bài (tối đa 50%)'
    """
    if each.value is None:
        return "chưa có bài nào" if each.name == "new_within_days" else None
    field = NAMED.get(each.name.replace("fields.", "field.")) if each.name.startswith("fields.") else None
    said = f"thiếu {field[0]} ở {{share}} số bài (tối đa {{most}})" if field else _SAID.get(each.name)
    if said is None:
        return None
    return said.format(
        value=_number(each.value), limit=_number(each.limit), share=f"{each.value:.0%}", most=f"{each.limit:.0%}"
    )


def _number(value: float) -> str:
    return f"{value:.4g}".replace(".", ",")
