"""Scrapy settings of the project; ``docs/settings.md`` explains each.

Weakest first: Scrapy's defaults, this file, ``KHCN_*`` of the environment,
a site's ``[crawl]`` table, ``-s NAME=VALUE``.
"""

from pathlib import Path

from crawler.config import read_config, scrapy_settings

BOT_NAME = "khcn"
HERE = Path(__file__).resolve().parent

# Wiring: the layers know each other only by these names.
SPIDER_LOADER_CLASS = "crawler.loader.SiteSpiderLoader"
SPIDER_MODULES: list[str] = []
SPIDER_CLASS = "spiders.listing.ListingSpider"
SITES_DIR = str(HERE / "spiders" / "sites")
PAGES_PACKAGE = "spiders.pages"
DOWNLOAD_HANDLERS = {
    "http": "crawler.capture.CaptureHandler",
    "https": "crawler.capture.CaptureHandler",
    # Nothing but HTTP is ever archived, and no local file may be read by a link.
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOADER = "crawler.downloader.Downloader"
SCHEDULER = "crawler.scheduler.FrontierScheduler"
DUPEFILTER_CLASS = "crawler.scheduler.FrontierDupeFilter"
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.scope.ScopeMiddleware": 50,
    "crawler.middlewares.held.HeldMiddleware": 60,
    # Each of these takes its part of every request: the scope is ours, and its figures nobody reads.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.stats.DownloaderStats": None,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.middlewares.retry.RetryMiddleware": 550,
    "crawler.middlewares.credentials.CredentialsMiddleware": 450,  # behind Scrapy's default headers (400)
    "crawler.middlewares.hosts.HostsMiddleware": 560,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "crawler.middlewares.redirects.MetaRefreshMiddleware": 580,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.redirects.RedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
    "crawler.middlewares.cookies.CookiesMiddleware": 700,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "crawler.middlewares.requisites.RequisitesMiddleware": 950,
}
ITEM_PIPELINES = {
    "crawler.pipelines.snapshot.SnapshotPipeline": 100,
    "crawler.pipelines.assets.AssetsPipeline": 200,
    "crawler.pipelines.catalog.CatalogPipeline": 300,
}
# Scrapy's own, without those that nothing here uses: to load its remote control takes a tenth of a small crawl.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
}
EXTENSIONS = {
    "crawler.extensions.report.ReportExtension": 0,
    "crawler.extensions.stopping.StoppingExtension": 0,
    "crawler.extensions.disk.DiskExtension": 0,
    "crawler.extensions.throttle.AutoThrottle": 0,
    "crawler.extensions.bounds.BoundsExtension": 0,
    "crawler.extensions.storing.StoringExtension": 0,
}

# KHCN_DATA, KHCN_CATALOG_URL, KHCN_RESOLVE, KHCN_CONTACT, USER_AGENT: so that `scrapy crawl` works too.
globals().update(scrapy_settings(read_config()))

# Manners.
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "khcn"
DOWNLOAD_DELAY = 1.0
DOWNLOAD_DELAY_JITTER = 0.5
ROBOTS_CACHE_S = 86_400
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0
AUTOTHROTTLE_MAX_DELAY = 60.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
CRAWL_DELAY_MAX_S = 60.0
RETRY_AFTER_MAX_S = 3600
BACKOFF_START_S = 5.0
BREAKER_FAILURES = 5
BREAKER_COOL_S = 60.0
CRAWL_MAX_REQUESTS = 0
CRAWL_MAX_BYTES = 0
CRAWL_MAX_SECONDS = 0
NIGHT_WINDOW = ""
CONCURRENT_SITES = 16
CONCURRENT_REQUESTS = 16
CONCURRENT_REQUESTS_PER_DOMAIN = 4
CONCURRENT_ITEMS = 2  # of one answer; Scrapy starts as many tasks for each, and a page gives one article
COOKIES_ENABLED = True
HTTPPROXY_ENABLED = False  # behind a proxy the peer's address and KHCN_RESOLVE would not be true

# Transfers.
COMPRESSION_ENABLED = False  # the capture handler decodes, with the function that the rebuild uses
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.5",
    "Accept-Encoding": "gzip",
}
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 512 * 1024 * 1024
PAGE_MAXSIZE = 256 * 1024 * 1024
CAPTURE_BODY_LIMIT = 32 * 1024 * 1024
READING_SECONDS = 5.0
READING_MEGABYTES = 400
RETRY_TIMES = 2
REDIRECT_MAX_TIMES = 10
DEDUP_MIN_BYTES = 4096
CONDITIONAL_REQUESTS = True
WARC_MAX_BYTES = 1_000_000_000
WARC_MAX_AGE_S = 21_600
WARC_SYNC_RECORDS = 100
WARC_SYNC_SECONDS = 2.0
STORED_KEEP_DAYS = "all"
KNOWN_IN_A_ROW = 15
BARREN_PAGES = 100
DISCOVER_ENABLED = True
FEEDS_MAX = 20
SITEMAPS_MAX = 200
SITEMAP_RECHECKS_MAX = 200
SITEMAP_GUESS_S = 2_592_000
DUE_SPREAD_S = 21_600
SITE_INTERVAL_MIN_S = 21_600
SITE_INTERVAL_MAX_S = 604_800
RESUME_WITHIN_S = 86_400
STOP_WITHIN_S = 15.0
REQUISITES_ENABLED = True
REQUISITES_MAX_PER_PAGE = 300

# Other web archives: what Wayback asks of those who ask it.
RECOVER_CDX_PER_MINUTE = 24.0
RECOVER_REPLAYS_PER_MINUTE = 15.0
RECOVER_TIMEOUT_S = 60.0
RECOVER_RETRIES = 2
RECOVER_RETRY_S = 5.0
RECOVER_HOLD_S = 60.0
RECOVER_HOLD_MAX_S = 3600.0
RECOVER_INDEX_ROWS = 5000
RECOVER_INDEX_DAYS = 30.0

REMOTE_CONTROL_ENABLED = False
TELNETCONSOLE_ENABLED = False
FEED_EXPORT_ENCODING = "utf-8"
