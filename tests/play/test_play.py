"""Facts about the player itself: what it plays, how it answers, that it is the same each time."""

from __future__ import annotations

import gzip
import http.client
import re
import signal
import socket
import subprocess
import sys
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest

from tests.play import Played, play
from tests.play.chrome import chrome_of
from tests.play.content import CATEGORIES, articles
from tests.play.documents import document
from tests.play.pictures import picture
from tests.play.seeds import FOLDER, seed_articles
from tests.play.skeletons import BLIND, LATER, NAMES, render, template
from tests.play.truth import Bullets, PlayedArticle, Table

ROOT = Path(__file__).parents[2]
HA_TINH = "skhcn.hatinh.gov.vn"
WIDE = re.compile(r"[\s\u00a0\u2009\u200b\ufeff]+")


@pytest.fixture(scope="module")
def played():
    with play(seeds=False) as running:
        yield running


def get(played: Played, url: str, *, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", played.port, timeout=300)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, target, headers={"Host": parts.netloc, **fields})
    answer = connection.getresponse()
    answer.whole = answer.read()
    connection.close()
    return answer


def raw(played: Played, *requests: bytes) -> bytes:
    """Send *requests* over one connection, return every byte that comes back."""
    with socket.create_connection(("127.0.0.1", played.port), timeout=300) as wire:
        wire.sendall(b"".join(requests))
        wire.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: wire.recv(65536), b""))


def ask(url: str, *fields: str, method: str = "GET") -> bytes:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", *fields, "", ""]
    return "\r\n".join(lines).encode()


# What is played


def test_each_site_has_at_least_120_articles():
    counts = Counter(one.layout for one in articles())

    assert counts["ha_tinh"] >= 120
    assert counts["hau_giang_1"] >= 60
    assert counts["hau_giang_2"] >= 60


def test_addresses_are_unique_and_titles_within_a_generation():
    assert len({one.url for one in articles()}) == len(articles())
    for layout in ("ha_tinh", "hau_giang_1", "hau_giang_2"):
        titles = [one.title for one in articles() if one.layout == layout and not one.original]
        assert len(set(titles)) == len(titles)


def test_the_truth_is_the_same_in_every_process():
    code = "from tests.play.content import articles; import hashlib; print(hashlib.sha256(repr("
    code += "[(a.url, a.title, a.text, a.images, sorted(a.odd)) for a in articles()]).encode()).hexdigest())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1]


def test_articles_differ_in_length_pictures_bylines_and_oddities():
    lengths = {len(one.paragraphs) for one in articles()}
    pictures = {len(one.images) for one in articles()}
    oddities = set().union(*(one.odd for one in articles()))

    assert set(range(2, 19)) <= lengths
    assert set(range(7)) <= pictures
    assert oddities == {"nfd", "nfd_words", "nbsp", "entities", "zero_width", "inline"}
    assert {one.skeleton for one in articles()} == set(NAMES)
    assert any(one.photographers for one in articles())
    assert any(not one.authors for one in articles())
    assert any(one.source for one in articles())
    assert any(isinstance(block, Bullets) for one in articles() for block in one.blocks)
    tables = sum(any(isinstance(block, Table) for block in one.blocks) for one in articles())
    assert 3 <= tables <= 25
    assert {"pdf", "docx", "xlsx", "zip"} <= {
        kind for one in articles() for file in one.attachments for kind in re.findall(r"\.(\w+)", file.url)
    }


def test_truth_is_nfc_without_odd_spaces():
    for one in articles():
        whole = "\n".join((one.title, *one.paragraphs, *(image.caption or "" for image in one.images)))
        assert whole == unicodedata.normalize("NFC", whole)
        assert not re.search(r"[\u00a0\u2009\u200b\ufeff\[\]{}]| {2}", whole), one.url


def test_imported_articles_carry_the_day_of_the_import():
    imported = [one for one in articles() if one.original]
    by_url = {one.url: one for one in articles()}

    assert len(imported) >= 4
    for one in imported:
        assert one.text == by_url[one.original].text
        assert (one.published > by_url[one.original].published, one.precision) == (True, "day")


# How pages are built


@pytest.mark.parametrize("name", NAMES + LATER + BLIND)
def test_every_skeleton_prints_every_true_word(name):
    chosen = [*articles()[::9], *seed_articles()]
    for one in chosen:
        text = visible(render(one, chrome_of(one, articles()[:20]), 1, name=name))
        for words in (one.title, one.printed_date, *one.paragraphs, *(image.printed for image in one.images)):
            assert words is None or " | " in words or WIDE.sub(" ", words) in text, (one.url, words)
        assert WIDE.sub("", one.printed_date) in WIDE.sub("", text)


@pytest.mark.parametrize("name", NAMES + LATER + BLIND)
def test_class_names_are_the_skeletons_own(name):
    one = articles("ha_tinh")[4]
    others = set().union(*(classes(one, other) for other in NAMES + LATER + BLIND if other != name))
    own = {each for each in classes(one, name) if not each.startswith("Mso")}

    assert own
    assert not own & others


def classes(article: PlayedArticle, name: str) -> set[str]:
    page = lxml.html.fromstring(render(article, name=name).encode())
    return {each for value in page.xpath("//body//@class") for each in value.split()}


def visible(page: str) -> str:
    tree = lxml.html.fromstring(page.encode(), parser=lxml.html.HTMLParser(encoding="utf-8"))
    return WIDE.sub(" ", unicodedata.normalize("NFC", tree.text_content()))


def test_nfd_pages_are_decomposed():
    one = next(one for one in articles() if "nfd" in one.odd)

    page = template(one)

    assert page == unicodedata.normalize("NFD", page)
    assert one.title not in page
    assert any(unicodedata.combining(letter) for letter in page)
    assert template(replace(one, odd=frozenset()), name=f"{one.skeleton}+nfd").isascii() is False


def test_the_date_stands_before_the_title_in_ha_tinh_only():
    for name in NAMES:
        for layout, before in (("ha_tinh", True), ("hau_giang_1", False), ("hau_giang_2", False)):
            one = replace(next(one for one in articles() if one.layout == layout), odd=frozenset())
            text = visible(render(one, name=name).split("<BODY")[-1].split("<body")[-1])
            assert (text.index(one.printed_date) < text.rindex(one.title)) == before, (name, layout)


def test_pages_have_a_realistic_size():
    generation = [one for one in articles() if one.layout == "ha_tinh"]
    sizes = [len(render(one, chrome_of(one, generation)).encode()) for one in generation[::5]]

    assert min(sizes) > 15_000
    assert max(sizes) < 70_000


# How the server answers


def test_the_resolve_line_names_every_host(played):
    pairs = [pair.split("=") for pair in played.resolve.split(",")]

    assert [host for host, _ in pairs] == [HA_TINH, "haugiang.gov.vn", "skhcn.haugiang.gov.vn"]
    assert {where for _, where in pairs} == {f"127.0.0.1:{played.port}"}


def test_every_article_picture_and_file_is_there(played):
    for one in articles()[::6]:
        assert get(played, one.url).status == 200
        for url in [image.url for image in one.images] + [file.url for file in one.attachments]:
            assert get(played, url).status in (200, 302), url


def test_a_moved_picture_leads_to_a_picture(played):
    urls = [image.url for one in articles("ha_tinh") for image in one.images]
    moved = next(answer for url in urls if (answer := get(played, url)).status == 302)

    assert get(played, moved.headers["Location"]).headers["Content-Type"].startswith("image/")


def walk(played: Played, start: str, find: str) -> list[str]:
    """Return the addresses that the listing from *start* on links in its main column, page after page."""
    found: list[str] = []
    url: str | None = start
    while url:
        tree = lxml.html.fromstring(get(played, url).whole.decode())
        tree.make_links_absolute(url)
        found += dict.fromkeys(tree.xpath(find))
        after = tree.xpath('//a[@rel="next" or text()="Trang sau"]/@href')
        url = after[0] if after else None
    return found


def test_listings_show_every_article_once_newest_first(played):
    for slug in CATEGORIES:
        found = walk(played, f"http://{HA_TINH}/danh-sach-tin-tuc/{slug}", '//div[@class="ds-tin"]//h3/a/@href')
        assert found == [one.url for one in articles("ha_tinh") if one.category == slug]
    first = "http://haugiang.gov.vn/HtmlView.aspx?pageid=3129&mid=7506&pageindex=0&siteid=60"
    found = walk(played, first, '//table[@id="dlTin"]//a/@href')
    assert found == [one.url for one in articles() if one.layout == "hau_giang_1"]
    second = "http://skhcn.haugiang.gov.vn/danh-sach/-/tin-tuc"
    found = walk(played, second, '//ul[@class="ds-item"]//a/@href')
    assert found == [one.url for one in articles() if one.layout == "hau_giang_2"]


def test_counters_and_todays_date_change_at_each_fetch(played):
    pages = [get(played, articles("ha_tinh")[0].url).whole for _ in range(2)]

    assert pages[0] != pages[1]
    assert re.search(rb"\b%d\b" % 2025, pages[0])


def test_all_four_ways_of_sending_a_page_occur(played):
    ways = Counter()
    for one in articles()[:40]:
        answer = get(played, one.url, Accept_Encoding="gzip")
        ways[(answer.headers["Transfer-Encoding"], answer.headers["Content-Encoding"])] += 1
        page = gzip.decompress(answer.whole) if answer.headers["Content-Encoding"] else answer.whole
        assert b"</html>" in page.lower()

    assert set(ways) == {(None, None), ("chunked", None), (None, "gzip"), ("chunked", "gzip")}


def test_chunks_on_the_wire_are_framed_by_their_lengths(played):
    url = next(one.url for one in articles() if get(played, one.url).headers["Transfer-Encoding"] == "chunked")
    head, _, rest = raw(played, ask(url, "Connection: close")).partition(b"\r\n\r\n")
    sizes = []
    while True:
        size, _, rest = rest.partition(b"\r\n")
        sizes.append(int(size, 16))
        assert rest[sizes[-1] :][:2] == b"\r\n"
        rest = rest[sizes[-1] + 2 :]
        if sizes[-1] == 0:
            break

    assert b"Transfer-Encoding: chunked" in head
    assert len(sizes) > 2
    assert rest == b""


def test_one_connection_carries_many_requests(played):
    url = f"http://{HA_TINH}/robots.txt"

    answers = raw(played, ask(url), ask(url), ask(url, "Connection: close"))

    assert answers.count(b"HTTP/1.1 200 OK") == 3
    assert answers.count(b"Disallow: /tim-kiem") == 3
    assert b"Crawl-delay" not in answers


def test_a_known_picture_is_not_sent_again(played):
    url = next(image.url for one in articles("hau_giang") for image in one.images)
    first = get(played, url)
    by_tag = raw(played, ask(url, f"If-None-Match: {first.headers['ETag']}", "Connection: close"))
    by_date = get(played, url, If_Modified_Since=first.headers["Last-Modified"])

    assert by_tag.startswith(b"HTTP/1.1 304 Not Modified\r\n")
    assert by_tag.endswith(b"\r\n\r\n")
    assert (by_date.status, by_date.whole) == (304, b"")
    assert get(played, url, If_None_Match='"other"').status == 200


def test_head_sends_the_head_only(played):
    answer = raw(played, ask(articles()[3].url, "Connection: close", method="HEAD"))

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.index(b"\r\n\r\n") == len(answer) - 4


def test_what_is_not_there_answers_404_or_a_soft_200(played):
    assert get(played, f"http://{HA_TINH}/chi-tiet-tin-tuc/khong-co").status == 404
    soft = get(played, "http://haugiang.gov.vn/HtmlView.aspx?pageid=3129&ItemID=1&mid=7506&pageindex=0&siteid=60")
    assert soft.status == 200
    assert "Không tìm thấy" in soft.whole.decode()
    assert get(played, "http://example.org/").status == 421


def test_redirects_lead_to_listings_and_articles(played):
    moved = get(played, f"http://{HA_TINH}/tin-tuc")
    slash = get(played, articles("ha_tinh")[0].url + "/")

    assert (moved.status, moved.headers["Location"]) == (301, "/danh-sach-tin-tuc/tin-tuc-su-kien")
    assert (slash.status, slash.headers["Location"]) == (301, articles("ha_tinh")[0].url)


def test_the_other_office_on_the_same_host_is_linked_and_answers(played):
    one = next(one for one in articles() if one.layout == "hau_giang_1")
    url = "http://haugiang.gov.vn/HtmlView.aspx?pageid=812&mid=2044&pageindex=0&siteid=12"

    assert "siteid=12" in get(played, one.url).whole.decode()
    assert "Văn phòng UBND tỉnh" in get(played, url).whole.decode()


def test_the_log_names_host_method_target_and_status():
    with play(seeds=False) as played:
        get(played, f"http://{HA_TINH}/khong-co?a=1")

        assert played.log == [(HA_TINH, "GET", "/khong-co?a=1", 404)]


def test_articles_can_be_held_back_published_changed_and_removed():
    newest = articles("ha_tinh")[0]
    with play(seeds=False, hold_back=1) as played:
        before = get(played, newest.url).status
        played.publish(newest)
        after = get(played, newest.url).status
        played.publish(replace(newest, title="Tiêu đề đã sửa", odd=frozenset()))
        changed = get(played, newest.url).whole.decode()
        played.remove(newest.url)

        assert (before, after, get(played, newest.url).status) == (404, 200, 404)
        assert "Tiêu đề đã sửa" in changed


def test_articles_can_be_edited_pinned_and_moved():
    oldest, newest = articles("ha_tinh")[-1], articles("ha_tinh")[0]
    with play(seeds=False) as played:
        edited = played.edit(oldest.url, "Bổ sung: hội nghị lùi một ngày.")
        played.pin(oldest.url)
        page = get(played, oldest.url).whole.decode()
        listing = get(played, f"http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/{oldest.category}").whole.decode()
        played.move(newest.url, oldest.url)
        moved = get(played, newest.url)

    assert "Bổ sung: hội nghị lùi một ngày." in page
    assert edited.paragraphs == (*oldest.paragraphs, "Bổ sung: hội nghị lùi một ngày.")
    first = listing.index("/chi-tiet", listing.index('class="ds-tin"'))
    assert oldest.url in listing[first - 100 : first + 300]
    assert (moved.status, moved.headers["Location"]) == (301, oldest.url)


def test_pictures_and_documents_are_real_files_and_always_the_same():
    urls = [image.url for one in articles() for image in one.images][:24]
    files = [picture(url) for url in urls]

    assert len(set(files)) == len(files)
    assert max(map(len, files)) <= 60_000
    assert {file[:2] for file in files} == {b"\xff\xd8", b"\x89P"}
    assert picture.__wrapped__(urls[0]) == files[0]
    assert document("http://x/a.pdf", "pdf", "A").startswith(b"%PDF-1.4")
    assert document("http://x/a.zip", "zip", "A") == document.__wrapped__("http://x/a.zip", "zip", "A")


def test_the_command_line_prints_the_resolve_value_and_stops_on_sigterm():
    process = subprocess.Popen([sys.executable, "-m", "tests.play"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=300)

    assert re.fullmatch(r"([\w.]+=127\.0\.0\.1:\d+,){2}[\w.]+=127\.0\.0\.1:\d+\n", line)
    assert (rest, process.returncode) == ("", 0)


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no seed documents at {FOLDER}")
def test_seed_documents_are_played_beside_the_articles():
    ha_tinh, hau_giang = sorted(seed_articles(), key=lambda one: one.layout)

    assert (ha_tinh.authors, ha_tinh.photographers) == (("Tùng Như", "Đình Nam"), ())
    assert (hau_giang.authors, hau_giang.photographers) == (("Ngọc Triều",), ("Huỳnh Sang",))
    assert f"{ha_tinh.published:%Y-%m-%dT%H:%M%z}" == "2025-06-11T10:16+0700"
    assert f"{hau_giang.published:%Y-%m-%dT%H:%M%z}" == "2020-05-22T10:21+0700"
    assert (len(ha_tinh.images), len(hau_giang.images)) == (8, 3)
    assert (len(ha_tinh.paragraphs), len(hau_giang.paragraphs)) == (14, 9)
    assert not {one.url for one in seed_articles()} & {one.url for one in articles()}
    with play() as played:
        for one in (ha_tinh, hau_giang):
            assert get(played, one.url).status == 200
            assert get(played, one.images[0].url).status in (200, 302)
