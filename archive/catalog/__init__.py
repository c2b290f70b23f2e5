"""The catalog: what is in the archive, as rows that the WARC files can always give again."""

from archive.catalog.catalog import Catalog
from archive.catalog.read import Crawl, Observation

__all__ = ["Catalog", "Crawl", "Observation"]
