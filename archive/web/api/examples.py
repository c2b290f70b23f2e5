"""Examples of answers, made by the code that makes the answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from archive.export.record import Document, Record
from archive.history import History, HistoryEvent, Version
from archive.jsonform import to_json
from archive.model import Capture, Image, Location
from archive.report import ArticleCounts, CrawlReport
from archive.times import VN

ARTICLE = "0b7e1f6a52c94d0e8a3c5b7d9f1e2a4c"
CAPTURE = "urn:uuid:6f1c1a52-0b5e-4f0e-8c60-1d2f3a4b5c6d"
CURSOR = "WyI5YzBkIiwxXQ"
CRAWL = "ha_tinh-20250301020000000"
URL = "https://skhcn.hatinh.gov.vn/tin/giong-lua-moi"
_AT = datetime(2025, 3, 4, 2, tzinfo=UTC)
_WARC = "warcs/ha_tinh/2025/ha_tinh-20250301020000-00000.warc.gz"
_TITLE = "Nghiệm thu giống lúa chịu mặn"

_IMAGE = Image("https://skhcn.hatinh.gov.vn/anh/lua.jpg", 0, caption="Ruộng lúa thử nghiệm", width=640, height=480)
_RECORD = Record(
    site="ha_tinh",
    url=URL,
    source_id=None,
    title=_TITLE,
    summary=None,
    text="Sở Khoa học và Công nghệ tổ chức nghiệm thu đề tài nghiên cứu giống lúa chịu mặn.",
    published=datetime(2025, 2, 28, 14, 30, tzinfo=VN),
    published_precision="minute",
    modified=None,
    authors=("Tùng Như",),
    photographers=(),
    source=None,
    section="Tin tức",
    tags=(),
    language="vi",
    images=(_IMAGE,),
    attachments=(
        Document(
            url="https://skhcn.hatinh.gov.vn/tep/ke-hoach.pdf",
            position=0,
            title="Kế hoạch nhân rộng",
            mime="application/pdf",
            text="Kế hoạch nhân rộng giống lúa chịu mặn",
        ),
    ),
    capture=CAPTURE,
    captured=_AT,
    parser="ha_tinh/1",
    id=ARTICLE,
    n=2,
    state="live",
    origin="crawl",
    status=200,
    location=Location(_WARC, 1024, 5120),
    crawl=CRAWL,
    agent="khcn/0.1.0",
    settings=None,
    software="khcn/0.1.0",
)
_CAPTURE = Capture(
    CAPTURE, URL, _AT, 200, "text/html", "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", "ha_tinh", CRAWL,
    Location(_WARC, 1024, 5120), purpose="page",
)  # fmt: skip
_REPORT = CrawlReport(
    CRAWL, "ha_tinh", _AT, _AT, exit=0, requests=41, captures=40, articles=ArticleCounts(new=1), complete=True
)
_HISTORY = History(
    "ha_tinh", ARTICLE, URL, (), _TITLE, "live", _AT, _AT, _AT,
    (Version(1, _AT, _AT, (), CAPTURE, None),), (HistoryEvent(_AT, "new", None, 1),), (),
)  # fmt: skip


def _json(value: Any) -> Any:
    return msgspec.json.decode(to_json(value))


def _page(*items: Any, **more: Any) -> dict[str, Any]:
    return {"items": list(items), **more}


_SITE = {
    "id": "ha_tinh", "name": "Sở Khoa học và Công nghệ tỉnh Hà Tĩnh",
    "name_en": "Department of Science and Technology of Hà Tĩnh", "province": "Hà Tĩnh", "status": "active",
    "hosts": ["skhcn.hatinh.gov.vn"], "successor": None, "articles": 2, "crawls": 1,
    "last_crawl": "2025-03-01T02:00:00Z",
}  # fmt: skip
_DISSOLVED = {
    "id": "hau_giang", "name": "Sở Khoa học và Công nghệ tỉnh Hậu Giang",
    "name_en": "Department of Science and Technology of Hậu Giang", "province": "Hậu Giang", "successor": "can_tho",
    "articles": 3, "captures": {"recover": 7},
    "years": [
        {"year": 2020, "captures": {"recover": 5}, "articles": {"recover": 2}},
        {"year": 2022, "captures": {"recover": 2}, "articles": {"recover": 1}},
    ],
    "lacking": [2021], "missing": 4,
}  # fmt: skip
_HIT = {
    "rank": 1, "article": ARTICLE, "site": "ha_tinh", "url": URL, "title": _TITLE,
    "published": "2025-02-28T14:30:00+07:00", "published_precision": "minute",
    "snippet": "nghiên cứu giống lúa chịu mặn", "score": 12.5, "state": "live", "highlights": [[11, 20]],
    "title_highlights": [[11, 20]],
}  # fmt: skip
_REMOVAL = {
    "site": "ha_tinh", "url": "https://skhcn.hatinh.gov.vn/tin/lich-tiep-cong-dan", "title": "Lịch tiếp công dân",
    "gone": "2025-03-02T02:00:00Z", "confirmed": "2025-03-04T02:00:00Z", "back": None,
}  # fmt: skip
_DIFFERENCE = {
    "url": URL, "a": 1, "b": 2, "captured": {"a": "2025-03-01T02:00:00Z", "b": "2025-03-04T02:00:00Z"},
    "fields": {"title": {"a": "Nghiệm thu giống lúa", "b": _TITLE}},
}  # fmt: skip

EXAMPLES: dict[str, Any] = {
    "Record": _json(_RECORD),
    "Articles": _page(_json(_RECORD), next=CURSOR),
    "Versions": _page(_json(_RECORD)),
    "Capture": _json(_CAPTURE),
    "Captures": _page(_json(_CAPTURE), next=None),
    "Pictures": _page(
        {"article": ARTICLE, "site": "ha_tinh", "url": URL, "title": _TITLE, "image": _json(_IMAGE)}, next=None
    ),
    "HeldSite": _SITE,
    "Sites": _page(_SITE),
    "DissolvedSites": _page(_DISSOLVED),
    "CrawlReport": _json(_REPORT),
    "Crawls": _page(_json(_REPORT), next=None),
    "History": _HISTORY.as_json(),
    "Difference": _DIFFERENCE,
    "Hits": _page(_HIT, next=None),
    "Facets": {
        "articles": 1,
        "sites": [{"key": "ha_tinh", "articles": 1}],
        "months": [{"key": "2025-02", "articles": 1}],
    },
    "Removals": _page(_REMOVAL, next=None),
    "Changes": {
        "generation": "c0ffee00c0ffee00c0ffee00c0ffee00",
        "changes": [{"seq": 7, "id": ARTICLE, "article": None}],
        "next": CURSOR,
        "more": False,
    },
    "Health": {"status": "ok", "generation": "c0ffee00c0ffee00c0ffee00c0ffee00", "last_change": 7},
}
"""By the name of the form."""
