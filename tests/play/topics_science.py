"""Research, intellectual property, start-ups, radiation safety."""

from tests.play.topics import Topic

TOPICS = (
    Topic(
        name="nghiệm thu đề tài",
        section="khcn",
        event="Hội nghị nghiệm thu",
        titles=(
            "Nghiệm thu đề tài “Nghiên cứu quy trình canh tác {sp} theo hướng hữu cơ tại {noi}”",
            "Đánh giá kết quả dự án ứng dụng công nghệ sinh học trong sản xuất {sp} ở {noi}",
            "Hội đồng KH&CN tỉnh nghiệm thu đề tài nâng cao giá trị {sp} tại {noi}",
            "{noi_hoa}: Kết quả bước đầu từ mô hình thâm canh {sp}",
            "Họp Hội đồng tư vấn đánh giá nhiệm vụ khoa học về bảo quản {sp} sau thu hoạch tại {noi}",
        ),
        leads=(
            "{ngay}, {so_tinh} tổ chức [hội nghị|cuộc họp Hội đồng] nghiệm thu kết quả thực hiện nhiệm vụ khoa học "
            "và công nghệ cấp tỉnh về {sp} do {truong} chủ trì, triển khai tại {noi} trong {n:18-36} tháng.",
            "Sau gần {n:2-3} năm triển khai, đề tài nghiên cứu về {sp} trên địa bàn {noi} vừa được Hội đồng khoa học "
            "và công nghệ tỉnh đánh giá, nghiệm thu vào {ngay_thuong}.",
            "Hội đồng tư vấn đánh giá, nghiệm thu nhiệm vụ khoa học và công nghệ cấp tỉnh do {ong1} làm Chủ tịch "
            "[đã họp|vừa họp] tại {so_tinh}, xem xét kết quả của đề tài về {sp}.",
        ),
        paras=(
            "Thay mặt nhóm nghiên cứu, {chuyengia} cho biết đề tài đã điều tra {big:120-900} hộ trồng trên địa bàn "
            "{n:5-12} xã, lấy {n:60-180} mẫu đất và mẫu lá để phân tích, từ đó xác định các yếu tố hạn chế năng suất "
            "và chất lượng của {sp}.",
            "Trên cơ sở kết quả điều tra, nhóm thực hiện đã xây dựng {n:3-6} mô hình trình diễn với tổng diện tích "
            "{n:4-20} ha tại {xa}. Năng suất bình quân ở các mô hình tăng từ {pct:8-14} đến {pct:15-25} so với đối "
            "chứng, tỷ lệ sản phẩm loại 1 đạt trên {pct:60-80}.",
            "Đề tài cũng hoàn thiện quy trình kỹ thuật gồm {n:5-8} bước, từ khâu chọn giống, làm đất, bón phân cân "
            "đối, quản lý sâu bệnh hại đến thu hoạch và bảo quản. Quy trình đã được {noi} đưa vào tài liệu tập huấn "
            "cho nông dân.",
            "Về hiệu quả kinh tế, mỗi héc-ta cho lợi nhuận {n:80-260} triệu đồng/năm sau khi trừ chi phí. Lượng phân "
            "hóa học giảm khoảng {pct:20-35}, thuốc bảo vệ thực vật giảm {pct:30-45}, góp phần cải thiện môi trường "
            "đất và sức khỏe người sản xuất.",
            "Các thành viên Hội đồng đánh giá cao tính thực tiễn của đề tài, song cũng đề nghị nhóm tác giả làm rõ "
            "thêm phương pháp bố trí thí nghiệm, bổ sung số liệu của vụ [thứ hai|gần nhất] và rút gọn báo cáo tổng kết. "
            "[Một số bảng số liệu cần thống nhất đơn vị tính.|Phần kiến nghị cần cụ thể, dễ áp dụng hơn.]",
            "Ngoài các mô hình, đề tài đã đăng {n:2-4} bài báo trên tạp chí chuyên ngành, đào tạo {n:1-3} thạc sĩ và "
            "tập huấn cho {big:150-600} lượt nông dân, cán bộ kỹ thuật cơ sở.",
            "Là một trong những hộ tham gia mô hình, {dan} cho biết trước đây gia đình chủ yếu làm theo kinh nghiệm, "
            "nay được hướng dẫn ghi chép nhật ký và bón phân theo kết quả phân tích đất nên vườn cây đồng đều, ít sâu "
            "bệnh hơn hẳn.",
            "Với kết quả đạt được, đề tài được Hội đồng xếp loại [“Đạt”|“Khá”|“Xuất sắc”] với {n:7-9}/09 phiếu. Chủ "
            "nhiệm đề tài có trách nhiệm hoàn thiện hồ sơ, nộp sản phẩm và bàn giao kết quả cho {noi} trong thời hạn "
            "30 ngày kể từ ngày nghiệm thu.",
        ),
        quotes=(
            "“Điều chúng tôi mừng nhất là bà con đã tự làm được quy trình mà không cần cán bộ đứng cạnh từng ngày”, "
            "{chuyengia_ten} chia sẻ.",
            "“Kết quả nghiên cứu chỉ có ý nghĩa khi đi vào vườn của người dân. Sở sẽ theo dõi việc nhân rộng ít nhất "
            "{n:2-3} vụ liên tiếp”, {ten1} nhấn mạnh.",
        ),
        captions=(
            "Chủ nhiệm đề tài báo cáo kết quả trước Hội đồng",
            "Các thành viên Hội đồng kiểm tra thực tế mô hình {sp} tại {xa}",
            "Mô hình {sp} của hộ {dan_ten}",
            "Sản phẩm {sp} được trưng bày tại buổi nghiệm thu",
            "Lấy mẫu đất phân tích trước khi triển khai mô hình.",
        ),
        heads=("Từ vườn thí nghiệm đến vườn của dân", "Những con số biết nói"),
        bullets=(
            "Bộ số liệu hiện trạng sản xuất {sp} tại {noi};",
            "Quy trình kỹ thuật canh tác được Hội đồng cơ sở công nhận;",
            "{n:3-6} mô hình trình diễn với tổng diện tích {n:4-20} ha;",
            "Báo cáo tổng hợp và báo cáo tóm tắt kết quả thực hiện.",
        ),
        file="Quyết định công nhận kết quả thực hiện nhiệm vụ",
    ),
    Topic(
        name="sở hữu trí tuệ",
        section="khcn",
        event="Hội thảo",
        titles=(
            "Bảo hộ chỉ dẫn địa lý cho {sp}: Mở đường vào thị trường lớn",
            "Công bố Giấy chứng nhận đăng ký nhãn hiệu tập thể {sp} của {noi}",
            "Tập huấn kiến thức sở hữu trí tuệ cho doanh nghiệp, hợp tác xã tại {noi}",
            "{noi_hoa} quản lý và phát triển nhãn hiệu chứng nhận {sp}",
            "Hội thảo “Khai thác tài sản trí tuệ trong nông nghiệp” tại {noi}",
        ),
        leads=(
            "{ngay}, tại {noi}, {so_tinh} phối hợp với Cục Sở hữu trí tuệ tổ chức [hội thảo|hội nghị|lễ công bố] về "
            "xây dựng, quản lý và phát triển tài sản trí tuệ đối với {sp}.",
            "?công bố? {ngay}, UBND {noi} phối hợp với {so_tinh} tổ chức lễ công bố Giấy chứng nhận đăng ký nhãn hiệu tập thể cho sản phẩm {sp}. Đây là nhãn hiệu tập thể thứ {n:11-38} của địa phương được bảo hộ.",
            "?hội thảo,bảo hộ,phát triển? Được bảo hộ là bước khởi đầu; làm sao để nhãn hiệu sống được trên thị trường mới là câu chuyện dài. Đó "
            "là nội dung được bàn thảo nhiều nhất tại hội thảo về sở hữu trí tuệ do {so_tinh} tổ chức {ngay_thuong}.",
            "?tập huấn? Nhằm hỗ trợ các chủ thể sản xuất {sp} đăng ký và khai thác quyền sở hữu công nghiệp, {ngay_thuong}, "
            "{so_tinh} đã tổ chức lớp tập huấn cho {n:60-140} học viên.",
        ),
        paras=(
            "Theo thống kê của {so_kh}, đến nay toàn tỉnh có {n:320-980} văn bằng bảo hộ còn hiệu lực, trong đó có "
            "{n:2-4} chỉ dẫn địa lý, {n:14-40} nhãn hiệu tập thể và nhãn hiệu chứng nhận gắn với sản phẩm chủ lực của "
            "các địa phương.",
            "Riêng {sp}, vùng sản xuất được khoanh định gồm {n:5-14} xã với diện tích {big:400-2900} ha. Sau khi được "
            "bảo hộ, giá bán bình quân tăng {pct:10-28}, nhiều đơn hàng đã yêu cầu tem truy xuất nguồn gốc ngay từ "
            "khi ký hợp đồng.",
            "Tuy vậy, việc sử dụng nhãn hiệu vẫn còn lúng túng. Không ít cơ sở in bao bì chưa đúng mẫu, chưa kiểm "
            "soát chất lượng nội bộ; tình trạng hàng nơi khác mượn danh {sp} vẫn xảy ra vào mùa cao điểm.",
            "?tập huấn,hội thảo? Tại lớp học, giảng viên đã giới thiệu những điểm mới của Luật Sở hữu trí tuệ (sửa đổi, bổ sung), trình tự "
            "nộp đơn đăng ký nhãn hiệu trực tuyến, cách tra cứu để tránh trùng lặp và các biện pháp xử lý khi quyền bị "
            "xâm phạm.",
            "Giai đoạn tới, tỉnh đặt mục tiêu hỗ trợ đăng ký bảo hộ trong nước cho ít nhất {n:40-90} nhãn hiệu và "
            "{n:2-6} sản phẩm đăng ký bảo hộ ở nước ngoài. Mỗi đơn được hỗ trợ tối đa {n:15-60} triệu đồng từ nguồn "
            "sự nghiệp khoa học và công nghệ.",
            "Đại diện {htx} kiến nghị cơ quan quản lý sớm ban hành quy chế sử dụng logo thống nhất, đồng thời tổ chức "
            "lực lượng kiểm tra thường xuyên để bảo vệ người làm ăn chân chính.",
            "?công bố,hội thảo? Cũng tại sự kiện, đại diện Cục Sở hữu trí tuệ đã trao Giấy chứng nhận cho {n:3-9} chủ thể, đồng thời "
            "giải đáp {n:12-30} câu hỏi về thủ tục gia hạn hiệu lực văn bằng.",
        ),
        quotes=(
            "“Có nhãn hiệu rồi mà không kiểm soát chất lượng thì chẳng khác nào tự đánh mất uy tín”, {ten1} lưu ý.",
            "“Từ ngày có tem truy xuất, khách ở xa đặt hàng yên tâm hơn, chúng tôi bán được giá hơn trước”, "
            "{dan_ten} phấn khởi nói.",
        ),
        captions=(
            "?công bố,bảo hộ? Trao Giấy chứng nhận đăng ký nhãn hiệu cho các chủ thể",
            "Sản phẩm {sp} dán tem truy xuất nguồn gốc",
            "?tập huấn,hội thảo? Học viên trao đổi với giảng viên của Cục Sở hữu trí tuệ",
            "?hội thảo? Gian trưng bày {sp} bên lề hội thảo.",
        ),
        heads=("Giữ lấy cái tên của mình", "Gỡ khó từ khâu quản lý"),
        bullets=(
            "Rà soát, bổ sung bản đồ vùng sản xuất {sp};",
            "Ban hành quy chế quản lý và sử dụng nhãn hiệu;",
            "Hỗ trợ in tem truy xuất nguồn gốc cho {n:20-60} hộ, cơ sở;",
            "Tổ chức {n:2-5} đợt kiểm tra việc sử dụng nhãn hiệu mỗi năm.",
        ),
        file="Tài liệu tập huấn sở hữu trí tuệ",
    ),
    Topic(
        name="khởi nghiệp",
        section="su-kien",
        event="Chương trình",
        titles=(
            "Khai mạc Ngày hội khởi nghiệp đổi mới sáng tạo tỉnh {tinh} năm {nam}",
            "{n:12-20} dự án vào chung kết Cuộc thi Ý tưởng khởi nghiệp {tinh} năm {nam}",
            "Thanh niên {noi} khởi nghiệp từ {sp}",
            "Kết nối nhà đầu tư với các dự án khởi nghiệp tại {noi}",
            "Trao giải Cuộc thi Khởi nghiệp đổi mới sáng tạo {tinh} lần thứ {lan}",
        ),
        leads=(
            "?chung kết,trao giải? {ngay}, tại {noi}, {so_tinh} phối hợp với Tỉnh đoàn, Hội Doanh nhân trẻ tổ chức vòng chung kết cuộc thi "
            "ý tưởng khởi nghiệp đổi mới sáng tạo với sự tham gia của {n:12-24} dự án.",
            "?thanh niên? Từ những vườn cây quen thuộc, nhiều bạn trẻ ở {noi} đã mạnh dạn làm ra sản phẩm mới, có bao bì, có câu "
            "chuyện và có cả gian hàng trên sàn thương mại điện tử.",
            "?khai mạc? {ngay}, tại {noi}, Ngày hội khởi nghiệp đổi mới sáng tạo tỉnh {tinh} đã khai mạc trong không khí sôi nổi, thu hút hơn {big:600-2500} lượt khách tham quan ngay trong buổi sáng đầu tiên.",
            "Hệ sinh thái khởi nghiệp của tỉnh {tinh} đang có thêm những mảnh ghép mới. {ngay}, {n:9-18} dự án đã "
            "được giới thiệu trước hơn {n:20-45} nhà đầu tư, quỹ và doanh nghiệp dẫn dắt.",
        ),
        paras=(
            "?chung kết,trao giải,khai mạc? Ban Tổ chức cho biết, sau {n:3-5} tháng phát động, cuộc thi đã nhận {n:86-240} hồ sơ của học sinh, sinh "
            "viên, hợp tác xã và doanh nghiệp nhỏ; nhiều hơn mùa trước {pct:12-40}. Lĩnh vực nông nghiệp chiếm "
            "{pct:45-60}, còn lại là công nghệ thông tin, du lịch và giáo dục.",
            "?chung kết,trao giải? Mỗi nhóm có {n:5-8} phút thuyết trình và {n:5-7} phút trả lời câu hỏi của Ban Giám khảo. Tiêu chí chấm "
            "gồm tính mới, khả năng thương mại hóa, năng lực của nhóm sáng lập và tác động đối với cộng đồng.",
            "Gây ấn tượng nhất là dự án chế biến sâu {sp} của nhóm bạn trẻ đến từ {xa}. Bằng công nghệ sấy lạnh, nhóm "
            "giữ được trên {pct:85-94} hàm lượng vitamin và kéo dài thời gian bảo quản lên {n:6-12} tháng.",
            "Bên cạnh phần thi, sự kiện còn có {n:24-60} gian hàng trưng bày sản phẩm, khu trải nghiệm robot dành cho "
            "học sinh và tọa đàm “Gọi vốn lần đầu: cần chuẩn bị gì?”.",
            "?chung kết,trao giải? Các dự án đoạt giải sẽ được hỗ trợ {n:30-100} triệu đồng để hoàn thiện sản phẩm mẫu, được ươm tạo "
            "{n:6-12} tháng tại Trung tâm Hỗ trợ khởi nghiệp đổi mới sáng tạo của tỉnh và kết nối với mạng lưới cố "
            "vấn.",
            "?chung kết,trao giải? Trước đó, trong {n:2-3} ngày, các nhóm đã được tập huấn về mô hình kinh doanh, kỹ năng thuyết trình và "
            "quản lý tài chính cá nhân bởi các chuyên gia đến từ TP. Hồ Chí Minh và Hà Nội.",
            "Mỗi ngày, cơ sở của nhóm thu mua từ {n:1-5} tấn nguyên liệu của bà con quanh vùng với giá cao hơn thị trường {pct:5-12}, tạo việc làm ổn định cho {n:8-35} lao động, phần lớn là phụ nữ.",
            "Khó nhất với các bạn trẻ là vốn và mặt bằng. Nhiều nhóm phải vay mượn người thân, tận dụng nhà kho cũ làm xưởng; chi phí kiểm nghiệm, đăng ký nhãn hiệu cũng là con số không nhỏ.",
            "Tại khu vực kết nối, {n:12-40} cuộc gặp giữa nhà đầu tư và chủ dự án đã diễn ra; {n:2-7} biên bản ghi nhớ được ký với tổng số vốn dự kiến {dec:1-8} tỷ đồng.",
            "Theo kế hoạch đến năm {nam_toi}, tỉnh phấn đấu hình thành ít nhất {n:10-30} doanh nghiệp khởi nghiệp sáng "
            "tạo, {n:3-6} không gian làm việc chung và một quỹ đầu tư có sự tham gia của khu vực tư nhân.",
        ),
        quotes=(
            "“Thất bại lần đầu giúp em hiểu rằng sản phẩm tốt thôi chưa đủ, phải biết khách hàng của mình là ai”, "
            "{dan_ten}, trưởng nhóm dự án, bộc bạch.",
            "“Tỉnh không làm thay doanh nghiệp, nhưng sẽ làm hết sức để các bạn đi nhanh hơn”, {ten1} khẳng định.",
        ),
        captions=(
            "?chung kết,trao giải? Các đội thi thuyết trình trước Ban Giám khảo",
            "?trao giải? Trao giải Nhất cho nhóm tác giả dự án chế biến {sp}",
            "Gian hàng giới thiệu sản phẩm khởi nghiệp của {noi}",
            "?khai mạc? Học sinh trải nghiệm robot tại ngày hội",
        ),
        heads=("Khởi nghiệp từ sản vật quê nhà", "Chờ cú hích từ nhà đầu tư"),
        bullets=(
            "?chung kết,trao giải? Giải Nhất: dự án chế biến sâu {sp};",
            "?chung kết,trao giải? Giải Nhì: dự án phần mềm quản lý hợp tác xã;",
            "?chung kết,trao giải? Giải Ba: dự án du lịch trải nghiệm tại {noi};",
            "?chung kết,trao giải? Giải dự án được yêu thích nhất do khán giả bình chọn.",
        ),
        file="Thể lệ cuộc thi khởi nghiệp đổi mới sáng tạo",
    ),
    Topic(
        name="an toàn bức xạ",
        section="khcn",
        event="Chương trình",
        titles=(
            "Diễn tập ứng phó sự cố bức xạ, hạt nhân cấp tỉnh tại {noi}",
            "Kiểm tra an toàn bức xạ tại các cơ sở y tế ở {noi}",
            "Tập huấn an toàn bức xạ cho nhân viên X-quang năm {nam}",
            "Hướng dẫn khai báo, cấp phép thiết bị X-quang chẩn đoán y tế tại {noi}",
            "Rà soát nguồn phóng xạ trên địa bàn {noi}",
        ),
        leads=(
            "?kiểm tra,rà soát? {ngay}, Đoàn kiểm tra của {so_tinh} do {ong1} làm Trưởng đoàn đã làm việc với {n:6-18} cơ sở sử dụng thiết "
            "bị X-quang trên địa bàn {noi}.",
            "?tập huấn? Trong {n:2-3} ngày, bắt đầu từ {ngay_thuong}, {so_tinh} phối hợp với Cục An toàn bức xạ và hạt nhân tổ "
            "chức lớp tập huấn cho {n:50-120} nhân viên bức xạ của các bệnh viện, phòng khám.",
            "?diễn tập? Tình huống giả định: một xe tải chở nguồn phóng xạ gặp tai nạn trên quốc lộ, đoạn qua {noi}. Đó là nội "
            "dung buổi diễn tập ứng phó sự cố bức xạ do {so_tinh} chủ trì {ngay_thuong}.",
            "Thực hiện Luật Năng lượng nguyên tử và các văn bản hướng dẫn, {so_tinh} hướng dẫn các cơ sở y tế trên địa bàn {noi} khai báo, đề nghị cấp giấy phép sử dụng thiết bị X-quang chẩn đoán y tế.",
        ),
        paras=(
            "Hiện toàn tỉnh có {n:48-130} cơ sở tiến hành công việc bức xạ với {n:70-190} thiết bị X-quang và {n:2-7} "
            "cơ sở sử dụng nguồn phóng xạ trong công nghiệp. {pct:92-99} cơ sở đã có giấy phép còn hiệu lực.",
            "Việc khai báo được thực hiện trực tuyến; cơ sở chỉ cần một lần lập hồ sơ điện tử, sau đó bổ sung khi thay thiết bị hoặc thay người phụ trách an toàn. Thời gian giải quyết đã rút từ 30 ngày xuống còn {n:15-20} ngày làm việc.",
            "Nhiều thiết bị ở tuyến xã đã dùng trên {n:10-15} năm, linh kiện thay thế khan hiếm. Sở KH&CN khuyến nghị các cơ sở lập lộ trình thay thế, đồng thời kiểm định đúng hạn để bảo đảm chất lượng hình ảnh và liều chiếu hợp lý cho người bệnh.",
            "?kiểm tra,rà soát? Qua kiểm tra, phần lớn các cơ sở chấp hành tốt quy định: phòng đặt thiết bị bảo đảm che chắn, có đèn cảnh "
            "báo, nội quy an toàn; nhân viên được trang bị liều kế cá nhân và khám sức khỏe định kỳ.",
            "?kiểm tra,rà soát? Đoàn cũng phát hiện {n:2-6} cơ sở chậm kiểm định thiết bị, {n:1-4} cơ sở chưa lưu đầy đủ hồ sơ liều chiếu "
            "xạ nghề nghiệp. Các tồn tại được lập biên bản và yêu cầu khắc phục trong vòng {n:10-30} ngày.",
            "?diễn tập? Theo kịch bản, lực lượng cảnh sát giao thông phong tỏa hiện trường, tổ kỹ thuật dùng máy đo suất liều xác "
            "định vùng nguy hiểm, thu hồi nguồn về bình chì và tẩy xạ cho {n:2-5} người bị nhiễm bẩn. Toàn bộ quá trình "
            "kéo dài {n:60-110} phút.",
            "?tập huấn? Học viên được phổ biến Luật Năng lượng nguyên tử, các thông tư hướng dẫn, nguyên tắc tối ưu hóa bảo vệ và "
            "thực hành sử dụng thiết bị đo. Cuối khóa, {pct:95-99} học viên đạt yêu cầu và được cấp giấy chứng nhận.",
            "?diễn tập? Thông qua hoạt động này, các lực lượng nắm rõ quy trình phối hợp, kịp thời phát hiện bất cập của kế hoạch "
            "ứng phó đã được UBND tỉnh phê duyệt để điều chỉnh cho sát thực tế.",
        ),
        quotes=(
            "“An toàn bức xạ không cho phép làm qua loa. Chỉ một sơ suất nhỏ cũng có thể ảnh hưởng lâu dài đến sức khỏe "
            "con người”, {ten1} lưu ý.",
        ),
        captions=(
            "Đo suất liều bức xạ tại phòng chụp X-quang",
            "?diễn tập? Lực lượng chức năng thực hành thu hồi nguồn phóng xạ",
            "?kiểm tra,rà soát? Đoàn kiểm tra hồ sơ cấp phép của cơ sở",
            "?tập huấn? Học viên thực hành sử dụng máy đo suất liều bức xạ cầm tay trong khuôn khổ lớp tập huấn.",
        ),
        heads=("Kiểm tra đi đôi với hướng dẫn",),
        bullets=(
            "Giấy phép tiến hành công việc bức xạ còn hiệu lực;",
            "Chứng chỉ nhân viên bức xạ của người phụ trách an toàn;",
            "Kết quả kiểm định thiết bị và đo kiểm xạ phòng;",
            "Sổ theo dõi liều chiếu xạ cá nhân.",
        ),
        file="Mẫu khai báo thiết bị X-quang chẩn đoán y tế",
    ),
)
