"""The declared Departments: every one of the official lists has its file, and the files agree."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from archive.text import fold
from crawler.claims import claimant, disagreements
from crawler.cli.chosen import chosen
from crawler.registry import page_classes
from crawler.site_files import Registry, load_site
from crawler.sites import Site, split_target

SITES = Registry(Path(__file__).parents[2] / "spiders" / "sites")
ALL = {site.id: site for site in SITES.all()}
FACTS = Path(__file__).parents[3] / "shared" / "facts" / "sites.csv"

needs_facts = pytest.mark.skipif(not FACTS.exists(), reason="../shared/facts/sites.csv, the list of all, is not here")
each_site = pytest.mark.parametrize("site", ALL.values(), ids=ALL)


def rows() -> list[dict[str, str]]:
    with FACTS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def listed(text: str) -> list[str]:
    return [part for part in text.split("; ") if part]


def id_of(province: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", fold(province))


@needs_facts
def test_every_row_of_the_facts_is_served():
    served = Counter()
    for row in rows():
        site = ALL[id_of(row["province"])]
        assert site.province is not None
        codes = {"pre": site.province.gso_pre, "post": site.province.gso_post}
        assert (site.province.name, codes[row["kind"]]) == (row["province"], row["gso_code"])
        assert site.province.iso == row["iso_3166_2"]
        served[row["kind"]] += 1
        declared = {host.host: host.evidence for host in site.hosts}
        for seen in listed(row["hostnames_seen"]):
            assert declared[seen.partition("/")[0]] != "inferred"
        assert {name.partition("/")[0] for name in listed(row["hostnames_inferred"])} <= set(declared)

    assert served == {"pre": 63, "post": 34}


@needs_facts
def test_who_became_part_of_whom_is_as_the_facts_say():
    for row in rows():
        site = ALL[id_of(row["province"])]
        if row["kind"] == "pre":
            became = id_of(row["successor_2025"])
            assert site.successor == (None if became == site.id else became)
        else:
            assert set(site.follows) == {id_of(name) for name in listed(row["members"])} - {site.id}


def test_former_and_present_departments_are_counted_by_their_codes():
    provinces = [site.province for site in ALL.values() if site.province is not None]

    assert len(ALL) == len(provinces) == 64
    assert sum(each.gso_pre is not None for each in provinces) == 63
    assert sum(each.gso_post is not None for each in provinces) == 34
    assert len({each.gso_pre for each in provinces}) == 64  # 63 and none
    assert len({each.gso_post for each in provinces}) == 35
    assert all((site.successor is None) == (site.province.gso_post is not None) for site in ALL.values())


def test_the_files_do_not_disagree():
    assert list(disagreements(ALL.values())) == []
    for site in ALL.values():
        assert {site.successor or site.id, *site.follows} <= set(ALL)


@each_site
def test_names_are_composed_and_name_the_province(site: Site):
    assert site.province is not None
    assert unicodedata.is_normalized("NFC", site.name + site.name_en)
    assert site.name.startswith("Sở Khoa học và Công nghệ ")
    assert site.province.name.removeprefix("TP. ") in site.name
    assert site.id == id_of(site.province.name)


@each_site
def test_a_site_nobody_has_seen_is_paused_and_says_why(site: Site):
    assert (site.evidence == "inferred") == (site.status == "paused")
    if site.status == "paused":
        assert "inferred" in (site.reason or "")


@each_site
def test_seeds_and_layouts_can_be_used(site: Site):
    assert site.seeds
    assert all(layout.page in page_classes() for layout in site.layouts)
    assert all(site.allows(seed.url) and not site.is_article(seed.url) for seed in site.seeds)


def test_all_means_the_active_sites_and_asks_no_host_that_is_only_inferred():
    sites, wrong = chosen(SITES, (), every=True)

    assert wrong == {}
    assert {site.id for site in sites} == {site.id for site in ALL.values() if site.status == "active"}
    inferred = [(site, host.host) for site in sites for host in site.hosts if host.evidence == "inferred"]
    assert len(sites) == 26
    assert inferred
    for site, host in inferred:
        assert site.claims(f"http://{host}/")
        assert not site.allows(f"http://{host}/")
        assert host not in {split_target(seed.url)[1] for seed in site.seeds}


def test_an_inferred_host_is_asked_once_somebody_names_it():
    site = ALL["lang_son"]
    url = "http://skhcn.langson.gov.vn/tin"

    assert not site.allows(url)
    assert site.naming(url).allows(url)
    assert site.naming("http://sokhcn.langson.gov.vn/") is site


def test_a_host_that_two_sites_had_belongs_to_the_one_of_the_day():
    url = "http://skhcn.thuathienhue.gov.vn/tin"

    def owner(*day: date) -> str:
        site = claimant(ALL.values(), url, *day)
        assert site is not None
        return site.id

    assert owner(date(2024, 12, 31)) == "thua_thien_hue"
    assert owner(date(2025, 1, 1)) == owner() == "hue"


@pytest.mark.parametrize(
    ("site", "url", "same"),
    [
        ("ha_tinh", "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/a?utm_source=zalo", "/chi-tiet-tin-tuc/a"),
        ("ha_tinh", "http://skhcn.hatinh.gov.vn/chi-tiet-tap-san/a?moved=1", "/chi-tiet-tap-san/a"),
        ("hau_giang", "http://skhcn.haugiang.gov.vn/chi-tiet/-/tin-tuc/A-7?moved=1", "/chi-tiet/-/tin-tuc/A-7"),
        ("ba_ria_vung_tau", "http://dost.baria-vungtau.gov.vn/managementnews/detailnew/34?page=41", "/ManagementNews/DetailNew/34"),
        ("da_nang", "http://dost.danang.gov.vn/chi-tiet-tin-tuc?cat=0&dinhdanh=9485", "/chi-tiet-tin-tuc?dinhdanh=9485&cat=3"),
        ("quang_nam", "http://skhcn.quangnam.gov.vn/webcenter/portal/sokhcn/pages_tin-tuc/chi-tiet?dDocName=PORTAL5&_adf=1",
         "/webcenter/portal/sokhcn/pages_tin-tuc/chi-tiet?dDocName=PORTAL5"),
        ("lam_dong", "http://lamdongdost.gov.vn/home/Ban-tin/Khoa-hoc/type/detail/id/2608", "/home/Tin/A/type/detail/id/2608"),
        ("binh_duong", "http://khcnbinhduong.gov.vn/new/doan-cong-tac-4213", "/New/doan-cong-tac-4213"),
    ],
)  # fmt: skip
def test_other_addresses_of_an_article_are_the_same_article(site, url, same):
    known = ALL[site]
    other = "/".join(url.split("/")[:3]) + same

    assert known.is_article(url)
    assert known.is_article(other)
    assert known.identity(url) == known.identity(other)


@pytest.mark.parametrize(
    ("site", "url", "kind"),
    [
        (
            "cao_bang",
            "http://khcncaobang.gov.vn/index.php?language=vi&nv=news&op=savefile/Khoa-hoc-cong-nghe/abc-3313",
            "article",
        ),
        (
            "cao_bang",
            "http://khcncaobang.gov.vn/index.php?language=vi&nv=news&op=Khoa-hoc-cong-nghe/abc-3313",
            "article",
        ),
        ("cao_bang", "http://khcncaobang.gov.vn/index.php?language=vi&nv=news&op=Khoa-hoc-cong-nghe", "listing"),
        (
            "yen_bai",
            "http://sokhoahocvacongnghe.yenbai.gov.vn/noidung/tintuc/Pages/chi-tiet-tin-tuc.aspx?ItemID=509&l=Tinhoatdong&lv=30",
            "article",
        ),
        ("thai_nguyen", "http://dosttn.gov.vn/tin-tuc-su-kien/toa-dam-trao-doi-20997", "article"),
        ("quang_ninh", "http://www.quangninh.gov.vn/So/sokhoahoccongnghe/Trang/ChiTietTinTuc.aspx?nid=77", "article"),
        ("quang_ninh", "http://www.quangninh.gov.vn/so/sokhoahoccongnghe/trang/default.aspx", "listing"),
        ("phu_tho", "http://sokhoahoccongnghe.phutho.gov.vn/nghiem-thu-du-an-n7505", "article"),
        ("phu_tho", "http://sokhoahoccongnghe.phutho.gov.vn/hoat-dong-khcn-co-so", "listing"),
        (
            "vinh_phuc",
            "http://sokhcn.vinhphuc.gov.vn/noidung/bantin-khcn/Lists/TinTuc/View_Detail.aspx?ItemID=21",
            "article",
        ),
        ("hai_phong", "http://sokhcn.haiphong.gov.vn/Tin-tuc-noi-bat/x-nam-2022-95017.html", "article"),
        ("hai_phong", "http://sokhcn.haiphong.gov.vn/tin-tuc-su-kien-72155/abc-692405", "article"),
        ("hai_phong", "http://sokhcn.haiphong.gov.vn/tin-tuc-su-kien-72155", "listing"),
        ("ninh_binh", "http://sokhcn.ninhbinh.gov.vn/tin-hoat-dong-cua-so", "listing"),
        ("ninh_binh", "http://sokhcn.ninhbinh.gov.vn/hoi-nghi-abc-1234", "article"),
        (
            "quang_tri",
            "http://sokhcn.quangtri.gov.vn/chi-tiet-tin/-/view-article/1/1663228888354/1663239191717",
            "article",
        ),
        ("quang_tri", "http://dostquangtri.gov.vn/?details=5718&menuID=32&CongID=1", "article"),
        ("da_nang", "http://dost.danang.gov.vn/chi-tiet-tin-tuc?dinhdanh=9485&cat=0", "article"),
        ("da_nang", "http://www.dost.danang.gov.vn/danh-sach-tin?idcat=12538", "listing"),
        (
            "quang_nam",
            "http://skhcn.quangnam.gov.vn/webcenter/portal/sokhcn/pages_tin-tuc/chi-tiet?dDocName=PORTAL546423",
            "article",
        ),
        ("binh_dinh", "http://skhcn.binhdinh.gov.vn/web/guest/tin/-/view_content/123-abc", "article"),
        ("phu_yen", "http://khcnpy.gov.vn/giai-thuong-sang-tao-khoa-hoc-cong-nghe-viet-nam-nam-2020/", "article"),
        ("phu_yen", "http://khcnpy.gov.vn/category/tin-tuc/page/2/", "listing"),
        ("khanh_hoa", "http://dostkhanhhoa.gov.vn/vi-vn/tin-chi-tiet/id/4985/Thong-bao-ve-viec", "article"),
        ("dak_lak", "http://skhcn.daklak.gov.vn/toa-dam-ngay-khoa-hoc-va-cong-nghe-viet-nam-1318.html", "article"),
        (
            "lam_dong",
            "http://lamdongdost.gov.vn/home/Ban-tin-KH-CN/Khoa-hoc-thuong-thuc/type/detail/id/2608",
            "article",
        ),
        ("binh_duong", "http://khcnbinhduong.gov.vn/cl/125/169/tin-tuc-su-kien", "listing"),
        ("dong_nai", "http://skhcn.dongnai.gov.vn/vi/news/khoa-hoc-va-cong-nghe/abc-12.html", "article"),
        ("dong_nai", "http://skhcn.dongnai.gov.vn/vi/news/khoa-hoc-va-cong-nghe/page-2", "listing"),
        ("dong_nai", "http://dost-dongnai.gov.vn/Pages/tin.aspx?NewsID=4", "article"),
        ("ba_ria_vung_tau", "http://sokhcn.baria-vungtau.gov.vn/ManagementNews/DetailNew/34?page=41", "article"),
        (
            "tp_ho_chi_minh",
            "http://dost.hochiminhcity.gov.vn/hoat-dong-so-khcn/tphcm-van-chuyen-hang-bang-uav-xuyen-bien/",
            "article",
        ),
        ("vinh_long", "http://skhcn.vinhlong.gov.vn/content/tu-van", "article"),
        (
            "dong_thap",
            "http://skhcn.dongthap.gov.vn/web/skhcn/chi-tiet-bai-viet/-/asset_publisher/1mOzUrGkrdAE/content/id/4329429?plidlayout=1410",
            "article",
        ),
        ("can_tho", "http://sokhcn.cantho.gov.vn/default.aspx?nid=4905&pid=57", "article"),
        ("can_tho", "http://sokhcn.cantho.gov.vn/default.aspx?pid=57&nid=4905", "article"),
        ("can_tho", "http://sokhcn.cantho.gov.vn/default.aspx?pid=2&cid=2&p=3", "listing"),
        (
            "soc_trang",
            "http://sokhcn.soctrang.gov.vn/Default.aspx?sname=sokhcn&sid=1285&pageid=31785&catid=60069&catname=thanh-tuu-dat-duoc",
            "listing",
        ),
        (
            "soc_trang",
            "http://sokhcn.soctrang.gov.vn/Default.aspx?sname=sokhcn&sid=1285&pageid=31785&catid=60069&catname=x&id=5",
            "article",
        ),
        ("bac_lieu", "http://sgddt.baclieu.gov.vn/-/hoi-nghi-tong-ket-khcn", "article"),
    ],
)
def test_addresses_as_they_were_seen_are_told_apart(site, url, kind):
    known = ALL[site]

    assert known.allows(url)
    assert (known.is_article(url), known.is_listing(url)) == (kind == "article", kind == "listing")


def test_a_scope_that_ignores_case_is_one_path_of_a_portal():
    site = ALL["quang_ninh"]

    assert site.allows("http://www.quangninh.gov.vn/So/SoKhoaHocCongNghe/Trang/default.aspx")
    assert not site.allows("http://www.quangninh.gov.vn/so/soxaydung/trang/default.aspx")
    assert not site.allows("http://www.quangninh.gov.vn/so/sokhoahoccongnghe2/")
    one, other = (f"http://www.quangninh.gov.vn/{so}/sokhoahoccongnghe/x" for so in ("So", "so"))
    assert site.identity(one) == site.identity(other)


def test_files_that_disagree_are_named_with_key_and_fix(tmp_path):
    text = 'name = "Sở"\nname_en = "D"\nstatus = "active"\n{}\n[[hosts]]\nhost = "x.vn"\n{}\n'
    keys = {
        "a": ('successor = "b"', ""),
        "b": ("", ""),
        "c": ('follows = ["b"]', "scope = '/c/.*'"),
        "d": ("", "until = 2020-01-01"),
    }
    for name, added in keys.items():
        (tmp_path / f"{name}.toml").write_text(f'id = "{name}"\n' + text.format(*added))

    assert list(disagreements(Registry(tmp_path).all())) == [
        'b.toml: follows: lacks "a", whose successor it is; add it',
        'b.toml: successor: is not "c", which follows it; make it so',
        'b.toml: hosts[0]: "x.vn" is claimed by a.toml for the same days; give one of them another scope, or dates',
        'd.toml: hosts[0]: "x.vn" is claimed by a.toml for the same days; give one of them another scope, or dates',
        'd.toml: hosts[0]: "x.vn" is claimed by b.toml for the same days; give one of them another scope, or dates',
    ]
    (tmp_path / "a.toml").write_text('id = "a"\n' + text.format("", "since = 2020-01-02\nuntil = 2020-02-01"))
    (tmp_path / "b.toml").unlink()
    assert [load_site(tmp_path / "a.toml").hosts[0].serves(date(2020, 1, day)) for day in (1, 2)] == [False, True]
    assert list(disagreements(Registry(tmp_path).all())) == []
