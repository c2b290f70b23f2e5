"""Site files: what they say of addresses, and how their faults are told."""

import datetime
from pathlib import Path

import msgspec
import pytest

from archive.errors import ConfigError
from crawler.exits import UnknownSite
from crawler.site_files import Registry, load_site
from crawler.sites import Host, Layout, Seed, Site, split_target

SITES = Path(__file__).parents[2] / "spiders" / "sites"
REGISTRY = Registry(SITES)
HA_TINH = REGISTRY.get("ha_tinh")
HAU_GIANG = REGISTRY.get("hau_giang")

GOOD = """
id = "x"
name = "Sở"
name_en = "Department"
status = "active"
[[hosts]]
host = "x.gov.vn"
[[seeds]]
url = "http://x.gov.vn/tin"
[[layouts]]
page = "generic"
articles = ['/tin/[^/]+']
"""


def test_every_site_file_of_the_project_is_sound():
    assert [site.id for site in REGISTRY.all()] == REGISTRY.ids()


@pytest.mark.parametrize(
    ("site", "url", "kind"),
    [
        (HA_TINH, "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/hoi-nghi-abc", "article"),
        (HA_TINH, "https://skhcn.hatinh.gov.vn/chi-tiet-tap-san/khoa-hoc", "article"),
        (HA_TINH, "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/iso-90012015?page=1146", "listing"),
        (HA_TINH, "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/iso-90012015", "listing"),
        (HA_TINH, "http://skhcn.hatinh.gov.vn/lien-he", None),
        (HA_TINH, "http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/", None),
        (HAU_GIANG, "http://haugiang.gov.vn/HtmlView.aspx?pageid=1&ItemID=9&mid=2&pageindex=1&siteid=60", "article"),
        (HAU_GIANG, "http://haugiang.gov.vn/htmlview.aspx?siteid=60&itemid=9&mid=2", "article"),
        (HAU_GIANG, "http://haugiang.gov.vn/HtmlView.aspx?pageid=1&mid=2&pageindex=3&siteid=60", "listing"),
        (HAU_GIANG, "http://skhcn.haugiang.gov.vn/chi-tiet/-/tin-tuc/Hau-Giang--Huong-ung-nam-202277347", "article"),
        (HAU_GIANG, "http://haugiang.gov.vn/chi-tiet/-/tin-tuc/Hau-Giang-202277347", None),
    ],
)
def test_addresses_are_told_apart(site, url, kind):
    assert {"article": site.is_article(url), "listing": site.is_listing(url)} == {
        "article": kind == "article",
        "listing": kind == "listing",
    }


@pytest.mark.parametrize(
    ("site", "url", "inside"),
    [
        (HA_TINH, "https://SKHCN.hatinh.gov.vn:443/lien-he", True),
        (HA_TINH, "http://skhcn.hatinh.gov.vn:8080/lien-he", False),
        (HA_TINH, "http://hatinh.gov.vn/", False),
        (HA_TINH, "ftp://skhcn.hatinh.gov.vn/", False),
        (HAU_GIANG, "http://haugiang.gov.vn/HtmlView.aspx?mid=1&siteid=60", True),
        (HAU_GIANG, "http://haugiang.gov.vn/HtmlView.aspx?mid=1&siteid=12", False),
        (HAU_GIANG, "http://haugiang.gov.vn/HtmlView.aspx?mid=1&siteid=600", False),
        (HAU_GIANG, "http://haugiang.gov.vn/", False),
    ],
)
def test_the_scope_of_a_site_decides_not_its_host(site, url, inside):
    assert site.allows(url) is inside


def test_an_article_keeps_its_identity_wherever_a_listing_shows_it():
    one = "http://haugiang.gov.vn/HtmlView.aspx?pageid=1&ItemID=9&mid=2&pageindex=1&siteid=60"
    two = "http://haugiang.gov.vn/HtmlView.aspx?pageid=1&ItemID=9&mid=2&pageindex=7&siteid=60"
    other = "http://haugiang.gov.vn/HtmlView.aspx?pageid=1&ItemID=9&mid=3&pageindex=1&siteid=60"

    assert HAU_GIANG.identity(one) == HAU_GIANG.identity(two) != HAU_GIANG.identity(other)
    assert HA_TINH.identity("http://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/a") == HA_TINH.identity(
        "https://skhcn.hatinh.gov.vn/chi-tiet-tin-tuc/a"
    )


def test_the_section_is_that_of_the_listing_on_whatever_page():
    seed = "http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/iso-90012015"
    site = msgspec.structs.replace(
        HA_TINH, seeds=(Seed(url=seed, section="ISO"), Seed(url="http://skhcn.hatinh.gov.vn/"))
    )

    assert site.section_of(f"{seed}?page=7") == "ISO"
    assert site.section_of("http://skhcn.hatinh.gov.vn/danh-sach-tin-tuc/khac") is None
    assert site.section_of(None) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('status = "active"', 'status = "actve"'), "status: invalid enum value 'actve'"),
        (('status = "active"', ""), 'the key "status" is missing; add it'),
        (('host = "x.gov.vn"', 'hosst = "x.gov.vn"'), 'no such key "hosst" (did you mean "host"?)'),
        (('host = "x.gov.vn"', "host = 5"), "hosts[0].host"),
        (('id = "x"', 'id = "y"'), 'id: "y" differs from the file name; make it "x"'),
        (("'/tin/[^/]+'", "'/tin/['"), "layouts[0].articles[0]: '/tin/[' is no regular expression"),
        (("http://x.gov.vn/tin", "http://y.gov.vn/tin"), "seeds[0].url: http://y.gov.vn/tin is outside"),
        (('id = "x"', "id = "), "not valid TOML"),
        (("[[layouts]]", "[crawl]\ndownload_delay = 2\n[[layouts]]"), 'make it "DOWNLOAD_DELAY"'),
        (('[[hosts]]\nhost = "x.gov.vn"', ""), "hosts: no host; add a [[hosts]] table"),
        (
            ('host = "x.gov.vn"', 'host = "x.gov.vn"\nevidence = "inferred"'),
            'every host is only inferred; make it "paused"',
        ),
        (
            (
                '[[seeds]]\nurl = "http://x',
                '[[hosts]]\nhost = "y.vn"\nevidence = "inferred"\n[[seeds]]\nurl = "http://y.vn/"\n[[seeds]]\nurl = "http://x',
            ),
            "seeds[0].url: http://y.vn/ is on a host that is only inferred; look at it",
        ),
        (('status = "active"', 'status = "paused"'), "reason: is missing; say why the site is paused"),
        (('status = "active"', 'status = "active"\nfollows = ["x"]'), "follows: is the site itself; remove it"),
        (("[[seeds]]", '[province]\nname = "X"\ngso_pre = "7"\n[[seeds]]'), 'province.gso_pre: "7" is no such code'),
        (
            ("[[seeds]]", '[[hosts]]\nhost = "x.gov.vn"\n[[seeds]]'),
            'hosts[1].host: "x.gov.vn" is declared twice for the same days',
        ),
        (
            ('host = "x.gov.vn"', 'host = "x.gov.vn"\nsince = 2021-01-01\nuntil = 2020-01-01'),
            "hosts[0].until: 2020-01-01 is before since",
        ),
        (('page = "generic"', 'page = "generic"\nhosts = ["z.vn"]'), 'layouts[0].hosts: "z.vn" is none of the hosts'),
        (
            ('page = "generic"\narticles', 'page = "nukevit"\nhosts'),
            'layouts: spiders/pages: no page class "nukevit" (did you mean "nukeviet"?)',
        ),
        (
            ("articles", "listings = ['/tin/(?P<page>\\d+)']\narticles"),
            "layouts[0].listings[0]: has one of the groups page and number",
        ),
    ],
)
def test_a_broken_site_file_is_named_with_key_and_fix(tmp_path, change, said):
    path = tmp_path / "x.toml"
    path.write_text(GOOD)
    assert load_site(path).id == "x"

    path.write_text(GOOD.replace(*change))

    with pytest.raises(ConfigError) as error:
        load_site(path)
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)


def test_an_unreadable_site_file_is_a_sentence(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"name = '\xff'")

    with pytest.raises(ConfigError, match="make it a readable UTF-8 file"):
        load_site(path)


def test_an_unknown_site_comes_with_the_nearest_name():
    with pytest.raises(UnknownSite, match='did you mean "ha_tinh"'):
        REGISTRY.get("ha_tin")
    with pytest.raises(UnknownSite, match="khcn sites list"):
        REGISTRY.get("zzz")


def test_hosts_may_carry_dates(tmp_path):
    path = tmp_path / "x.toml"
    path.write_text(GOOD.replace('host = "x.gov.vn"', 'host = "x.gov.vn"\nsince = 2015-01-01'))

    assert load_site(path).hosts[0].since == datetime.date(2015, 1, 1)


def test_a_target_is_path_and_query():
    assert split_target("https://user@X.vn:443") == ("https", "x.vn", "/")


def _site_of(**keys):
    layout = Layout("generic", **keys)
    return Site("x", "Sở", "Department", "active", hosts=(Host("example.vn"),), layouts=(layout,))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.vn/tin/hoi-nghi-12.html", "tin.12"),
        ("http://example.vn/tin/print/hoi-nghi-12.html", "tin.12"),
        ("http://example.vn/bao/hoi-nghi-12.html", "bao.12"),
        ("http://example.vn/khac", None),
    ],
)
def test_named_groups_of_an_articles_pattern_are_its_id(url, expected):
    site = _site_of(articles=(r"/(?P<module>tin|bao)/(?:print/)?[^/]+-(?P<id>\d+)\.html", "/khac"))

    assert site.source_id(url) == expected


def test_junk_in_the_query_makes_no_other_article():
    site = _site_of(articles=(r"/tin/\d+(?:\?.*)?",), junk=("page", "p_p_auth"))

    assert site.identity("http://example.vn/tin/1?page=41&p_p_auth=x") == site.identity("http://example.vn/tin/1")
    assert site.identity("http://example.vn/tin/1?lang=en") != site.identity("http://example.vn/tin/1")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.vn/tin/a", ("vn,example)/tin/a", 1)),
        ("http://example.vn/tin/a/page-12", ("vn,example)/tin/a", 12)),
        ("http://example.vn/khac", None),
    ],
)
def test_a_page_number_in_the_path_is_told_by_the_pattern(url, expected):
    site = _site_of(listings=(r"/tin/[a-z]+(?P<page>/page-(?P<number>\d+))?", "/khac"))

    assert site.numbered(url) == expected
    assert site.listing_key(url) == (expected[0] if expected else "vn,example)/khac")
