"""Who and where: places, products and people of the two provinces, chosen anew for each article."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

HA_TINH = {
    "huyện Hương Khê": ("xã Phúc Trạch", "xã Hương Trạch", "xã Lộc Yên", "xã Hà Linh"),
    "huyện Hương Sơn": ("xã Sơn Kim 1", "xã Sơn Tây", "xã Quang Diệm", "xã Sơn Lâm"),
    "huyện Vũ Quang": ("xã Đức Lĩnh", "xã Quang Thọ", "xã Thọ Điền"),
    "huyện Đức Thọ": ("xã Tùng Ảnh", "xã Yên Hồ", "xã Lâm Trung Thủy"),
    "huyện Can Lộc": ("xã Thiên Lộc", "xã Thượng Lộc", "xã Khánh Vĩnh Yên"),
    "huyện Thạch Hà": ("xã Thạch Hải", "xã Tượng Sơn", "xã Lưu Vĩnh Sơn"),
    "huyện Cẩm Xuyên": ("xã Cẩm Bình", "xã Cẩm Vịnh", "xã Nam Phúc Thăng"),
    "huyện Kỳ Anh": ("xã Kỳ Thượng", "xã Kỳ Trung", "xã Lâm Hợp"),
    "huyện Nghi Xuân": ("xã Cổ Đạm", "xã Xuân Mỹ", "xã Đan Trường"),
    "thị xã Hồng Lĩnh": ("xã Thuận Lộc", "phường Đậu Liêu"),
    "thị xã Kỳ Anh": ("phường Kỳ Thịnh", "xã Kỳ Nam"),
    "thành phố Hà Tĩnh": ("xã Đồng Môn", "phường Thạch Quý"),
}
HAU_GIANG = {
    "thành phố Vị Thanh": ("xã Hỏa Tiến", "xã Tân Tiến", "phường IV"),
    "thành phố Ngã Bảy": ("xã Đại Thành", "phường Lái Hiếu"),
    "thị xã Long Mỹ": ("xã Long Trị", "xã Tân Phú", "phường Thuận An"),
    "huyện Vị Thủy": ("xã Vị Trung", "xã Vĩnh Tường", "xã Vị Thắng"),
    "huyện Long Mỹ": ("xã Lương Tâm", "xã Vĩnh Viễn", "xã Xà Phiên"),
    "huyện Phụng Hiệp": ("xã Hiệp Hưng", "xã Phương Bình", "xã Tân Long"),
    "huyện Châu Thành": ("xã Phú Hữu", "xã Đông Phước", "xã Phú An"),
    "huyện Châu Thành A": ("xã Nhơn Nghĩa A", "xã Tân Hòa", "xã Trường Long Tây"),
}
PRODUCTS = {
    "ha_tinh": (
        "bưởi Phúc Trạch", "cam Vũ Quang", "nhung hươu Hương Sơn", "chè xanh", "mật ong rừng", "cam chanh Khe Mây",
        "rau củ quả trên cát", "lạc L14", "gạo hữu cơ", "dược liệu cà gai leo", "nấm linh chi", "nước mắm truyền thống",
        "hồng Thạch Hà", "dưa lưới", "bánh đa nem",
    ),
    "hau_giang": (
        "khóm Cầu Đúc", "bưởi Năm Roi Phú Hữu", "cam xoàn", "chanh không hạt", "mãng cầu xiêm", "quýt đường Long Trị",
        "lúa chất lượng cao", "cá thát lát", "mít ruột đỏ", "dưa lưới", "rau an toàn", "lươn đồng", "xoài cát Hòa Lộc",
        "trà mãng cầu", "bắp nếp",
    ),
}  # fmt: skip
NOT_GROWN = ("nhung hươu", "mật ong", "nước mắm", "bánh đa", "cá ", "lươn", "gạo", "trà ", "nấm")
"""Products that no field gives, by how they begin."""
FISH = {
    "ha_tinh": ("tôm thẻ chân trắng", "ốc hương", "lươn không bùn", "cá leo"),
    "hau_giang": ("lươn", "cá thát lát", "ếch Thái Lan", "cá chạch lấu"),
}
SCHOOLS = {
    "ha_tinh": ("Trường Đại học Hà Tĩnh", "Trường Đại học Vinh", "Viện Thổ nhưỡng Nông hóa", "Học viện Nông nghiệp Việt Nam"),
    "hau_giang": ("Trường Đại học Cần Thơ", "Viện Cây ăn quả miền Nam", "Trường Đại học Võ Trường Toản", "Viện Lúa ĐBSCL"),
}  # fmt: skip
FAMILY = (
    "Nguyễn",
    "Trần",
    "Lê",
    "Phạm",
    "Hoàng",
    "Phan",
    "Võ",
    "Đặng",
    "Bùi",
    "Dương",
    "Huỳnh",
    "Lý",
    "Đinh",
    "Hồ",
    "Ngô",
)
MAN = (
    "Văn Thảo", "Đức Mạnh", "Quốc Khánh", "Minh Trí", "Hữu Nghĩa", "Thanh Tùng", "Xuân Trường", "Chí Dũng", "Hoài Nam",
    "Ngọc Sơn", "Trọng Hiếu", "Bá Lộc", "Công Danh", "Viết Thắng", "Anh Tuấn", "Phước Hậu", "Tấn Đạt", "Đình Phúc",
)  # fmt: skip
WOMAN = (
    "Thị Hồng Nhung", "Thị Lan Anh", "Ngọc Bích", "Thị Mỹ Dung", "Kim Oanh", "Thị Thu Hà", "Thúy Hằng", "Thị Cẩm Tú",
    "Bảo Ngọc", "Thị Út", "Thanh Trúc", "Thị Hoài Thương",
)  # fmt: skip
PEN_NAMES = {
    "ha_tinh": (
        "Thu Trang", "Quỳnh Anh", "Hoài Nam", "Minh Lý", "Đăng Khoa", "Thanh Bình", "Ngọc Loan", "Phúc Quang", "Hà Vy",
        "Trần Nhật Lệ", "Lê Tuấn", "Phan Trâm", "Xuân Hoàng", "Diệu Linh",
    ),
    "hau_giang": (
        "Ngọc Diễm", "Thanh Sang", "Mỹ Xuyên", "Trúc Linh", "Hữu Tài", "Cẩm Lụa", "Bích Châu", "Phương Nghi", "Huỳnh Như",
        "Nguyễn Hoàng Phi", "Tường Vi", "Lâm Chí Công", "Đăng Thư",
    ),
}  # fmt: skip
OFFICES = {
    "ha_tinh": ("Trung tâm Thông tin KH&CN", "Văn phòng Sở", "Phòng Quản lý Khoa học", "Chi cục Tiêu chuẩn Đo lường Chất lượng"),
    "hau_giang": ("Trung tâm Thông tin và Ứng dụng KH&CN", "Văn phòng Sở", "Phòng Quản lý Chuyên ngành"),
}  # fmt: skip
INITIALS = ("K.Oanh", "V.K.D", "H.Y", "T.T", "N.L", "Q.Anh")
SOURCES = (
    "Báo Hà Tĩnh", "Báo Hậu Giang", "Cổng Thông tin điện tử Chính phủ", "Bộ Khoa học và Công nghệ", "TTXVN",
    "Báo Khoa học và Phát triển", "Trung tâm Khuyến nông", "baohaugiang.com.vn", "vista.gov.vn",
)  # fmt: skip
WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def cast_of(site: str, published: datetime, rng: random.Random, *, grown: bool = False) -> dict[str, str]:
    """Return the words that the slots of one article's templates take; *grown* asks for a crop."""
    province = HA_TINH if site == "ha_tinh" else HAU_GIANG
    name = "Hà Tĩnh" if site == "ha_tinh" else "Hậu Giang"
    place = rng.choice(tuple(province))
    commune = rng.choice(province[place])
    product = rng.choice([one for one in PRODUCTS[site] if not (grown and one.startswith(NOT_GROWN))])
    leader, guest, expert = (person(rng) for _ in range(3))
    farmer = person(rng, man=True)
    woman = person(rng, man=False)
    year = published.year
    company = rng.choice(("Minh Phát", "Hồng Lam", "Thành Sen", "Phú Tân", "Đại Dương Xanh", "Việt Hương", "Tâm An"))
    event = published - timedelta(days=rng.choice((0, 1, 1, 2, 2, 3, 5, 9, 14)))
    return {
        "so": "Sở Khoa học và Công nghệ",
        "so_tinh": rng.choice((f"Sở Khoa học và Công nghệ tỉnh {name}", f"Sở Khoa học và Công nghệ (KH&CN) {name}")),
        "so_kh": "Sở KH&CN",
        "ma_vung": "0239" if site == "ha_tinh" else "0293",
        "tinh": name,
        "noi": place,
        "noi_hoa": place[:1].upper() + place[1:],
        "xa": f"{commune}, {place}",
        "xa_ngan": commune,
        "sp": product,
        "thuysan": rng.choice(FISH[site]),
        "truong": rng.choice(SCHOOLS[site]),
        "htx": f"Hợp tác xã {rng.choice(('Tân Tiến', 'Thành Công', 'Hòa Phát', 'Kỳ Như', 'Đồng Tâm', 'Thuận Phát'))}",
        "ctv": f"Công ty TNHH {company}",
        "ctv_hoa": f"Công ty TNHH {company}",
        "congcu": rng.choice(("5S", "Kaizen", "Lean", "TPM", "KPI")),
        "iso": rng.choice(("ISO 9001:2015", "ISO 22000:2018", "HACCP", "ISO 14001:2015")),
        "ten1": leader,
        "ong1": f"đồng chí {leader} - {rng.choice(('Giám đốc', 'Phó Giám đốc'))} Sở KH&CN",
        "ten2": guest,
        "ong2": f"đồng chí {guest}, {rng.choice(('Phó Chủ tịch UBND tỉnh', 'Ủy viên Ban Thường vụ Tỉnh ủy'))}",
        "chuyengia": f"{rng.choice(('TS.', 'ThS.', 'PGS.TS.'))} {expert}",
        "chuyengia_ten": expert,
        "dan": f"ông {farmer}, {commune}",
        "dan_ten": farmer,
        "nu_ten": woman,
        "nam_ten": person(rng, man=True),
        "nam": str(year),
        "nam_truoc": str(year - 1),
        "nam_toi": str(year + 1),
        "lan": rng.choice(("IV", "V", "VII", "IX", "XII", "XV")),
        "dot": str(rng.randint(1, 3)),
        "quy": rng.choice(("I", "II", "III", "IV")),
        "ngay": _event_date(event, rng),
        "ngay_thuong": f"ngày {event.day}/{event.month}",
    }


def person(rng: random.Random, *, man: bool | None = None) -> str:
    """Return an invented person's name."""
    given = MAN if (rng.random() < 0.65 if man is None else man) else WOMAN
    return f"{rng.choice(FAMILY)} {rng.choice(given)}"


def _event_date(event: datetime, rng: random.Random) -> str:
    part = rng.choice(("Ngày", "Ngày", "Sáng ngày", "Chiều ngày", "Vừa qua, ngày"))
    shape = rng.randrange(4)
    if shape == 0:
        return f"{part} {event.day}/{event.month}"
    if shape == 1:
        return f"{part} {event.day:02d}/{event.month:02d}/{event.year}"
    if shape == 2:
        return f"{part} {event.day:02d} tháng {event.month:02d} năm {event.year}"
    return f"{part} {event.day}-{event.month}-{event.year}"
