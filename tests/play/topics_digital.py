"""Digital transformation, IPv6, posts and telecommunications, information security."""

from tests.play.topics import Topic

TOPICS = (
    Topic(
        name="chuyển đổi số",
        section="cds",
        event="Hội nghị",
        titles=(
            "{noi_hoa} đẩy mạnh chuyển đổi số ở cơ sở",
            "Ra mắt Tổ công nghệ số cộng đồng tại {xa_ngan}",
            "Hội nghị sơ kết công tác chuyển đổi số {noi} năm {nam}",
            "Bồi dưỡng kỹ năng số cho cán bộ, công chức {noi}",
            "“Bình dân học vụ số” về từng ngõ nhỏ ở {xa_ngan}",
            "Người dân {noi} làm quen với dịch vụ công trực tuyến",
        ),
        leads=(
            "{ngay}, UBND {noi} phối hợp với {so_tinh} tổ chức hội nghị [sơ kết|đánh giá] kết quả chuyển đổi số, bàn giải "
            "pháp thực hiện các chỉ tiêu còn lại của năm {nam}.",
            "?tổ công nghệ,bình dân,làm quen? “Đi từng ngõ, gõ từng nhà, hướng dẫn từng người” là cách mà các tổ công nghệ số cộng đồng ở {noi} đang làm để "
            "đưa dịch vụ số đến với người dân.",
            "?bồi dưỡng? Trong {n:2-4} ngày, từ {ngay_thuong}, {n:80-220} cán bộ, công chức của {noi} được bồi dưỡng kỹ năng số, kỹ "
            "năng khai thác trợ lý ảo và bảo đảm an toàn thông tin.",
        ),
        paras=(
            "Đến nay, {noi} có {n:60-180} tổ công nghệ số cộng đồng với {big:450-1900} thành viên, nòng cốt là đoàn viên "
            "thanh niên, hội viên phụ nữ và bí thư chi bộ, trưởng thôn.",
            "Tỷ lệ hồ sơ nộp trực tuyến toàn trình đạt {pct:68-94}, tăng {pct:9-22} so với cùng kỳ; tỷ lệ thanh toán trực "
            "tuyến đạt {pct:55-88}. Số hóa kết quả giải quyết thủ tục hành chính được thực hiện ở tất cả các xã.",
            "Về kinh tế số, {big:1200-4800} hộ sản xuất nông nghiệp đã có tài khoản trên sàn thương mại điện tử; các chợ, "
            "cửa hàng tạp hóa phần lớn đã dán mã QR nhận thanh toán. Các mặt hàng như {sp} được bán qua hình thức phát trực "
            "tiếp.",
            "Về xã hội số, {pct:78-95} người dân trưởng thành có tài khoản định danh điện tử mức độ 2, trường học và trạm y "
            "tế thu học phí, viện phí không dùng tiền mặt.",
            "Dù vậy, hạ tầng ở một số thôn vùng sâu còn yếu, người cao tuổi chưa quen dùng điện thoại thông minh, một bộ "
            "phận cán bộ vẫn giữ thói quen làm việc trên giấy.",
            "?bồi dưỡng,bình dân? Tại lớp học, học viên được thực hành ngay trên máy: ký số văn bản, tra cứu dữ liệu dân cư, soạn thảo với sự hỗ "
            "trợ của trí tuệ nhân tạo và nhận diện cuộc gọi, đường dẫn lừa đảo.",
            "?hội nghị,đẩy mạnh? Hội nghị thống nhất chọn {n:3-6} xã làm điểm, mỗi xã tập trung một mô hình cụ thể như thôn thông minh, chợ "
            "không tiền mặt, camera an ninh cộng đồng để rút kinh nghiệm rồi nhân rộng.",
        ),
        quotes=(
            "“Tôi {n:62-78} tuổi rồi mà vẫn tự nộp được hồ sơ trên mạng, con cháu khỏi phải đưa đi”, bà {nu_ten} vui vẻ kể.",
            "“Chuyển đổi số phải bắt đầu từ việc người dân thấy tiện hơn, nhanh hơn”, {ten1} nêu rõ.",
        ),
        captions=(
            "Thành viên tổ công nghệ số cộng đồng hướng dẫn người dân cài đặt ứng dụng",
            "Ra mắt Tổ công nghệ số cộng đồng {xa_ngan}",
            "Người dân nộp hồ sơ trực tuyến tại Trung tâm Hành chính công {noi}",
            "Tiểu thương dán mã QR nhận thanh toán tại quầy hàng.",
        ),
        heads=("Chính quyền số", "Kinh tế số, xã hội số"),
        bullets=(
            "100% văn bản được ký số và trao đổi trên môi trường mạng;",
            "{pct:80-95} hồ sơ được tiếp nhận trực tuyến;",
            "Mỗi thôn, ấp có ít nhất một điểm truy cập internet miễn phí;",
            "Ít nhất {n:2-5} mô hình thôn thông minh được công nhận.",
        ),
        file="Kế hoạch chuyển đổi số năm {nam}",
    ),
    Topic(
        name="IPv6",
        section="cds",
        event="Hội nghị",
        titles=(
            "Chuyển đổi IPv6 cho hệ thống mạng cơ quan nhà nước ở {noi}",
            "Hoàn thành chuyển đổi IPv6 cho Cổng thông tin điện tử {noi}",
            "Tập huấn triển khai IPv6 và bảo đảm an toàn thông tin tại {noi}",
            "Vì sao phải chuyển đổi sang IPv6?",
            "Diễn tập thực chiến an toàn thông tin mạng tỉnh {tinh} năm {nam}",
        ),
        leads=(
            "?tập huấn? {ngay}, {so_tinh} phối hợp với Trung tâm Internet Việt Nam (VNNIC) tổ chức tập huấn triển khai IPv6 cho "
            "{n:40-110} cán bộ chuyên trách công nghệ thông tin.",
            "?diễn tập? {ngay}, {so_tinh} phối hợp với Công an tỉnh tổ chức diễn tập thực chiến an toàn thông tin mạng năm {nam}, với sự tham gia của {n:6-14} đội ứng cứu sự cố đến từ các sở, ban, ngành và doanh nghiệp viễn thông.",
            "?hoàn thành,cơ quan nhà nước? {ngay}, {so_tinh} cho biết đã hoàn thành chuyển đổi IPv6 cho hệ thống mạng và các trang thông tin điện tử của {noi}, sớm hơn kế hoạch {n:1-3} tháng.",
            "Không gian địa chỉ IPv4 đã cạn. Việc chuyển sang IPv6, với 128 bit cho mỗi địa chỉ, không còn là lựa chọn mà là "
            "yêu cầu bắt buộc đối với hạ tầng số.",
        ),
        paras=(
            "Theo kế hoạch đã được UBND tỉnh phê duyệt, quá trình chuyển đổi gồm ba giai đoạn: khảo sát hiện trạng; triển khai "
            "song song IPv4/IPv6 (dual stack); vận hành thử nghiệm trên nền thuần IPv6.",
            "Đến nay, {n:18-40} hệ thống, trong đó có Cổng dịch vụ công, thư điện tử công vụ và {n:12-30} trang thông tin điện "
            "tử, đã hoạt động tốt trên IPv6. Tỷ lệ truy cập qua IPv6 của tỉnh đạt {pct:45-66}.",
            "Vướng mắc chủ yếu nằm ở thiết bị cũ: {pct:12-30} bộ định tuyến, tường lửa tại cấp xã chưa hỗ trợ IPv6 đầy đủ, "
            "cần thay thế hoặc nâng cấp phần mềm.",
            "?diễn tập? Ở nội dung diễn tập, {n:6-14} đội ứng cứu sự cố phải phát hiện, ngăn chặn và truy vết tấn công vào hệ thống thật. "
            "Sau {n:2-3} ngày, các đội đã tìm ra {n:9-40} lỗ hổng, trong đó {n:2-6} lỗ hổng ở mức nghiêm trọng.",
            "Các chuyên gia khuyến cáo khi bật IPv6 cần rà soát lại chính sách tường lửa, bởi nhiều quản trị viên chỉ đặt luật "
            "cho IPv4 mà bỏ ngỏ cổng vào IPv6.",
            "Trung tâm dữ liệu của tỉnh cũng được kiểm tra theo hồ sơ đề xuất cấp độ 3; nhật ký hệ thống được lưu tối thiểu "
            "{n:6-12} tháng và giám sát 24/7.",
        ),
        quotes=("“Chuyển đổi IPv6 không khó, khó là thống kê cho đủ những gì mình đang có”, {chuyengia_ten} nói.",),
        captions=(
            "?diễn tập? Các đội tham gia diễn tập thực chiến an toàn thông tin mạng",
            "Chuyên gia VNNIC hướng dẫn cấu hình IPv6",
            "Học viên thực hành trên thiết bị định tuyến",
        ),
        heads=("Ba giai đoạn chuyển đổi", "Bài toán thiết bị cũ"),
        bullets=(
            "Khảo sát, lập danh mục thiết bị và ứng dụng;",
            "Xin cấp vùng địa chỉ IPv6 và số hiệu mạng ASN;",
            "Cấu hình dual stack cho mạng lõi, Cổng thông tin;",
            "Kiểm thử, giám sát và đánh giá an toàn thông tin.",
        ),
        file="Hướng dẫn triển khai IPv6",
    ),
    Topic(
        name="bưu chính viễn thông",
        section="cds",
        event="Buổi làm việc",
        only="ha_tinh",
        titles=(
            "Xóa vùng lõm sóng di động ở {xa_ngan}",
            "Phát triển hạ tầng bưu chính, viễn thông phục vụ kinh tế số tại {noi}",
            "Chỉnh trang cáp viễn thông ở {noi}",
            "Kiểm tra công tác bảo đảm thông tin liên lạc mùa mưa bão tại {noi}",
            "Bưu cục ở {noi} đồng hành cùng dịch vụ công trực tuyến",
        ),
        leads=(
            "?sóng,hạ tầng? {ngay}, {so_tinh} làm việc với các doanh nghiệp viễn thông về tiến độ phủ sóng di động băng rộng tại {noi}.",
            "Thời gian qua, {so_tinh} đã phối hợp với UBND {noi} và các doanh nghiệp bưu chính, viễn thông triển khai nhiều việc làm cụ thể, được người dân đồng tình, ủng hộ.",
            "?mưa bão? Trước mùa mưa bão năm {nam}, {so_tinh} đã kiểm tra công tác chuẩn bị, bảo đảm thông tin liên lạc phục vụ chỉ đạo, "
            "điều hành phòng, chống thiên tai tại {noi}.",
        ),
        paras=(
            "Toàn tỉnh hiện có {big:1200-2400} vị trí trạm BTS, trong đó {n:40-260} trạm phát sóng 5G. Sóng 4G đã đến "
            "{pct:97-99} thôn, tổ dân phố; cáp quang đến tất cả các xã.",
            "?sóng,hạ tầng,mưa bão? Riêng {noi} còn {n:3-11} thôn lõm sóng, chủ yếu ở khu vực đồi núi, dân cư thưa. Các doanh nghiệp cam kết lắp đặt "
            "thêm {n:3-9} trạm, hoàn thành trước ngày {n:15-30}/9.",
            "?chỉnh trang,hạ tầng,sóng? Đoàn công tác đề nghị dùng chung cột ăng-ten, hạ ngầm cáp tại các tuyến phố chính, thu hồi cáp không còn sử dụng "
            "để bảo đảm mỹ quan và an toàn.",
            "?bưu? Về bưu chính, mạng lưới {n:140-260} điểm phục vụ đã đến cấp xã; bán kính phục vụ bình quân {dec:2-3} km. Nhân viên "
            "bưu cục được tập huấn để hướng dẫn người dân nộp hồ sơ trực tuyến và nhận kết quả tại nhà.",
            "?mưa bão? Phương án ứng phó thiên tai được cập nhật với {n:4-12} xe phát sóng lưu động, {n:20-60} máy phát điện và "
            "{n:30-90} nhân viên kỹ thuật trực {n:24-24}/24 giờ.",
            "Sau {n:2-5} tháng ra quân, {n:14-46} km cáp treo trên {n:8-20} tuyến phố đã được bó gọn, {n:2-9} tấn cáp thải được thu hồi; các hộ kinh doanh hai bên đường tự nguyện tháo dỡ biển quảng cáo che chắn.",
            "Người dân có thể gọi tổng đài của doanh nghiệp hoặc phản ánh qua ứng dụng công dân số khi gặp sự cố; thời gian xử lý cam kết không quá {n:12-24} giờ.",
            "Một số khó khăn được nêu ra như thủ tục thuê đất đặt trạm kéo dài, người dân lo ngại sóng điện từ, giá điện cao ở "
            "khu vực xa lưới.",
        ),
        quotes=("“Có sóng rồi thì học sinh khỏi phải lên đồi bắt mạng”, {dan_ten}, trưởng thôn, nói.",),
        captions=(
            "Lắp đặt trạm BTS tại {xa_ngan}",
            "?mưa bão? Đoàn công tác kiểm tra nhà trạm trước mùa mưa bão",
            "Nhân viên bưu cục hướng dẫn người dân nộp hồ sơ trực tuyến.",
        ),
        heads=("Phủ kín vùng lõm",),
        bullets=(
            "Lắp đặt mới {n:3-9} trạm BTS;",
            "Hạ ngầm {n:5-20} km cáp viễn thông;",
            "Nâng cấp {n:10-40} điểm bưu điện - văn hóa xã.",
        ),
        file="Phương án bảo đảm thông tin liên lạc năm {nam}",
    ),
)
