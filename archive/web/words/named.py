"""Names of things that the program has in English: Vietnamese, English."""

from __future__ import annotations

NAMED: dict[str, tuple[str, str]] = {
    "note.owner": (
        "Bản lưu để tra cứu và nghiên cứu. Bài viết thuộc về các Sở và tác giả; "
        "nội dung được giữ nguyên như khi thu thập.",
        "Kept for reference and research. The articles belong to the Departments and their authors; "
        "they are kept exactly as they were captured.",
    ),
    "note.intro": (
        "Mỗi trang đều được lưu nguyên văn, kèm ngày giờ thu thập, "
        "để xem lại được ngay cả khi trang gốc đã đổi hoặc không còn.",
        "Every page is kept byte for byte with the time of its capture, "
        "to be read even when the original has changed or is gone.",
    ),
    "note.map": (
        "Số bài đang lưu, gồm cả bài của các Sở trước khi sáp nhập tỉnh. "
        "Ô càng đậm càng nhiều bài; ô viền đứt chưa có bài nào.",
        "Articles held, those of the Departments before the mergers included. "
        "The deeper the shade, the more articles; a dashed tile has none.",
    ),
    "field.title": ("tiêu đề", "headline"),
    "field.summary": ("tóm tắt", "summary"),
    "field.text": ("nội dung", "text"),
    "field.whole": ("trang đầy đủ", "whole page"),
    "field.published": ("ngày đăng", "date of publication"),
    "field.authors": ("tác giả", "authors"),
    "field.photographers": ("người chụp ảnh", "photographers"),
    "field.source": ("nguồn", "source"),
    "field.section": ("chuyên mục", "section"),
    "field.captions": ("chú thích ảnh", "captions"),
    "field.attachments": ("tệp đính kèm", "attachments"),
    "field.images": ("ảnh", "pictures"),
    "event.gone": ("bị gỡ khỏi trang gốc", "removed from the site"),
    "event.back": ("có lại trên trang gốc", "back on the site"),
    "event.moved": ("chuyển sang địa chỉ khác", "moved to another address"),
    "purpose.page": ("trang", "page"),
    "purpose.image": ("ảnh của bài viết", "picture of an article"),
    "purpose.attachment": ("tệp đính kèm của bài viết", "document of an article"),
    "purpose.requisite": ("tệp cần để hiển thị trang", "file that a page needs to look as it did"),
    "purpose.listing": ("danh sách bài viết", "list of articles"),
    "purpose.feed": ("nguồn tin RSS/Atom", "feed"),
    "purpose.sitemap": ("sơ đồ trang", "sitemap"),
    "purpose.robots": ("robots.txt", "robots.txt"),
    "purpose.unknown": ("không rõ", "unknown"),
    "problem.400": ("Yêu cầu chưa đúng", "This can not be asked so"),
    "problem.404": ("Không có trang này", "There is no such page"),
    "problem.405": ("Không làm được như vậy", "This can not be done here"),
    "problem.413": ("Tệp quá lớn", "The file is too large"),
    "problem.414": ("Địa chỉ quá dài", "The address is too long"),
    "problem.415": ("Không phải ảnh hiển thị được", "No picture that can be shown"),
    "problem.429": ("Quá nhiều yêu cầu", "Too many requests"),
    "problem.451": ("Nội dung đã được gỡ theo yêu cầu", "Taken down at somebody's request"),
    "problem.500": ("Máy chủ gặp lỗi", "Something went wrong here"),
    "problem.503": ("Kho lưu trữ tạm thời chưa trả lời được", "The archive can not answer just now"),
    "exit.0": ("hoàn tất", "complete"),
    "exit.1": ("lỗi chương trình", "program error"),
    "exit.3": ("hết chỗ trên đĩa", "disk full"),
    "exit.4": ("sai cấu hình", "wrong configuration"),
    "exit.5": ("còn địa chỉ lỗi", "some URLs failed"),
    "exit.6": ("không như mong đợi", "not as expected"),
    "exit.7": ("lần khác đang chạy", "another run held it"),
    "exit.8": ("bị ngắt", "interrupted"),
    "note.dissolved": (
        "Các tỉnh được sắp xếp lại năm 2025, và trang web của các Sở này lần lượt bị tắt. Đây là những gì còn giữ "
        "được: phần tự thu thập khi trang còn chạy, và phần lấy lại từ các kho lưu trữ web khác.",
        "Provinces were merged in 2025, and the sites of these Departments are being switched off one by one. This is "
        "what is held: what was captured while they ran, and what was brought back from other web archives.",
    ),
    "origin.crawl": ("tự thu thập", "captured by us"),
    "origin.import": ("nhập từ tệp", "imported"),
    "origin.recover": ("lấy từ kho khác", "recovered"),
    "archive.wayback": ("Wayback Machine (Internet Archive)", "the Wayback Machine (Internet Archive)"),
    "archive.commoncrawl": ("Common Crawl", "Common Crawl"),
    "archive.pywb": ("một kho lưu trữ web chạy pywb", "a web archive that runs pywb"),
    "rebuilt.status-line": ("dòng trạng thái", "status line"),
    "rebuilt.headers": ("các trường đầu", "header fields"),
    "match.yes": ("khớp mã băm của kho kia", "its digest is the one that archive states"),
    "match.no": ("không khớp mã băm của kho kia", "its digest is not the one that archive states"),
    "match.decoded": ("đã giải nén, không so được mã băm", "it came decoded, so digests can not be compared"),
}
