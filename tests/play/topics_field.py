"""Farming, OCOP products, measurement, productivity and quality."""

from tests.play.topics import Topic

TOPICS = (
    Topic(
        name="nông nghiệp công nghệ cao",
        section="khcn",
        event="Hội nghị đầu bờ",
        titles=(
            "Ứng dụng công nghệ tưới tự động cho vườn {sp} tại {xa_ngan}",
            "{noi_hoa} nhân rộng mô hình nhà màng trồng rau, quả công nghệ cao",
            "Hiệu quả mô hình nuôi {thuysan} tuần hoàn nước ở {noi}",
            "Chuyển giao kỹ thuật sản xuất phân hữu cơ vi sinh cho nông dân {noi}",
            "Nhân giống {sp} bằng phương pháp nuôi cấy mô ở {noi}",
            "Hội thảo đầu bờ đánh giá mô hình lúa thông minh tại {xa_ngan}",
        ),
        leads=(
            "?tưới? Chỉ bằng một chiếc điện thoại thông minh, {dan} có thể tưới cả khu vườn rộng {n:1-6} ha mà không cần ra "
            "đồng. Đó là kết quả của mô hình do {so_tinh} hỗ trợ từ năm {nam_truoc}.",
            "{ngay}, tại {xa}, Trung tâm Ứng dụng tiến bộ khoa học và công nghệ tổ chức hội nghị đầu bờ đánh giá mô hình "
            "sản xuất {sp} ứng dụng công nghệ cao.",
            "?mô hình nuôi? Sau {n:6-18} tháng triển khai, mô hình nuôi {thuysan} theo công nghệ tuần hoàn nước tại {xa} cho kết quả "
            "khả quan, mở ra hướng đi mới cho người dân vùng trũng.",
        ),
        paras=(
            "Mô hình được thực hiện trên diện tích {big:1200-9000} m², tổng kinh phí {n:380-950} triệu đồng, trong đó "
            "ngân sách khoa học và công nghệ hỗ trợ {pct:40-60}, phần còn lại do hộ dân đối ứng.",
            "?tưới,nhà màng,lúa? Hệ thống gồm cảm biến độ ẩm đất, trạm đo thời tiết mini, bộ điều khiển trung tâm và {n:8-24} cụm béc tưới. "
            "Dữ liệu được gửi về điện thoại {n:4-12} lần mỗi giờ; khi độ ẩm xuống dưới ngưỡng, hệ thống tự động bật "
            "bơm.",
            "?tưới,nhà màng? So với tưới thủ công, lượng nước tiết kiệm được {pct:30-48}, công lao động giảm {pct:55-75}, năng suất "
            "{sp} tăng {pct:12-26}. Chi phí đầu tư có thể thu hồi sau {n:2-4} vụ.",
            "?mô hình nuôi? Đối với {thuysan}, mật độ thả {n:30-80} con/m³, tỷ lệ sống đạt {pct:82-95}. Nước thải được lọc qua bể lắng "
            "và bể sinh học rồi tái sử dụng nên hầu như không xả ra kênh rạch.",
            "?nhân giống? Cây giống nuôi cấy mô sạch bệnh, đồng đều, tỷ lệ sống ngoài vườn ươm đạt {pct:88-96}. Mỗi năm, phòng nuôi cấy có thể cung cấp {n:20-60} nghìn cây giống, đáp ứng khoảng một phần ba nhu cầu của địa phương.",
            "?phân hữu cơ? Nông dân được hướng dẫn ủ phụ phẩm nông nghiệp với chế phẩm Trichoderma trong {n:35-50} ngày. Một tấn phân thành phẩm chỉ tốn {n:500-900} nghìn đồng, rẻ hơn phân bán trên thị trường từ {pct:30-45}.",
            "?lúa? Lượng giống gieo sạ giảm còn {n:60-80} kg/ha, phân đạm giảm {pct:18-30}; máy bay không người lái phun thuốc xong một héc-ta chỉ mất {n:10-15} phút. Năng suất ước đạt {dec:6-7} tấn/ha.",
            "Cán bộ kỹ thuật thường xuyên bám cơ sở, hướng dẫn bà con ghi nhật ký, phòng bệnh theo từng giai đoạn và "
            "liên kết với {htx} để bao tiêu sản phẩm.",
            "Khó khăn lớn nhất hiện nay là vốn đầu tư ban đầu còn cao, nguồn điện ở một số ấp, thôn chưa ổn định, trong "
            "khi giá bán lại phụ thuộc nhiều vào thương lái.",
            "Từ thành công bước đầu, {noi} dự kiến nhân rộng thêm {n:8-25} mô hình trong năm {nam_toi}, ưu tiên các hợp "
            "tác xã có đất sản xuất tập trung và đã được cấp mã số vùng trồng.",
        ),
        quotes=(
            "“Hồi đầu tôi cũng ngại máy móc, giờ thì quen rồi, đi chợ vẫn coi được vườn”, {dan_ten} cười nói.",
            "“Công nghệ phải vừa túi tiền thì nông dân mới theo được”, {chuyengia_ten} nhận định.",
        ),
        captions=(
            "?tưới? Nông dân {xa_ngan} kiểm tra hệ thống tưới qua điện thoại",
            "Đại biểu tham quan mô hình {sp}",
            "?mô hình nuôi? Bể nuôi {thuysan} tuần hoàn nước của hộ {dan_ten}",
            "?tưới,nhà màng,lúa? Trạm đo thời tiết lắp tại vườn.",
            "Thu hoạch {sp} ở {xa_ngan}",
        ),
        heads=("?tưới? Bấm nút là tưới", "Còn đó nỗi lo đầu ra"),
        bullets=(
            "Diện tích mô hình: {big:1200-9000} m²;",
            "Số hộ tham gia: {n:3-20} hộ;",
            "Lợi nhuận tăng thêm: {n:18-90} triệu đồng/ha/vụ;",
            "Đơn vị bao tiêu: {htx}.",
        ),
        file="Tài liệu kỹ thuật tưới tiết kiệm nước",
    ),
    Topic(
        name="OCOP",
        section="su-kien",
        event="Hội nghị",
        titles=(
            "{noi_hoa}: {n:6-30} sản phẩm được công nhận OCOP năm {nam}",
            "Khoa học và công nghệ nâng tầm sản phẩm OCOP {sp}",
            "Đánh giá, phân hạng sản phẩm OCOP {noi} đợt {dot} năm {nam}",
            "Hỗ trợ truy xuất nguồn gốc cho sản phẩm OCOP ở {noi}",
            "Đưa {sp} {noi} lên sàn thương mại điện tử",
        ),
        leads=(
            "?công nhận,đánh giá? {ngay}, Hội đồng đánh giá, phân hạng sản phẩm OCOP của {noi} đã họp, xem xét hồ sơ của {n:8-34} sản phẩm "
            "đề nghị công nhận, trong đó có {sp}.",
            "Không còn dừng ở mẫu mã, {sp} của {noi} nay đã có hồ sơ công bố chất lượng, mã QR và quy trình sản xuất "
            "được kiểm soát. Phía sau sự thay đổi ấy là sự đồng hành của ngành khoa học và công nghệ.",
            "Thực hiện Chương trình mỗi xã một sản phẩm, thời gian qua {so_tinh} đã hỗ trợ {n:20-70} chủ thể đổi mới "
            "công nghệ, chuẩn hóa chất lượng sản phẩm.",
        ),
        paras=(
            "Đến nay, {noi} có {n:18-50} sản phẩm OCOP 3 sao, {n:4-20} sản phẩm 4 "
            "sao và {n:1-2} sản phẩm tiềm năng 5 sao. Doanh thu của các chủ thể tăng bình quân {pct:12-30} mỗi năm.",
            "?công nhận,đánh giá? Tại cuộc họp, các thành viên Hội đồng đã chấm điểm theo ba nhóm tiêu chí: sản phẩm và sức mạnh cộng đồng; "
            "khả năng tiếp thị; chất lượng sản phẩm. Nhiều ý kiến đề nghị chủ thể hoàn thiện nhãn hàng hóa, bổ sung "
            "phiếu kiểm nghiệm còn thời hạn.",
            "{so_kh} hỗ trợ các cơ sở xây dựng tiêu chuẩn cơ sở, thiết kế bao bì, đăng ký mã số mã vạch và tem truy "
            "xuất nguồn gốc với tổng kinh phí hơn {n:400-990} triệu đồng.",
            "Tại {htx}, dây chuyền đóng gói tự động được đưa vào vận hành từ quý {dot} năm nay, nâng công suất lên "
            "{big:1200-6500} sản phẩm mỗi ngày, giảm {pct:25-40} lao động thủ công.",
            "Trên các sàn thương mại điện tử, {sp} đã có hơn {big:1500-9800} lượt đánh giá, trong đó trên {pct:90-97} "
            "khách hàng hài lòng. Vào dịp Tết, lượng đơn tăng gấp {n:2-4} lần ngày thường.",
            "Hạn chế hiện nay là quy mô sản xuất nhỏ, vùng nguyên liệu phân tán, chủ thể còn thiếu kỹ năng bán hàng trực "
            "tuyến. Một số sản phẩm sau khi được công nhận chưa duy trì tốt chất lượng.",
        ),
        quotes=("“Làm OCOP mà chỉ lo đủ hồ sơ thì khó đi xa, phải lo giữ được khách”, {dan_ten} nói.",),
        captions=(
            "Sản phẩm {sp} đạt chuẩn OCOP của {noi}",
            "?công nhận,đánh giá? Hội đồng đánh giá cảm quan sản phẩm",
            "Dây chuyền đóng gói tại {htx}",
            "Khách hàng quét mã QR truy xuất nguồn gốc sản phẩm",
        ),
        heads=("Chuẩn hóa để đi xa",),
        bullets=(
            "{n:10-30} sản phẩm đạt 3 sao;",
            "{n:2-9} sản phẩm đạt 4 sao;",
            "{n:2-6} sản phẩm phải hoàn thiện hồ sơ để đánh giá lại.",
        ),
        file="Danh sách sản phẩm được công nhận",
    ),
    Topic(
        name="đo lường",
        section="su-kien",
        event="Buổi làm việc",
        titles=(
            "Kiểm tra phương tiện đo tại các chợ, cửa hàng xăng dầu ở {noi}",
            "Kiểm định miễn phí cân đồng hồ lò xo cho tiểu thương {noi}",
            "Hưởng ứng Ngày Đo lường Việt Nam 20/01/{nam} tại {noi}",
            "Thanh tra chuyên đề về đo lường trong kinh doanh vàng tại {noi}",
            "Tăng cường quản lý đo lường, chất lượng xăng dầu ở {noi}",
        ),
        leads=(
            "{ngay}, Chi cục Tiêu chuẩn Đo lường Chất lượng phối hợp với Cục Quản lý thị trường kiểm tra việc chấp hành "
            "pháp luật về đo lường tại {n:8-26} cơ sở kinh doanh trên địa bàn {noi}.",
            "?kiểm định,ngày đo lường? {ngay}, Chi cục Tiêu chuẩn Đo lường Chất lượng thuộc {so_tinh} tổ chức kiểm định miễn phí hàng trăm cân đồng hồ lò xo của tiểu thương tại các chợ trên địa bàn {noi}.",
            "Nhằm bảo vệ quyền lợi người tiêu dùng dịp lễ, Tết, từ {ngay_thuong}, Đoàn liên ngành do {so_kh} chủ trì đã "
            "kiểm tra đột xuất các cửa hàng xăng dầu, tiệm vàng, chợ truyền thống ở {noi}.",
        ),
        paras=(
            "Đoàn đã kiểm tra {n:24-96} cột đo xăng dầu, {n:40-180} cân các loại, lấy {n:6-18} mẫu xăng, dầu gửi thử "
            "nghiệm. Kết quả, {pct:91-98} phương tiện đo đạt yêu cầu về sai số và còn hiệu lực kiểm định.",
            "Có {n:2-7} trường hợp vi phạm, chủ yếu là sử dụng cân quá hạn kiểm định, niêm phong bị mờ hoặc rách. Đoàn đã "
            "lập biên bản, tạm giữ {n:3-12} cân không đạt và nhắc nhở, hướng dẫn các hộ khắc phục.",
            "Tại chợ trung tâm, điểm cân đối chứng được đặt ngay cổng chính để người mua tự kiểm tra khối lượng hàng "
            "hóa. Mỗi ngày có {n:20-70} lượt người sử dụng.",
            "?vàng,thanh tra? Đối với kinh doanh vàng trang sức, mỹ nghệ, Đoàn kiểm tra cân phân tích, hàm lượng vàng công bố, ghi nhãn "
            "và hóa đơn. Máy quang phổ huỳnh quang tia X được dùng để đo nhanh {n:15-45} mẫu.",
            "Song song với kiểm tra, cán bộ chi cục phát {big:300-1500} tờ rơi, hướng dẫn cách nhận biết cân đạt chuẩn "
            "và số điện thoại đường dây nóng để người dân phản ánh.",
            "Thời gian tới, chi cục tiếp tục duy trì kiểm tra định kỳ kết hợp đột xuất, công khai tên cơ sở vi phạm trên "
            "Trang thông tin điện tử của {so_kh}.",
        ),
        quotes=(
            "“Cân đúng thì khách mới quay lại. Tôi mong mỗi năm đều có đợt kiểm định tận chợ như thế này”, bà "
            "{nu_ten}, tiểu thương bán trái cây, cho biết.",
        ),
        captions=(
            "Kiểm tra cột đo xăng dầu tại một cửa hàng ở {noi}",
            "Cán bộ chi cục kiểm định cân cho tiểu thương",
            "Điểm cân đối chứng tại chợ trung tâm {noi}.",
            "?vàng? Đo nhanh hàm lượng vàng bằng máy quang phổ",
        ),
        heads=("Cân đúng, buôn may",),
        bullets=(
            "Kiểm tra tem, dấu kiểm định và niêm phong;",
            "Xác định sai số của phương tiện đo;",
            "Lấy mẫu xăng, dầu để thử nghiệm chất lượng.",
        ),
        file="Thông báo kết quả kiểm tra",
    ),
    Topic(
        name="năng suất chất lượng",
        section="iso",
        event="Hội nghị",
        titles=(
            "Doanh nghiệp {noi} nâng cao năng suất nhờ áp dụng {congcu}",
            "Triển khai Chương trình nâng cao năng suất, chất lượng sản phẩm tại {noi}",
            "Áp dụng ISO 9001:2015 tại UBND các xã, phường của {noi}",
            "{ctv_hoa} được chứng nhận hệ thống quản lý theo {iso}",
            "Đánh giá nội bộ hệ thống quản lý chất lượng ISO 9001:2015 tại {noi}",
            "Tập huấn chuyển đổi ISO điện tử cho công chức {noi}",
        ),
        leads=(
            "?ubnd,đánh giá,điện tử? {ngay}, {so_tinh} tổ chức hội nghị đánh giá kết quả áp dụng Hệ thống quản lý chất lượng theo Tiêu chuẩn "
            "quốc gia TCVN ISO 9001:2015 tại các cơ quan hành chính trên địa bàn {noi}.",
            "?chứng nhận? Sau {n:8-14} tháng được chuyên gia hướng dẫn, {ctv} đã xây dựng thành công hệ thống quản lý theo {iso}, qua "
            "đó giảm đáng kể sản phẩm lỗi và thời gian chờ.",
            "{ngay}, {so_tinh} tổ chức hội nghị triển khai Chương trình hỗ trợ doanh nghiệp nâng cao năng suất và chất lượng sản phẩm, hàng hóa trên địa bàn {noi}, với sự tham gia của {n:40-110} doanh nghiệp, hợp tác xã.",
            "?doanh nghiệp? Áp dụng {congcu} tưởng là chuyện của những nhà máy lớn, nhưng ở {noi}, một cơ sở {n:25-80} lao động cũng đã "
            "làm được và làm tốt.",
        ),
        paras=(
            "?ubnd,đánh giá,điện tử? Theo báo cáo, {n:20-60}/{n:61-70} cơ quan, đơn vị đã công bố hệ thống phù hợp tiêu chuẩn; {pct:88-98} thủ tục "
            "hành chính được xây dựng thành quy trình, có thời gian và trách nhiệm cụ thể cho từng bước.",
            "?ubnd,đánh giá,điện tử? Qua kiểm tra, một số đơn vị chưa cập nhật kịp thời quy trình khi thủ tục thay đổi, việc đánh giá nội bộ và "
            "xem xét của lãnh đạo còn hình thức, hồ sơ lưu chưa đầy đủ.",
            "?doanh nghiệp,chứng nhận,chương trình? Tại {ctv}, nhóm cải tiến gồm {n:6-12} người đã vẽ lại sơ đồ chuỗi giá trị, sắp xếp lại mặt bằng theo "
            "5S, chuẩn hóa thao tác ở {n:4-9} công đoạn. Nhờ vậy, năng suất lao động tăng {pct:14-32}, tỷ lệ phế phẩm "
            "giảm từ {pct:5-8} xuống còn {pct:1-3}.",
            "?doanh nghiệp,chứng nhận,chương trình? Chương trình hỗ trợ {pct:30-50} chi phí tư vấn, đào tạo, chứng nhận, tối đa {n:40-90} triệu đồng cho mỗi hệ "
            "thống. Từ năm {nam_truoc} đến nay, {n:12-38} lượt doanh nghiệp trong tỉnh đã được hỗ trợ.",
            "?điện tử,ubnd? Điểm mới của năm nay là việc đưa phần mềm ISO điện tử vào sử dụng. Người dân có thể tra cứu tình trạng hồ sơ, "
            "còn lãnh đạo theo dõi được bước nào đang chậm, ai đang xử lý.",
            "Các học viên được hướng dẫn cách nhận diện rủi ro, xây dựng mục tiêu chất lượng đo được và thực hành đánh giá "
            "nội bộ với tình huống thật của đơn vị mình.",
            "?doanh nghiệp,chứng nhận,chương trình? Đại diện {ctv} cho rằng cải tiến không nhất thiết phải tốn tiền: chỉ riêng việc vẽ vạch phân khu, đánh số vị trí dụng cụ đã giúp mỗi ca tiết kiệm {n:20-45} phút tìm kiếm.",
            "?doanh nghiệp,chứng nhận,chương trình? Từ kết quả này, doanh nghiệp tiếp tục đăng ký tham gia giai đoạn 2, tập trung vào truy xuất nguồn gốc và giảm phát thải. Mục tiêu là đưa sản phẩm vào {n:2-5} hệ thống siêu thị lớn trong năm {nam_toi}.",
            "?ubnd,đánh giá,điện tử? Kết thúc đợt đánh giá, {so_kh} sẽ tổng hợp, báo cáo UBND tỉnh và công khai kết quả để làm căn cứ chấm điểm "
            "cải cách hành chính năm {nam}.",
        ),
        quotes=(
            "?ubnd,đánh giá,điện tử? “Trước kia tìm một tập hồ sơ mất nửa buổi, bây giờ chỉ cần vài phút”, chị {nu_ten}, công chức bộ phận một cửa, "
            "so sánh.",
            "“Năng suất không phải là làm nhanh hơn, mà là bớt đi những việc không cần làm”, {chuyengia_ten} phân tích.",
        ),
        captions=(
            "?ubnd,đánh giá,điện tử? Chuyên gia đánh giá hồ sơ tại bộ phận một cửa {noi}",
            "?doanh nghiệp,chứng nhận,chương trình? Xưởng sản xuất của {ctv} sau khi áp dụng 5S",
            "?chứng nhận? Trao chứng nhận {iso} cho {ctv}",
            "?ubnd,đánh giá,điện tử? Công chức thực hành trên phần mềm ISO điện tử.",
        ),
        heads=("?doanh nghiệp,chứng nhận? Bớt thao tác thừa", "?điện tử,ubnd? Từ giấy tờ đến phần mềm"),
        bullets=(
            "?ubnd,đánh giá,điện tử? Rà soát, cập nhật {n:20-90} quy trình giải quyết thủ tục hành chính;",
            "?ubnd,đánh giá,điện tử? Hoàn thành đánh giá nội bộ trước ngày {n:10-28}/11;",
            "?ubnd,đánh giá,điện tử? Công bố lại hệ thống khi có thay đổi về phạm vi áp dụng.",
        ),
        file="Kế hoạch kiểm tra việc áp dụng ISO 9001:2015",
    ),
)
