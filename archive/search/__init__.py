"""Full-text search, by an index that follows the catalog. It can be deleted, and is made again."""

from archive.search.elsewhere import Elsewhere
from archive.search.query import QueryError
from archive.search.search import Facets, Hit, Order, Search
from archive.search.update import Busy, CaughtUp, NotWritable, catch_up, lag

__all__ = [
    "Busy",
    "CaughtUp",
    "Elsewhere",
    "Facets",
    "Hit",
    "NotWritable",
    "Order",
    "QueryError",
    "Search",
    "catch_up",
    "lag",
]
