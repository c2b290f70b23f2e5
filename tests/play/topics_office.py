"""Conferences, the Vietnamese Science and Technology Day, party and union work, notices."""

from tests.play.topics import Topic

TOPICS = (
    Topic(
        name="hội nghị tổng kết",
        section="su-kien",
        event="Hội nghị",
        titles=(
            "{so_kh} tổng kết công tác năm {nam_truoc}, triển khai nhiệm vụ năm {nam}",
            "Hội nghị giao ban khoa học và công nghệ quý {quy} năm {nam}",
            "Hội nghị cán bộ, công chức, viên chức và người lao động năm {nam}",
            "{so_kh} làm việc với UBND {noi} về hoạt động khoa học và công nghệ",
            "Ký kết chương trình phối hợp giữa {so_kh} và {truong}",
            "Góp ý dự thảo Nghị quyết hỗ trợ ứng dụng tiến bộ khoa học, công nghệ tại {noi}",
        ),
        leads=(
            "{ngay}, {so_tinh} tổ chức hội nghị đánh giá kết quả công tác thời gian qua, triển khai nhiệm vụ trọng tâm thời "
            "gian tới. {ong2} dự và phát biểu chỉ đạo.",
            "?làm việc? {ngay}, tại hội trường UBND {noi}, {ong1} cùng đoàn công tác của {so_kh} đã có buổi làm việc về hoạt động khoa "
            "học và công nghệ cấp cơ sở.",
            "?ký kết? {ngay}, {so_tinh} và {truong} đã ký kết chương trình phối hợp về nghiên cứu, chuyển giao công nghệ và đào tạo nhân lực giai đoạn {nam} - {nam_toi}.",
            "?góp ý? {ngay}, {so_tinh} tổ chức hội nghị lấy ý kiến góp ý dự thảo nghị quyết của Hội đồng nhân dân tỉnh về chính sách hỗ trợ ứng dụng tiến bộ khoa học, công nghệ.",
            "Với tinh thần dân chủ, thẳng thắn, hội nghị do {so_tinh} tổ chức {ngay_thuong} đã ghi nhận {n:9-25} ý kiến của "
            "đại biểu các phòng, đơn vị.",
        ),
        paras=(
            "?tổng kết,giao ban,hội nghị cán bộ,làm việc? Năm qua, {so_kh} đã tham mưu UBND tỉnh ban hành {n:18-60} văn bản; triển khai {n:24-58} nhiệm vụ khoa học và "
            "công nghệ, trong đó có {n:8-20} nhiệm vụ chuyển tiếp; nghiệm thu {n:9-20} đề tài, dự án.",
            "Công tác quản lý công nghệ, an toàn bức xạ, sở hữu trí tuệ, tiêu chuẩn đo lường chất lượng được thực hiện đồng "
            "bộ. Các đơn vị sự nghiệp hoàn thành {pct:100-118} kế hoạch doanh thu dịch vụ.",
            "Hoạt động thông tin, truyền thông tiếp tục được chú trọng với {big:350-1400} tin, bài đăng trên Trang thông tin "
            "điện tử, {n:6-12} số bản tin và {n:12-24} chuyên mục trên sóng phát thanh, truyền hình.",
            "Bên cạnh kết quả đạt được, việc đặt hàng nghiên cứu từ cơ sở còn ít, một số đề tài chậm tiến độ, kinh phí đối "
            "ứng của doanh nghiệp chưa đạt yêu cầu.",
            "?làm việc,giao ban,góp ý? Lãnh đạo UBND {noi} kiến nghị {so_kh} hỗ trợ nhân rộng các mô hình về {sp}, đào tạo cán bộ phụ trách khoa học "
            "công nghệ cấp xã và bố trí kinh phí sự nghiệp phù hợp với đặc thù địa phương.",
            "Hội nghị dành nhiều thời gian thảo luận về cơ chế khoán chi đến sản phẩm cuối cùng, cách tính công lao động khoa "
            "học và lộ trình tự chủ của các đơn vị sự nghiệp.",
            "?tổng kết,hội nghị cán bộ? Dịp này, {n:3-9} tập thể và {n:8-26} cá nhân có thành tích xuất sắc được Chủ tịch UBND tỉnh, Giám đốc Sở tặng "
            "Bằng khen, Giấy khen.",
        ),
        quotes=(
            "“Phải chọn việc, chọn chỗ mà làm; đã làm thì làm đến nơi đến chốn, có sản phẩm cụ thể”, {ten2} yêu cầu.",
            "“Mỗi cán bộ cần coi sự hài lòng của người dân, doanh nghiệp là thước đo công việc của mình”, {ten1} phát biểu.",
        ),
        captions=(
            "?tổng kết,hội nghị cán bộ? Trao Giấy khen cho các tập thể, cá nhân có thành tích xuất sắc",
            "?làm việc? Lãnh đạo {so_kh} và UBND {noi} trao đổi tại buổi làm việc",
            "?ký kết? Lễ ký kết chương trình phối hợp",
            "Các đại biểu chụp ảnh lưu niệm.",
        ),
        heads=("Kết quả nổi bật", "Nhiệm vụ trọng tâm"),
        bullets=(
            "Triển khai có hiệu quả Chương trình phát triển tiềm lực khoa học và công nghệ;",
            "Nâng tỷ lệ ứng dụng kết quả nghiên cứu lên trên {pct:70-85};",
            "Sắp xếp tổ chức bộ máy tinh gọn, hiệu quả;",
            "Đẩy mạnh cải cách hành chính, chuyển đổi số trong toàn ngành.",
        ),
        file="Báo cáo tổng kết công tác",
    ),
    Topic(
        name="ngày khoa học",
        section="su-kien",
        event="Chương trình",
        titles=(
            "Chuỗi hoạt động chào mừng Ngày Khoa học và Công nghệ Việt Nam 18/5/{nam}",
            "Học sinh {noi} hào hứng với ngày hội STEM",
            "Gặp mặt trí thức tiêu biểu nhân Ngày Khoa học và Công nghệ Việt Nam năm {nam}",
            "Trao giải Hội thi Sáng tạo kỹ thuật tỉnh {tinh} lần thứ {lan}",
            "Cuộc thi Sáng tạo thanh thiếu niên, nhi đồng {noi} năm {nam}",
        ),
        leads=(
            "Hưởng ứng Ngày Khoa học và Công nghệ Việt Nam 18/5, {ngay_thuong}, {so_tinh} phối hợp với {truong} tổ chức ngày hội "
            "với nhiều hoạt động trải nghiệm bổ ích.",
            "?gặp mặt? {ngay}, UBND tỉnh tổ chức gặp mặt {n:60-150} trí thức tiêu biểu nhân kỷ niệm Ngày Khoa học và Công nghệ Việt Nam 18/5. {ong2} đến dự và chúc mừng.",
            "?trao giải,cuộc thi? {ngay}, tại {noi}, Ban Tổ chức hội thi đã tổng kết, trao {n:18-45} giải cho các tác giả, nhóm tác giả có giải pháp "
            "sáng tạo, hiệu quả.",
        ),
        paras=(
            "?stem,chuỗi? Ngày hội thu hút hơn {big:600-2400} học sinh, giáo viên tham gia với {n:12-30} gian trải nghiệm: lập trình robot, in "
            "3D, kính thiên văn, thí nghiệm vui, mô hình năng lượng tái tạo.",
            "?stem,chuỗi? Tại gian hàng của {truong}, các em nhỏ được tự tay lắp mạch điện, điều khiển xe từ xa và quan sát tế bào dưới kính "
            "hiển vi. Nhiều em lần đầu tiên được chạm vào một cánh tay robot.",
            "?trao giải,cuộc thi? Hội thi năm nay nhận {n:70-210} giải pháp ở {n:6-6} lĩnh vực. Ban Giám khảo đánh giá chất lượng hồ sơ tốt hơn các năm "
            "trước, nhiều giải pháp đã được áp dụng ngay tại cơ quan, trường học.",
            "?trao giải,cuộc thi? Giải Nhất thuộc về giải pháp máy thu hoạch {sp} cải tiến của nhóm tác giả đến từ {xa}, giúp giảm {pct:40-60} công lao "
            "động và chi phí chỉ bằng một nửa máy nhập khẩu.",
            "Nhân dịp này, các tuyến đường chính của {noi} được trang hoàng với {n:60-180} băng rôn, pa-nô; các cơ quan báo chí mở "
            "chuyên trang, chuyên mục về khoa học và công nghệ.",
            "?gặp mặt? Các đại biểu đã ôn lại truyền thống của ngành, chia sẻ tâm tư về điều kiện làm việc, cơ chế đãi ngộ và kiến nghị tỉnh sớm có chính sách thu hút nhân lực trình độ cao trong các lĩnh vực công nghệ sinh học, công nghệ thông tin.",
            "?gặp mặt? Toàn tỉnh hiện có {n:9-20} tổ chức khoa học và công nghệ với {big:300-900} người làm nghiên cứu, trong đó {n:12-60} tiến sĩ, {n:180-420} thạc sĩ.",
            "Hoạt động nhằm tôn vinh những người làm khoa học, khơi dậy niềm say mê nghiên cứu, sáng tạo trong thế hệ trẻ, đồng "
            "thời nâng cao nhận thức của xã hội về vai trò của khoa học, công nghệ.",
        ),
        quotes=(
            "?stem,chuỗi,cuộc thi? “Em thích nhất là được tự lập trình cho robot chạy theo vạch. Về nhà em sẽ xin mẹ cho học thêm”, em {dan_ten}, học "
            "sinh lớp [6|7|8|9], hào hứng nói.",
            "“Khoa học không ở đâu xa, nó bắt đầu từ câu hỏi “vì sao” của các em”, {ten1} gửi gắm.",
        ),
        captions=(
            "?stem,chuỗi? Học sinh trải nghiệm lập trình robot",
            "?trao giải,cuộc thi? Trao giải Nhất cho nhóm tác giả",
            "Treo băng rôn tại các tuyến đường chính của {noi}",
            "?stem,chuỗi? Các em nhỏ quan sát bầu trời qua kính thiên văn.",
        ),
        heads=("Sân chơi của những ý tưởng",),
        bullets=(
            "?trao giải,cuộc thi? 01 giải Nhất trị giá {n:15-30} triệu đồng;",
            "?trao giải,cuộc thi? {n:2-4} giải Nhì, {n:4-8} giải Ba;",
            "?trao giải,cuộc thi? {n:9-20} giải Khuyến khích.",
        ),
        file="Quyết định trao giải hội thi",
    ),
    Topic(
        name="đảng đoàn",
        section="su-kien",
        event="Chương trình",
        titles=(
            "Chi bộ Văn phòng Sở kết nạp đảng viên mới dịp 19/5/{nam}",
            "Công đoàn {so_kh} thăm, tặng quà học sinh nghèo ở {xa_ngan}",
            "Tuổi trẻ {so_kh} ra quân tình nguyện tại {xa_ngan}",
            "{so_kh} học tập, quán triệt nghị quyết của Đảng năm {nam}",
            "Đại hội Chi đoàn Sở Khoa học và Công nghệ nhiệm kỳ {nam} - {nam_toi}",
            "Trao tặng nhà “Mái ấm công đoàn” tại {xa_ngan}",
        ),
        leads=(
            "?học tập? {ngay}, Đảng ủy {so_tinh} tổ chức hội nghị học tập, quán triệt và triển khai thực hiện nghị quyết đến toàn thể đảng "
            "viên, công chức, viên chức.",
            "?kết nạp? {ngay}, Chi bộ Văn phòng {so_tinh} tổ chức lễ kết nạp đảng viên mới. Đây là hoạt động có ý nghĩa thiết thực kỷ niệm Ngày sinh Chủ tịch Hồ Chí Minh.",
            "?đại hội? {ngay}, Chi đoàn {so_tinh} tổ chức Đại hội nhiệm kỳ {nam} - {nam_toi}. {n:28-60} đoàn viên ưu tú đại diện cho tuổi trẻ toàn ngành đã về dự.",
            "?tình nguyện? {ngay}, {n:20-60} đoàn viên, thanh niên {so_tinh} đã ra quân tình nguyện tại {xa}, mở đầu chiến dịch hè năm {nam}.",
            "?tặng,mái ấm? {ngay}, Công đoàn {so_kh} phối hợp với UBND xã tổ chức trao quà cho các em học sinh có hoàn cảnh khó khăn ở {xa}.",
        ),
        paras=(
            "Tham dự có {ong1}; các đồng chí trong Ban Chấp hành và {n:40-120} đoàn viên, đảng viên thuộc các phòng, đơn vị trực "
            "thuộc.",
            "?tặng,mái ấm,tình nguyện? Đoàn đã trao {n:20-80} suất quà, mỗi suất trị giá {n:300-700} nghìn đồng, cùng {n:100-400} quyển sách khoa học cho thư "
            "viện nhà trường. Tổng giá trị của đợt hỗ trợ hơn {n:30-120} triệu đồng do công chức, viên chức đóng góp.",
            "?tình nguyện,tặng,mái ấm? Trong khuôn khổ chương trình, đoàn viên thanh niên đã sửa chữa đường điện, lắp {n:10-40} bóng đèn năng lượng mặt trời, "
            "hướng dẫn {n:80-300} người dân cài đặt định danh điện tử.",
            "?kết nạp,đại hội? Nhiệm kỳ qua, chi bộ luôn giữ vững nguyên tắc tập trung dân chủ, tự phê bình và phê bình; {pct:85-96} đảng viên hoàn "
            "thành tốt nhiệm vụ trở lên, kết nạp {n:3-12} đảng viên mới.",
            "?kết nạp,đại hội,học tập? Phương hướng thời gian tới là tiếp tục học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh; đổi mới nội dung "
            "sinh hoạt; gắn công tác xây dựng Đảng với nhiệm vụ chuyên môn.",
            "?học tập? Báo cáo viên đã truyền đạt những nội dung cốt lõi của nghị quyết, liên hệ với nhiệm vụ của ngành và nêu {n:5-9} việc cần làm ngay trong quý tới. Cuối buổi, mỗi đảng viên viết một bản thu hoạch.",
            "?tình nguyện,tặng,mái ấm? Đại diện chính quyền địa phương cảm ơn tình cảm của công chức, viên chức ngành khoa học và công nghệ, mong tiếp tục nhận được sự đồng hành trong xây dựng nông thôn mới.",
            "?đại hội? Đại hội đã bầu Ban Chấp hành gồm {n:5-9} đồng chí; đồng chí {nam_ten} được tín nhiệm bầu giữ chức Bí thư với số phiếu "
            "tuyệt đối.",
        ),
        quotes=(
            "?tặng,mái ấm? “Món quà tuy nhỏ nhưng là tấm lòng của anh chị em trong ngành. Mong các em cố gắng học giỏi”, {ten1} động viên.",
        ),
        captions=(
            "?tặng? Trao quà cho học sinh {xa_ngan}",
            "?đại hội? Ban Chấp hành nhiệm kỳ mới ra mắt",
            "?tình nguyện? Đoàn viên lắp đèn năng lượng mặt trời tại {xa_ngan}",
            "?đại hội? Đại biểu biểu quyết thông qua nghị quyết đại hội.",
        ),
        heads=("Những việc làm thiết thực",),
        bullets=(
            "?kết nạp,đại hội,học tập? Xây dựng chi bộ đạt “trong sạch, vững mạnh”;",
            "?kết nạp,đại hội,học tập? Mỗi đảng viên đăng ký ít nhất một việc làm theo;",
            "?kết nạp,đại hội,học tập? Phát triển từ {n:2-6} đảng viên mới trong nhiệm kỳ.",
        ),
        file="Nghị quyết đại hội",
    ),
    Topic(
        name="thông báo",
        section="su-kien",
        event="Cuộc họp",
        titles=(
            "Thông báo tuyển chọn tổ chức, cá nhân chủ trì nhiệm vụ KH&CN cấp tỉnh năm {nam} (đợt {dot})",
            "Mời đề xuất nhiệm vụ khoa học và công nghệ thực hiện từ năm {nam_toi} tại {noi}",
            "Công khai dự toán ngân sách nhà nước quý {quy} năm {nam}",
            "Lấy ý kiến dự thảo Quy chế quản lý nhiệm vụ khoa học, công nghệ cấp cơ sở tại {noi}",
            "Thông báo kết quả xét tặng Kỷ niệm chương “Vì sự nghiệp khoa học và công nghệ” năm {nam}",
        ),
        leads=(
            "?tuyển chọn,đề xuất? Căn cứ Kế hoạch của UBND tỉnh về hoạt động khoa học và công nghệ năm {nam}, {so_tinh} thông báo đến các cơ quan, tổ "
            "chức, cá nhân có nhu cầu tham gia đề xuất, thực hiện nhiệm vụ.",
            "?công khai? Thực hiện quy định về công khai ngân sách, {so_tinh} công khai tình hình thực hiện dự toán thu, chi ngân sách nhà nước quý {quy} năm {nam} của cơ quan và các đơn vị trực thuộc.",
            "?kỷ niệm chương? {ngay}, Hội đồng xét tặng Kỷ niệm chương “Vì sự nghiệp khoa học và công nghệ” của {so_tinh} đã họp, xem xét hồ sơ của {n:12-48} cá nhân do các cơ quan, đơn vị đề nghị.",
            "?lấy ý kiến? {so_tinh} trân trọng thông báo và đề nghị các sở, ban, ngành, UBND các huyện, thị xã, thành phố phổ biến rộng rãi nội "
            "dung dưới đây.",
        ),
        paras=(
            "?tuyển chọn,đề xuất,lấy ý kiến? Hồ sơ gửi về {so_kh} (qua bộ phận một cửa hoặc đường bưu điện) trước 17 giờ 00 ngày {n:10-28}/{n:8-12}/{nam}. Ngày nhận "
            "hồ sơ tính theo dấu bưu điện nơi gửi.",
            "?tuyển chọn? Tổ chức đăng ký chủ trì phải có tư cách pháp nhân, có chức năng hoạt động phù hợp với lĩnh vực của nhiệm vụ và không "
            "thuộc các trường hợp bị hạn chế theo quy định.",
            "?tuyển chọn? Hội đồng tư vấn sẽ xem xét, đánh giá theo thang điểm 100; hồ sơ trúng tuyển phải đạt tối thiểu {n:65-75} điểm và không có "
            "tiêu chí nào bị chấm dưới {n:50-60} phần trăm điểm tối đa.",
            "?công khai? Tổng dự toán được giao là {big:9200-28000} triệu đồng, trong đó chi quản lý hành chính chiếm {pct:28-40}, chi sự nghiệp khoa học và công nghệ chiếm {pct:50-65}. Lũy kế thực hiện đến cuối quý đạt {pct:42-88} dự toán.",
            "?kỷ niệm chương? Kết quả, {n:8-30} cá nhân đủ tiêu chuẩn, được đề nghị Bộ trưởng Bộ Khoa học và Công nghệ tặng Kỷ niệm chương. Các trường hợp còn lại sẽ bổ sung hồ sơ để xét trong đợt sau.",
            "Mọi chi tiết xin liên hệ Phòng Quản lý khoa học, điện thoại {ma_vung}.3{n:100-999}.{n:100-999} trong giờ hành chính để "
            "được hướng dẫn.",
        ),
        quotes=(),
        captions=(
            "Tiếp nhận hồ sơ tại bộ phận một cửa của {so_kh}",
            "Hội đồng tư vấn mở hồ sơ đăng ký tuyển chọn",
        ),
        bullets=(
            "?tuyển chọn,đề xuất? Đơn đăng ký chủ trì thực hiện nhiệm vụ (theo mẫu);",
            "?tuyển chọn,đề xuất? Thuyết minh nhiệm vụ;",
            "?tuyển chọn,đề xuất? Lý lịch khoa học của chủ nhiệm và các thành viên chính;",
            "?tuyển chọn,đề xuất? Văn bản xác nhận về sự đồng ý của các tổ chức phối hợp.",
        ),
        file="Biểu mẫu hồ sơ đăng ký",
    ),
)
