"""Sentences that any article may carry: who came, what was said, what comes next."""

ATTENDANCE = (
    "Tham dự {event_thuong} có {ong1}; đại diện lãnh đạo các sở, ban, ngành, UBND các huyện, thị xã, thành phố cùng hơn "
    "{n:40-180} đại biểu.",
    "Cùng dự có {ong2}; lãnh đạo các phòng chuyên môn, đơn vị trực thuộc Sở và đại diện {truong}.",
    "Đại diện lãnh đạo UBND {noi}, các phòng, ban liên quan và đông đảo người dân {xa_ngan} cùng tham dự.",
)
SPEECH = (
    "Phát biểu tại {event_thuong}, {ong1} ghi nhận những kết quả mà các đơn vị đã đạt được, đồng thời đề nghị tập trung tháo gỡ "
    "khó khăn về kinh phí, nhân lực để bảo đảm tiến độ đề ra.",
    "Phát biểu chỉ đạo, {ong2} yêu cầu các ngành, địa phương bám sát mục tiêu, phân công rõ người, rõ việc, rõ thời gian và rõ "
    "kết quả; định kỳ hằng quý báo cáo về Sở KH&CN để tổng hợp.",
    "Trao đổi với chúng tôi, {ten1} cho biết ngành khoa học và công nghệ luôn xác định lấy người dân, doanh nghiệp làm trung tâm; "
    "mọi nhiệm vụ đều phải xuất phát từ nhu cầu thực tiễn của địa phương.",
)
MIDDLE = (
    "?hội nghị,hội thảo,tập huấn,công bố,trao giải,khai mạc,diễn tập,ký kết,làm việc,tổng kết,giao ban,đại hội,nghiệm thu,họp,sơ kết,ngày hội,kết nạp,gặp mặt,góp ý,đánh giá,kết nối,chung kết,ra mắt? Các đại biểu đã dành nhiều thời gian thảo luận, tập trung vào ba nhóm vấn đề: cơ chế tài chính, nguồn nhân lực và việc kết "
    "nối giữa nghiên cứu với thị trường. [Không khí trao đổi thẳng thắn, cởi mở.|Nhiều ý kiến tâm huyết đã được ghi nhận.]",
    "Đại diện UBND {noi} cho rằng muốn làm được lâu dài thì phải có sự tham gia của doanh nghiệp ngay từ đầu, tránh tình trạng hết "
    "kinh phí hỗ trợ là mô hình cũng dừng lại.",
    "Để kế hoạch sát với thực tế, tổ công tác đã khảo sát {n:12-48} đơn vị, lấy ý kiến của {big:150-900} người dân và cán bộ cơ sở "
    "bằng phiếu hỏi kết hợp phỏng vấn trực tiếp.",
    "Thực hiện Nghị quyết của Tỉnh ủy và Kế hoạch số {n:20-240}/KH-UBND của UBND tỉnh, {noi} đã ban hành chương trình hành động với "
    "{n:9-24} nhiệm vụ, giao cụ thể cho từng cơ quan, đơn vị.",
    "Kinh phí thực hiện dự kiến {dec:1-9} tỷ đồng, được bố trí từ ngân sách sự nghiệp khoa học và công nghệ, nguồn lồng ghép các "
    "chương trình mục tiêu quốc gia và huy động hợp pháp khác.",
    "?hội nghị,hội thảo,tập huấn,công bố,trao giải,khai mạc,diễn tập,ký kết,làm việc,tổng kết,giao ban,đại hội,nghiệm thu,họp,sơ kết,ngày hội,kết nạp,gặp mặt,góp ý,đánh giá,kết nối,chung kết,ra mắt? Ngoài nội dung chính, ban tổ chức còn bố trí khu trưng bày với {n:10-36} sản phẩm tiêu biểu, giới thiệu thiết bị, công nghệ mới "
    "phù hợp với điều kiện sản xuất ở địa phương.",
    "So với cùng kỳ năm {nam_truoc}, số lượng nhiệm vụ tăng {pct:6-24}, tỷ lệ nhiệm vụ hoàn thành đúng hạn đạt {pct:82-97}; nhiều "
    "kết quả đã được chuyển giao cho các đơn vị tiếp nhận.",
    "Anh {nam_ten}, cán bộ phụ trách ở {xa_ngan}, cho hay điều khó nhất là thay đổi thói quen; khi thấy lợi ích cụ thể thì người dân "
    "rất nhiệt tình hưởng ứng và còn góp ý để cách làm hoàn thiện hơn.",
    "Theo tìm hiểu của chúng tôi, ở {xa_ngan} đã có hơn {n:20-90} hộ chủ động học theo cách làm mới. Nhiều gia đình lập nhóm trên mạng "
    "xã hội để trao đổi kinh nghiệm, giúp nhau khi gặp khó khăn.",
    "Điều đáng mừng là lớp trẻ ở {noi} ngày càng quan tâm đến khoa học. [Nhiều|Không ít|Hàng chục] sinh viên sau khi tốt nghiệp đã trở về quê, mang theo kiến thức và "
    "cả những mối quan hệ để kết nối thị trường cho sản phẩm của địa phương.",
    "[Bài học rút ra|Kinh nghiệm của {noi}|Điều mà {ten1} đúc rút] là phải kiên trì tuyên truyền, cầm tay chỉ việc, chọn đúng người đi đầu và không chạy theo số lượng. Mỗi mô hình đều "
    "cần có người chịu trách nhiệm đến cùng.",
    "Cũng theo {chuyengia}, các địa phương nên chia sẻ dữ liệu với nhau thay vì mỗi nơi làm một kiểu; nhờ vậy có thể tiết kiệm từ "
    "{pct:10-20} đến {pct:21-35} chi phí đầu tư ban đầu.",
    "Trước đó, trong tháng {n:2-11}, tổ chuyên môn đã hoàn thành việc rà soát, cập nhật số liệu của {n:30-160} cơ sở trên toàn tỉnh và "
    "tham mưu ban hành {n:2-6} văn bản hướng dẫn.",
    "Nhìn lại {n:2-5} năm đã qua ở {noi}, có thể thấy những thay đổi tuy nhỏ nhưng bền bỉ: hồ sơ gọn hơn, thời gian chờ ngắn hơn, người dân và "
    "doanh nghiệp chủ động tìm đến cơ quan chuyên môn nhiều hơn.",
    "Bên cạnh thuận lợi, khó khăn cũng không ít: thời tiết diễn biến thất thường, giá vật tư tăng {pct:8-20}, một số thiết bị nhập khẩu về "
    "chậm do thủ tục kéo dài.",
    "Hiện nay, {truong} đang phối hợp với Sở xây dựng bộ tài liệu hướng dẫn ngắn gọn, có hình ảnh minh họa và mã QR dẫn đến phim kỹ thuật, "
    "dự kiến phát hành {big:1000-5000} bản trong năm {nam_toi}.",
    "Công tác truyền thông cũng được chú trọng: {n:8-30} tin, bài và phóng sự đã được đăng, phát; loa truyền thanh cơ sở thông tin "
    "đều đặn {n:2-3} lần mỗi ngày.",
)
GATHERING = "?hội nghị,hội thảo,tập huấn,công bố,trao giải,khai mạc,diễn tập,ký kết,làm việc,tổng kết,giao ban,đại hội,nghiệm thu,họp,sơ kết,ngày hội,kết nạp,gặp mặt,góp ý,đánh giá,kết nối,chung kết,ra mắt? "
"""Condition of what only a gathering has: guests and speeches."""

CLOSING = (
    "Thời gian tới, {so_kh} tiếp tục phối hợp với các đơn vị liên quan theo dõi, hướng dẫn và đánh giá kết quả, tham mưu UBND tỉnh "
    "nhân rộng những cách làm hay [từ {noi}|ở {xa_ngan}|trong năm {nam_toi}]{end}",
    "Dự kiến, hoạt động này sẽ được tổ chức thường niên, góp phần đưa khoa học, công nghệ trở thành động lực phát triển kinh tế - "
    "xã hội của tỉnh {tinh}{end}",
    "?hội nghị,hội thảo,tập huấn,công bố,trao giải,khai mạc,diễn tập,ký kết,làm việc,tổng kết,giao ban,đại hội,nghiệm thu,họp,sơ kết,ngày hội,kết nạp,gặp mặt,góp ý,đánh giá,kết nối,chung kết,ra mắt? {event_hoa} kết thúc thành công tốt đẹp, để lại nhiều ấn tượng trong lòng đại biểu và Nhân dân địa phương{end}",
    "Tin rằng, với sự vào cuộc đồng bộ của các cấp, các ngành, những mục tiêu đề ra cho năm {nam} sẽ sớm trở thành hiện thực{end}",
    "Kế hoạch chi tiết sẽ được gửi đến các cơ quan, đơn vị của {noi} trong [tuần tới|tháng này|{n:5-10} ngày tới]{end}",
)
CAPTIONS = (
    "Quang cảnh {event_thuong}",
    "Toàn cảnh {event_thuong}",
    "{ong1_hoa} phát biểu tại {event_thuong}",
    "{ong2_hoa} phát biểu chỉ đạo {event_thuong}",
    "Đại biểu tham dự {event_thuong}",
    "{chuyengia} trình bày tham luận",
    "Đồng chí {ten1} trao đổi với đại diện UBND {noi} bên lề {event_thuong}",
    "Các đại biểu chụp ảnh lưu niệm tại {event_thuong}, khép lại một ngày làm việc khẩn trương, nghiêm túc và nhiều kết quả thiết "
    "thực cho địa phương",
    "Ảnh: Buổi làm việc tại {noi}",
    "Đại biểu thảo luận (Ảnh minh họa)",
)
TABLES = (
    (("STT", "Nội dung", "Kinh phí (triệu đồng)"), ("{n:1-1}", "Khảo sát, điều tra tại {noi}", "{big:80-400}"),
     ("{n:2-2}", "Xây dựng mô hình {sp}", "{big:300-1900}"), ("{n:3-3}", "Tập huấn, hội thảo", "{big:40-160}")),
    (("Đơn vị", "Chỉ tiêu", "Kết quả"), ("{noi_hoa}", "{pct:60-80}", "{pct:81-99}"), ("Toàn tỉnh", "{pct:50-70}", "{pct:71-90}")),
    (("Thời gian", "Nội dung", "Người thực hiện"), ("7 giờ 30", "Đón tiếp đại biểu", "Ban Tổ chức"),
     ("8 giờ 00", "Báo cáo chuyên đề", "{chuyengia}"), ("10 giờ 15", "Thảo luận", "Các đại biểu"),
     ("11 giờ 00", "Kết luận", "{ten1}")),
)  # fmt: skip
LIST_INTRO = (
    "Cụ thể như sau:",
    "Theo đó, các nội dung chính gồm:",
    "Kết quả đáng chú ý:",
    "Trong đó tập trung vào các nội dung:",
)
