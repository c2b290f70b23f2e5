"""What portals do that is odd, and the cases in which it is seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Seen:
    """A case whose page, or address, has something odd, and what is nevertheless read."""

    case: str
    printed: str
    """Words of the page's source or of its address."""
    read: Mapping[str, Any] = field(default_factory=dict)
    """Values of what is expected, by dotted path below ``article``; null: nothing."""
    unsaid: Sequence[str] = ()
    """Words that are nowhere in what is expected."""
    kind: str = "article"


@dataclass(frozen=True)
class Joined:
    """Cases of one article at several addresses."""

    cases: tuple[str, ...]


@dataclass(frozen=True)
class ByTest:
    """A test, where a page alone can not show it."""

    path: str
    name: str


def refused(case: str, printed: str, reason: str) -> Seen:
    return Seen(case, printed, {"reason": reason}, kind="rejected")


DATES = {
    "today's date in the header": (
        Seen("nukeviet/default_theme", "Thứ tư, 15/11/2023, 09:30", {"published": "2023-10-16T08:45:00+07:00"}),
        Seen("sharepoint/clock_with_sa_and_ch", "02/07/2018 8:00 SA", {"published": "2018-06-25T16:24:00+07:00"}),
        Seen("generic/hours_of_24_with_am_and_lead_twice", "Thứ Sáu, ngày 06/12/2013 09:00 AM (GMT+7)",
             {"published": "2013-12-05T00:05:00+07:00"}),
        ByTest("tests/crawler/test_date_traps.py", "test_the_date_of_a_page_is_the_articles_or_none"),
    ),
    "12:00 AM in place of no time": (
        Seen("liferay/placeholder_time_and_session_id", "03/08/2012 | 12:00 AM",
             {"published": "2012-08-03T00:00:00+07:00", "published_precision": "day"}),
    ),
    "24 hours with AM": (
        Seen("generic/hours_of_24_with_am_and_lead_twice", "00:05 AM",
             {"published": "2013-12-05T00:05:00+07:00", "published_precision": "minute"}),
        ByTest("tests/crawler/test_date_traps.py", "test_the_date_is_read_in_spite_of_it"),
    ),
    "12 hours with AM and PM": (
        Seen("nukeviet/decomposed_letters_and_entities", "04:24:05 PM", {"published": "2018-03-08T16:24:05+07:00"}),
    ),
    "SA and CH": (
        Seen("sharepoint/clock_with_sa_and_ch", "25/06/2018 4:24 CH", {"published": "2018-06-25T16:24:00+07:00"}),
    ),
    "a year of two figures": (
        Seen("generic/year_of_two_figures_and_caption_with_label", "Thứ sáu, 12-12-25 08:15:10",
             {"published": "2025-12-12T08:15:10+07:00"}),
    ),
    "the zero date of a database": (
        Seen("hai_duong/zero_date_and_markup_escaped_twice", "-0001-11-30 07:06:30", {"published": None}, ["0001"]),
        ByTest("tests/crawler/test_date_traps.py", "test_what_is_no_date_is_none_and_says_why"),
    ),
    "a date that can not be": (
        Seen("ui_portal/date_that_can_not_be", "16/72/2020", {"published": None}, ["16/72"]),
    ),
    "the day of the event in the lead": (
        Seen("drupal/drupal7_account_on_the_date_line", "Ngày 05/5/2021", {"published": "2021-05-07T08:58:00+07:00"}),
        Seen("vnpt_portal/view_article", "Ngày 28/4, Hội đồng", {"published": "2021-05-05T00:00:00+07:00"}),
    ),
    "the day of the import in the address": (
        Seen("vnpt_portal/view_article", "1663239191717", {"published": "2021-05-05T00:00:00+07:00"}),
    ),
}  # fmt: skip

NAMES = {
    "Theo ...": (
        Seen("slug_id/number_below_a_section", "Theo Báo Thái Nguyên", {"source": "Báo Thái Nguyên", "authors": None}),
    ),
    "Nguồn: ...": (
        Seen("ui_portal/notice_with_file_and_html_address", "Nguồn: Phòng Quản lý khoa học",
             {"source": "Phòng Quản lý khoa học"}),
    ),
    "Ảnh: ... as a credit": (
        Seen("slug_id/n_and_number", "Ảnh: Lan Phương",
             {"photographers": ["Lan Phương"], "images.0.credit": "Lan Phương",
              "images.0.caption": "Vườn bưởi của hợp tác xã Chí Đám."}),
    ),
    "Ảnh: ... as a caption": (
        Seen("generic/year_of_two_figures_and_caption_with_label", "Ảnh: Buổi làm việc",
             {"images.0.credit": None, "photographers": ["Quốc Huy"],
              "images.0.caption": "Ảnh: Buổi làm việc giữa Sở và nhà trường trước khi ký biên bản"}),
    ),
    "writer and photographer in one line": (
        Seen("generic/year_of_two_figures_and_caption_with_label", "Bài: Hoàng Yến; Ảnh: Quốc Huy",
             {"authors": ["Hoàng Yến"], "photographers": ["Quốc Huy"]}),
    ),
    "an office as the writer": (
        Seen("can_tho/address_in_capitals", "Trung tâm Thông tin và Ứng dụng TBKHCN",
             {"authors": ["Trung tâm Thông tin và Ứng dụng TBKHCN"]}),
        Seen("nukeviet/egovernment_theme", "Ban Tổ chức", {"authors": ["Ban Tổ chức"]}),
    ),
    "an office that says something is none": (
        Seen("generic/hours_of_24_with_am_and_lead_twice", "Hội đồng đề nghị",
             {"authors": None, "text.3": "Hội đồng đề nghị ông Bảy đăng ký bảo hộ kiểu dáng cho chiếc máy."}),
    ),
    "A - B - C": (
        Seen("sharepoint/clock_with_sa_and_ch", "Lê Thu An - Trần Bình - Ngô Chi",
             {"authors": ["Lê Thu An", "Trần Bình", "Ngô Chi"]}),
        Seen("nukeviet/audio_player_and_lead_in_the_body", "Trần Hải Yến - Đỗ Quang - Vũ Lan",
             {"authors": ["Trần Hải Yến", "Đỗ Quang", "Vũ Lan"]}),
    ),
    "initials": (
        Seen("vnpt_portal/view_article", "V.K.D", {"authors": ["V.K.D"]}),
        Seen("dotnetnuke/date_before_the_headline", "H.Y", {"authors": ["H.Y"]}),
        Seen("hai_duong/zero_date_and_markup_escaped_twice", "<b>KY</b>", {"authors": ["KY"]}),
    ),
    "an account on the date line": (
        Seen("drupal/drupal7_account_on_the_date_line", "thanhsang</span> T6", {"authors": ["THANH SANG"]}),
    ),
    "an agency before the lead": (
        Seen("aspx_htmlview/htmlview_item_of_a_module", "(HGO)", {"source": "HGO", "authors": ["Huỳnh Lê"]}),
    ),
}  # fmt: skip

LEAD = "Chiếc máy gỡ lạc do một thợ cơ khí ở xã ven biển làm ra giúp mỗi hộ bớt được năm công lao động cho một sào."
TEXT = {
    "the lead printed twice": (
        Seen("generic/hours_of_24_with_am_and_lead_twice", f"<h2>{LEAD}</h2>", {"summary": LEAD, "text.0": LEAD}),
        Seen("nukeviet/audio_player_and_lead_in_the_body", "<p><strong>Ảnh chụp từ trên cao",
             {"summary": "Ảnh chụp từ trên cao giúp kiểm đếm cây con trong hai ngày, thay vì hai tháng như trước.",
              "text.2": None}),
    ),
    "a caption in a paragraph": (
        Seen("vnpt_portal/view_article", "<p style=\"text-align:center\"><em>Hội đồng đi thăm",
             {"images.0.caption": "Hội đồng đi thăm ruộng ném ở xã Hải Dương"}),
    ),
    "a caption in a cell of a table": (
        Seen("slug_id/html_with_counter_between_two_dates", "<td align=\"center\">Quang cảnh",
             {"images.0.caption": "Quang cảnh buổi tọa đàm"}),
    ),
    "a caption in a figcaption": (
        Seen("nukeviet/default_theme", "<figcaption>Quang cảnh", {"images.0.caption": "Quang cảnh lớp tập huấn"}),
    ),
    "a caption that the alternative text says again": (
        Seen("liferay/article_7_null_and_ticker", 'alt="Khu thực nghiệm của Trung tâm"',
             {"images.0.caption": "Khu thực nghiệm của Trung tâm", "text.3": None}),
        Seen("generic/hours_of_24_with_am_and_lead_twice", 'alt="Ông Bảy chạy thử',
             {"images.0.caption": "Ông Bảy chạy thử máy gỡ lạc ở sân nhà", "text.4": None}),
    ),
    "entities escaped twice": (
        Seen("hai_duong/zero_date_and_markup_escaped_twice", "V&amp;ugrave;ng vải Thanh H&amp;agrave;",
             {"text.0": "Vùng vải Thanh Hà vừa thử thành công màng bao gói giữ quả vải đỏ tươi được năm tuần"
                        " trong kho lạnh."}, ["&amp;", "&ugrave;"]),
        Seen("liferay/placeholder_time_and_session_id", "v&amp;agrave; c&amp;aacute;ch", {}, ["agrave"]),
    ),
    "tags that show as text": (
        Seen("hai_duong/zero_date_and_markup_escaped_twice", "&lt;p&gt;Nhóm nghiên cứu", {"text.3": None}, ["<p>", "lt;"]),
    ),
    "null before the headline": (
        Seen("liferay/article_7_null_and_ticker", ">null\n<h2>", {"title": "Mở vườn ươm doanh nghiệp nông nghiệp"}, ["null"]),
    ),
    "raw keys of labels": (
        Seen("liferay/article_62_raw_labels", "cms-publish-date 17/05/2018",
             {"published": "2018-05-17T15:20:00+07:00"}, ["cms-", "2251"]),
    ),
    "buttons for the size of letters and the printer": (
        Seen("slug_id/n_and_number", "A- A A+</span> <a", {"text.3": None}, ["A+", "In trang"]),
        Seen("sharepoint/clock_with_sa_and_ch", "A- A A+ <a", {"text.3": None}, ["A+", "In trang"]),
    ),
    "an audio player": (
        Seen("nukeviet/audio_player_and_lead_in_the_body", "newsVoicePlayer", {}, ["0:00 /", "Giọng", "Trình duyệt"]),
    ),
    "visitors counted between two copies of the date": (
        Seen("slug_id/html_with_counter_between_two_dates", "Hôm qua: 0", {"published": "2015-05-19T22:32:00+07:00"},
             ["Hôm qua"]),
    ),
    "decomposed letters": (
        Seen("nukeviet/decomposed_letters_and_entities", "\u0110ie\u0302\u0300u tra",
             {"title": "Điều tra cây mắc ca ở 14 xã"}),
    ),
}  # fmt: skip

PAGES = {
    "a copy for the printer": (
        Joined(("nukeviet/default_theme", "nukeviet/print_copy")),
        Joined(("dotnetnuke/date_before_the_headline", "dotnetnuke/page_for_printing")),
    ),
    "a copy to be saved": (
        Seen("nukeviet/savefile_copy", "op=savefile/", {"source_id": "vi.news.3313"}),
        ByTest("tests/sites/test_marks.py", "test_all_addresses_of_one_article_are_one"),
    ),
    "another address of the same article": (
        Joined(("liferay/article_62_raw_labels", "liferay/same_article_below_the_home_page")),
        Joined(("vccorp/article_with_related_box_in_the_body", "vccorp/same_article_below_its_section")),
        Joined(("aspx_htmlview/default_nid_with_breaks_in_sentences",
                "aspx_htmlview/default_same_article_keys_in_other_order")),
    ),
    "a page that is not there, with status 200": (
        refused("aspx_htmlview/default_unknown_id_with_200", "Không tìm thấy thông tin", "soft_404"),
        refused("drupal/missing_page_with_200", "Không tìm thấy trang", "soft_404"),
        refused("slug_id/another_article_at_an_unknown_number", "-n7002", "soft_404"),
    ),
    "a section's list at an article's address": (
        refused("liferay/list_at_an_articles_address", "999-gone", "section_list"),
        refused("vccorp/section_list_at_an_article", "bai-da-go-bo", "section_list"),
        refused("slug_id/home_page_at_an_unknown_number", "-n7001", "section_list"),
    ),
    "a guard's script that sets a cookie": (
        refused("ui_portal/cookie_stub", "D1N=", "cookie_stub"),
        refused("aspx_htmlview/cookie_stub_at_a_listing", "document.cookie", "cookie_stub"),
        ByTest("tests/crawler/test_marked.py", "test_a_guards_stub_is_told_from_an_empty_page"),
    ),
}  # fmt: skip

BY_ADDRESS = ByTest("tests/crawler/test_url_traps.py", "test_a_trap_is_known_by_its_address")
BOUNDED = ByTest("tests/crawler/test_traps_crawl.py", "test_a_trapped_site_is_asked_for_a_bounded_number_of_pages")
ADDRESSES = {
    "combining marks": (
        Seen("slug_id/combining_marks_in_the_address", "ho%CC%A3i",
             {"url": "http://dost-bentre.gov.vn/chi-tiet-thong-bao/148/"
                     "thong-bao-ve-ket-qua-ho%CC%A3i-thi-sa%CC%81ng-tao-ky-thuat"}),
        ByTest("tests/crawler/test_traps_crawl.py",
               "test_an_address_with_decomposed_letters_is_asked_for_as_it_was_found"),
    ),
    "session ids": (
        Seen("liferay/placeholder_time_and_session_id", ";jsessionid=",
             {"url": "http://sokhcn.example.vn/tin-tuc-su-kien/-/view_content/"
                     "22549-giai-thuong-chat-luong-quoc-gia.html"}),
        ByTest("tests/crawler/test_url_traps.py", "test_the_session_in_an_address_makes_no_other_page"),
    ),
    "p_p_auth": (Seen("liferay/article_62_raw_labels", "p_p_auth=NzLUVKZE", {"source_id": "32066754"}, ["p_p_auth"]),),
    "t=<ms>": (
        Seen("liferay/placeholder_time_and_session_id", "t=1344214800000", {"source_id": "22549"}, ["t=1344214800000"]),
    ),
    "/en/vi/en chains": (
        ByTest("tests/sites/test_marks.py", "test_what_looks_like_an_articles_address_is_none"),
        BY_ADDRESS,
        BOUNDED,
    ),
    "calendars without end": (
        BY_ADDRESS,
        BOUNDED,
        ByTest("tests/crawler/test_url_traps.py", "test_the_date_in_the_address_of_an_article_makes_no_calendar"),
    ),
    "path segments that come again": (
        BY_ADDRESS,
        BOUNDED,
        ByTest("tests/crawler/test_url_traps.py",
               "test_a_relative_link_that_is_resolved_once_too_often_is_known_by_its_page"),
    ),
    "numbers of pages that nobody has": (
        BY_ADDRESS,
        BOUNDED,
        ByTest("tests/crawler/test_traps_crawl.py", "test_a_list_that_begins_again_behind_its_last_page_ends"),
    ),
    "paths in any case": (
        Seen("can_tho/address_in_capitals", "/DEFAULT.ASPX?NID=5127", {"source_id": "5127"}),
    ),
}  # fmt: skip

ODDITIES = {**DATES, **NAMES, **TEXT, **PAGES, **ADDRESSES}
