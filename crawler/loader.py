"""One spider a TOML file: ``scrapy list`` and ``scrapy crawl ha_tinh`` work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.utils.misc import load_object

from crawler.exits import UnknownSite
from crawler.site_files import Registry
from crawler.sites import Site

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.settings import BaseSettings

    from crawler.spider import SiteSpider


class SiteSpiderLoader:
    """Give Scrapy a spider class for each site file (``SPIDER_LOADER_CLASS``)."""

    def __init__(self, registry: Registry, spider_class: str) -> None:
        self.registry = registry
        self._spider_class = spider_class

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> SiteSpiderLoader:
        """Build the loader from ``SITES_DIR`` and ``SPIDER_CLASS``."""
        return cls(Registry(Path(settings["SITES_DIR"])), settings["SPIDER_CLASS"])

    def load(self, spider_name: str) -> type[SiteSpider]:
        """Return the spider class of a site; KeyError when no file declares it."""
        try:
            return self.spider_for(self.registry.get(spider_name))
        except UnknownSite as error:
            raise KeyError(str(error)) from None

    def spider_for(self, site: Site) -> type[SiteSpider]:
        """Return a spider class bound to *site*."""
        base = load_object(self._spider_class)
        # A site's own settings rank below -s NAME=VALUE: Scrapy gives custom_settings that priority.
        return type(
            f"{site.id.title().replace('_', '')}Spider",
            (base,),
            {"name": site.id, "site": site, "custom_settings": dict(site.crawl)},
        )

    def find_by_request(self, request: Request) -> list[str]:
        """Return the ids of the sites whose scope holds the request's URL."""
        return [site.id for site in self.registry.all() if site.allows(request.url)]

    def list(self) -> list[str]:
        """Return the ids of all sites."""
        return self.registry.ids()
