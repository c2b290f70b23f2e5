"""The catalog's tables. Every row can be made again from the WARC files.

Ids are hashes of content or come from the records, never counted. Times are
text of one width, so that they sort as they are: UTC with microseconds and
``Z`` for records, with the zone's offset, to the second, for what a page prints. Sequences
are JSON. Foreign keys are checked at the end of a transaction, so that rows
can come in any order.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, Table, text

from archive.catalog.dialect import Text, index_of_some, partition
from archive.catalog.mark import SCHEMA_VERSION as SCHEMA_VERSION

metadata = MetaData()


def _refers_to(target: str) -> ForeignKey:
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

crawls = Table(
    "crawls",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site", Text, nullable=False, index=True),
    Column("started", Text, nullable=False),
    Column("info", Text, nullable=False),  # JSON object, keys sorted
)

captures = Table(
    "captures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("key", Text, nullable=False),  # finds a page without its scheme and www; with what was posted
    Column("date", Text, nullable=False),
    Column("status", Integer),
    Column("mime", Text),
    Column("digest", Text),
    Column("site", Text, nullable=False),
    Column("crawl", Text, nullable=False),
    Column("warc", Text, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("length", BigInteger, nullable=False),
    Column("revisit_of", Text),
    Column("via", Text),
    Column("purpose", Text, nullable=False),
    Column("truncated", Text),
    Column("method", Text, nullable=False),
    Column("request_body", Text),  # as a query, see archive.posts
    Column("origin", Text, nullable=False, server_default="crawl"),  # crawl, import, recover
    Index("captures_by_key", "key", "date"),
    Index("captures_by_site", "site", "date"),
    Index("captures_by_crawl", "crawl"),
    Index("captures_by_digest", "site", "digest"),
)
IS_GONE = text("status IN (404, 410)")
"""Of a capture; written out, for SQLite takes the index of some rows only for just this condition."""
index_of_some("captures_gone", IS_GONE, captures.c.site, captures.c.status, captures.c.key)
partition(captures)

readings = Table(
    "readings",
    metadata,
    Column("capture", Text, _refers_to("captures.id"), primary_key=True),
    Column("kind", Text, nullable=False),  # article, listing, rejected, redirect
    Column("detail", Text, nullable=False),
    Column("state", Text, nullable=False),  # of the code that read it; "" for a redirect
    Column("target", Text),  # key of the address to which a redirect leads
)
index_of_some("readings_by_target", readings.c.target.is_not(None), readings.c.target)

articles = Table(
    "articles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("site", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("last_seen", Text, nullable=False),
    Column("current", Text, nullable=False),  # versions.id; not a foreign key, for that would be a circle
    Index("articles_by_key", "site", "key", unique=True),
    Index("articles_by_current", "current"),
)

moves = Table(
    "moves",
    metadata,
    Column("member", Text, primary_key=True),  # id that an article would have if it had not moved
    Column("article", Text, _refers_to("articles.id"), nullable=False, index=True),
    Column("key", Text, nullable=False),  # of that article
)

versions = Table(
    "versions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("article", Text, _refers_to("articles.id"), nullable=False, index=True),
    Column("content", Text, nullable=False),  # content hash, see archive.catalog.identity
    Column("captured", Text, nullable=False),
    Column("capture", Text, _refers_to("captures.id"), nullable=False, index=True),
    Column("dated", Text, nullable=False, index=True),  # UTC of published, else of captured
    Column("url", Text, nullable=False),
    Column("source_id", Text),
    Column("title", Text, nullable=False),
    Column("summary", Text),
    Column("text", Text, nullable=False),
    Column("published", Text),
    Column("published_precision", Text),
    Column("modified", Text),
    Column("authors", Text, nullable=False),
    Column("photographers", Text, nullable=False),
    Column("source", Text),
    Column("section", Text),
    Column("tags", Text, nullable=False),
    Column("language", Text),
    Column("parser", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("confidence", Text),  # JSON object
    Column("printed_section", Text),
)

details = Table(
    "details",
    metadata,
    Column("id", Text, primary_key=True),
    Column("article", Text, _refers_to("articles.id"), nullable=False, index=True),
    Column("value", Text, nullable=False),  # JSON object, see archive.catalog.details
)

observations = Table(
    "observations",
    metadata,
    Column("capture", Text, _refers_to("captures.id"), primary_key=True),
    Column("article", Text, _refers_to("articles.id"), nullable=False),
    Column("captured", Text, nullable=False),
    Column("version", Text, _refers_to("versions.id"), nullable=False),
    Column("missing", Integer, nullable=False),  # files; the section, if the page names none; the end of a page
    Column("details", Text, _refers_to("details.id")),  # null for the one that represents its version
    Index("observations_by_version", "version", "missing", "captured", "capture"),
    Index("observations_by_article", "article", "captured", "capture"),
)

images = Table(
    "images",
    metadata,
    Column("version", Text, _refers_to("versions.id"), primary_key=True),
    Column("place", Integer, primary_key=True),  # in the article's tuple
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("alt", Text),
    Column("caption", Text),
    Column("credit", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("mime", Text),
    Column("size_bytes", BigInteger),
    Column("sha256", Text),
    Column("dhash", Text),
    Column("exif", Text),  # JSON object
    Column("capture", Text, _refers_to("captures.id")),
    Index("images_by_sha256", "sha256"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("version", Text, _refers_to("versions.id"), primary_key=True),
    Column("place", Integer, primary_key=True),  # in the article's tuple
    Column("position", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("title", Text),
    Column("mime", Text),
    Column("size_bytes", BigInteger),
    Column("sha256", Text),
    Column("capture", Text, _refers_to("captures.id")),
    Index("attachments_by_sha256", "sha256"),
)

likenesses = Table(
    "likenesses",
    metadata,
    Column("article", Text, _refers_to("articles.id"), primary_key=True),
    Column("version", Text, nullable=False),  # the current one, of which the keys are
    Column("place", BigInteger, nullable=False),  # site, host and page class, hashed
    Column("keys", Text, nullable=False),  # JSON
)

likeness_keys = Table(
    "likeness_keys",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("article", Text, primary_key=True),  # no foreign key: there is no index the other way
    sqlite_with_rowid=False,
)
