"""Which hosts are played for the other Departments: by which family, with which addresses.

Addresses are templates: ``{section}`` and ``{cat}`` (its slug and its number), ``{slug}`` and ``{id}`` of an
article, ``{page}`` from 1, ``{before}`` (pages before), ``{start}`` and ``{row}`` (the first item, from 0 and 1).
They are as the real sites' addresses are known to be, or as the family has them.
"""

from __future__ import annotations

from dataclasses import dataclass

PER_PAGE = 3


@dataclass(frozen=True, slots=True)
class Section:
    """A listing."""

    name: str
    slug: str
    number: int
    size: int
    """How many articles it has."""


NEWS = (Section("Tin hoạt động", "tin-hoat-dong", 12, 4), Section("Thông báo", "thong-bao", 15, 2))


@dataclass(frozen=True, slots=True)
class Place:
    """A host that one family plays."""

    site: str
    host: str
    family: str
    article: str
    first: str
    """Address of a listing's first page."""
    later: str
    """What a later page has behind the address of the first, or its whole address when it begins with ``/``."""
    sections: tuple[Section, ...] = NEWS
    blind: str = ""
    """Skeleton of the articles, when it is none of the family's."""
    home: str = "/"
    about: tuple[str, str] = ("/gioi-thieu", "/lien-he")
    """Pages that are no articles."""
    prints_date: bool = True
    elsewhere: str = ""
    """Address of a listing on another host of the Department."""

    def target(self, template: str, section: Section, **values: object) -> str:
        """Return an address of the place."""
        return template.format(section=section.slug, cat=section.number, **values)

    def listing(self, section: Section, page: int) -> str:
        """Return the address of page number *page* (from 1) of a listing; of page 0 the listing's number."""
        if page == 0:
            return str(section.number)
        first = self.target(self.first, section)
        start = (page - 1) * PER_PAGE
        later = self.target(self.later, section, page=page, before=page - 1, start=start, row=start + 1)
        return first if page == 1 else later if later.startswith("/") else first + later


CUR = "?p_p_id=101&p_p_lifecycle=0&_101_delta=3&p_r_p_564233524_resetCur=false&_101_cur={page}"
ASSETS = "com_liferay_asset_publisher_web_portlet_AssetPublisherPortlet_INSTANCE_uNo2VNPYc2UM"
CUR_7 = f"?p_p_id={ASSETS}&p_p_lifecycle=0&_{ASSETS}_delta=3&_{ASSETS}_cur={{page}}"
NUKEVIET = ("/vi/news/{section}/{slug}-{id}.html", "/vi/news/{section}/", "page-{page}/")
QUANG_NINH = "/so/sokhoahoccongnghe/Trang/"


def _named(first: str, slug: str, *more: tuple[str, str]) -> tuple[Section, ...]:
    """Return sections under names that the site files know."""
    return (Section(first, slug, 12, 4), *(Section(name, each, 15 + at, 2) for at, (name, each) in enumerate(more)))


PLACES = (
    Place("an_giang", "skhcn.angiang.gov.vn", "vccorp", "/{slug}-1022510{id}.htm", "/{section}.htm", "?trang={page}"),
    Place("bac_ninh", "skhcn.bacninh.gov.vn", "liferay6", "/{section}/-/view_content/{id}-{slug}", "/{section}", CUR),
    Place("can_tho", "sokhcn.cantho.gov.vn", "aspx", "/default.aspx?pid=57&nid={id}", "/default.aspx?pid=2&cid={cat}",
          "&p={page}", (Section("Tin tức", "tin-tuc", 2, 4), Section("Thông báo", "thong-bao", 5, 2)),
          about=("/default.aspx?pid=3", "/default.aspx?pid=4")),
    Place("cao_bang", "khcncaobang.gov.vn", "nukeviet", "/index.php?language=vi&nv=news&op={section}/{slug}-{id}",
          "/index.php?language=vi&nv=news&op={section}", "/index.php?language=vi&nv=news&op={section}/page-{page}"),
    Place("da_nang", "dost.danang.gov.vn", "slug_id", "/chi-tiet-tin-tuc?dinhdanh={id}&cat={cat}", "/danh-sach-tin?idcat={cat}",
          "&page={page}", (Section("Tin hoạt động", "tin", 12538, 4), Section("Thông báo", "tb", 12540, 2)), "blind_grid"),
    Place("dak_lak", "skhcn.daklak.gov.vn", "slug_id", "/{section}/{slug}-{id}.html", "/{section}", "?page={page}"),
    Place("dak_lak", "sokhcn.daklak.gov.vn", "slug_id", "/{section}/{slug}-{id}.html", "/{section}", "?page={page}",
          _named("Tin tức", "tin-tuc")),
    Place("dak_lak", "khcn.daklak.gov.vn", "slug_id", "/{section}/{slug}-{id}.html", "/{section}", "?page={page}",
          _named("Khoa học", "khoa-hoc")),
    Place("dien_bien", "skhcn.dienbien.gov.vn", "aspx", "/portal/pages/{day}/{slug}.aspx", "/portal/pages/tin-tuc-{section}.aspx",
          "?p={page}", prints_date=False),
    Place("dien_bien", "sokhcn.dienbien.gov.vn", "wordpress", "/{slug}/", "/category/{section}/", "page/{page}/"),
    Place("dong_nai", "skhcn.dongnai.gov.vn", "nukeviet", *NUKEVIET,
          elsewhere="http://dost-dongnai.gov.vn/Pages/ban-tin.aspx"),
    Place("dong_nai", "dost-dongnai.gov.vn", "sharepoint", "/Pages/chi-tiet.aspx?NewsID={id}", "/Pages/{section}.aspx",
          "?Paged=TRUE&p_ID={start}&PageFirstRow={row}", _named("Bản tin", "ban-tin"), home="/Pages/trang-chu.aspx",
          about=("/Pages/gioi-thieu.aspx", "/Pages/lien-he.aspx")),
    Place("dong_thap", "skhcn.dongthap.gov.vn", "liferay7",
          "/web/skhcn/{section}/-/asset_publisher/uNo2VNPYc2UM/content/id/{id}", "/web/skhcn/{section}", CUR_7),
    Place("hai_phong", "sokhcn.haiphong.gov.vn", "slug_id", "/{section}-{cat}/{slug}-{id}", "/{section}-{cat}", "?page={page}",
          (Section("Tin tức sự kiện", "tin-tuc-su-kien", 72155, 4), Section("Thông báo", "thong-bao", 72160, 2)), "blind_blocks"),
    Place("hung_yen", "khcnhungyen.gov.vn", "slug_id", "/rss/index.php?pageid={id}&topicid={cat}", "/rss/index.php?topicid={cat}",
          "&page={page}", blind="blind_onediv"),
    Place("khanh_hoa", "dostkhanhhoa.gov.vn", "dotnetnuke", "/vi-vn/tin-chi-tiet/id/{id}/{slug}", "/vi-vn/tin-tuc/cat/{cat}",
          "/vi-vn/tin-tuc/cat/{cat}/page/{page}"),
    Place("lam_dong", "lamdongdost.gov.vn", "slug_id", "/home/{section}/{slug}/type/detail/id/{id}", "/home/{section}",
          "?page={page}", blind="blind_editor"),
    Place("lang_son", "sokhcn.langson.gov.vn", "joomla", "/tin-tuc-su-kien/{section}/{id}-{slug}", "/tin-tuc-su-kien/{section}",
          "?start={start}"),
    Place("nghe_an", "ngheandost.gov.vn", "nukeviet", "/khxhnvna/{section}/{slug}-{id}.html", "/khxhnvna/{section}/", "page-{page}/"),
    Place("ninh_binh", "sokhcn.ninhbinh.gov.vn", "ui_portal", "/{slug}-{id}", "/{section}", "",
          tuple(Section(name, slug, number, PER_PAGE) for name, slug, number in (
              ("Tin hoạt động của tỉnh", "tin-hoat-dong-cua-tinh", 1042), ("Tin hoạt động của Sở", "tin-hoat-dong-cua-so", 1043),
              ("Tin KH&CN trong nước", "tin-khcn-trong-nuoc", 1044)))),
    Place("phu_tho", "sokhoahoccongnghe.phutho.gov.vn", "slug_id", "/{slug}-n{id}", "/{section}", "?page={page}",
          _named("Hoạt động KHCN cơ sở", "hoat-dong-khcn-co-so", ("Thông báo", "thong-bao"))),
    Place("quang_ngai", "skh.quangngai.gov.vn", "slug_id", "/{section}/{slug}.html", "/{section}", "?page={page}", blind="blind_zones"),
    Place("quang_ninh", "www.quangninh.gov.vn", "sharepoint", "/So/sokhoahoccongnghe/Trang/ChiTietTinTuc.aspx?nid={id}",
          QUANG_NINH + "{section}.aspx", "?Paged=TRUE&p_ID={start}&PageFirstRow={row}",
          home="/so/sokhoahoccongnghe/trang/default.aspx", about=(QUANG_NINH + "gioi-thieu.aspx", QUANG_NINH + "lien-he.aspx")),
    Place("quang_tri", "skhcn.quangtri.gov.vn", "liferay7", "/-/{slug}", "/{section}", CUR_7),
    Place("quang_tri", "sokhcn.quangtri.gov.vn", "vnpt_portal", "/chi-tiet-tin/-/view-article/1/1663228888354/1663239{id:06}",
          "/{section}", CUR.replace("101", "x7Q")),
    Place("tay_ninh", "sokhcn.tayninh.gov.vn", "nukeviet", *NUKEVIET),
    Place("thai_nguyen", "dosttn.gov.vn", "slug_id", "/{section}/{slug}-{id}", "/{section}", "?page={page}", blind="blind_nested"),
    Place("thanh_hoa", "skhcn.thanhhoa.gov.vn", "slug_id", "/?portalid=admin&selectpageid=page.chitiet&n_g_manager={id}",
          "/?portalid=admin&selectpageid=page.tin&nhom={cat}", "&page={page}", blind="blind_lazy",
          about=("/?portalid=admin&selectpageid=page.gioithieu", "/?portalid=admin&selectpageid=page.lienhe")),
    Place("tp_ho_chi_minh", "dost.hochiminhcity.gov.vn", "slug_id", "/{section}/{slug}/", "/{section}/", "?page={page}",
          _named("Hoạt động Sở KHCN", "hoat-dong-so-khcn", ("Tin tức KHCN", "tin-tuc-khcn"), ("Thông báo", "thong-bao")), "blind_blog"),
    Place("vinh_long", "skhcn.vinhlong.gov.vn", "drupal", "/content/{slug}", "/taxonomy/term/{cat}", "?page={before}"),
)  # fmt: skip
"""Each active Department but Hà Tĩnh, which is played at large."""

ALIASES = {"www.dost.danang.gov.vn": "dost.danang.gov.vn"}
"""Hosts that redirect to another."""
