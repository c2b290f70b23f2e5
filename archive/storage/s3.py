"""A storage that speaks S3: Amazon's, or MinIO, Ceph, Cloudflare R2 and the like.

Who asks, where, and how often again is told to the library in its own ways: ``AWS_ACCESS_KEY_ID``,
``AWS_ENDPOINT_URL``, ``AWS_MAX_ATTEMPTS``, ``~/.aws/``. What the server says of a failure is passed on by its code
and sentence, never by what was sent: the request's head holds a signature.
"""

from __future__ import annotations

import base64
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import boto3
import urllib3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

from archive.errors import DiskFull, StorageLost
from archive.storage.store import AlreadyStored, NotStored, Refused, Stored

T = TypeVar("T")

ATTEMPTS = 6
"""How often a request is sent at most that gets no answer, 5xx, SlowDown or the like: with some 15 s between them."""
CONNECT_S, READ_S = 10, 60
STALE = frozenset({"ExpiredToken", "ExpiredTokenException", "InvalidToken", "RequestExpired", "TokenRefreshRequired"})
"""Codes of credentials that newer ones may have taken the place of."""
STALE_WAITS_S = (0.5, 2.0)
"""Seconds before each time that credentials are looked for again."""
CUT_WAITS_S = (0.1, 0.5, 2.0, 5.0)
"""Seconds before each time that an answer is asked for again which was cut."""
LARGEST = 5 << 30
"""Bytes of the largest object that one request may bring."""
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "EntityTooLarge"})
_TAKEN = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_PASSING = frozenset({"SlowDown", "Throttling", "ThrottlingException", "RequestTimeout", "BandwidthLimitExceeded"})


class S3:
    """A bucket, or what lies below a prefix in it; for several threads of one process."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.url = url
        self._bucket = parts.netloc
        self._prefix = f"{parts.path.strip('/')}/" if parts.path.strip("/") else ""
        self._client: Any = None

    def stat(self, name: str) -> Stored | None:
        """Return what is kept under a name, with the SHA-256 that the server checked when it came."""
        try:
            told = self._ask(
                name, lambda s3: s3.head_object(Bucket=self._bucket, Key=self._key(name), ChecksumMode="ENABLED")
            )
        except NotStored:
            return None
        checksum = told.get("ChecksumSHA256") or ""
        is_whole = bool(checksum) and "-" not in checksum  # of an upload in parts it is one of their checksums
        digest = base64.b64decode(checksum).hex() if is_whole else ""
        return Stored(name, told["ContentLength"], told.get("ETag", ""), digest)

    def read(self, name: str, start: int, length: int) -> bytes:
        """Return so many bytes from an offset on; an answer that is cut is asked for again."""
        span = f"bytes={start}-{start + length - 1}"

        def ask(s3: Any) -> bytes:
            told = s3.get_object(Bucket=self._bucket, Key=self._key(name), Range=span)
            data: bytes = told["Body"].read()
            return data

        for wait in (*CUT_WAITS_S, None):
            try:
                return self._ask(name, ask)
            except _Cut:
                if wait is None:
                    raise
                time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    def names(self, prefix: str) -> Iterator[Stored]:
        """Yield what is kept below a folder, a thousand names a request."""
        more: dict[str, str] = {}
        while True:
            asked = {"Bucket": self._bucket, "Prefix": self._key(prefix), **more}
            told = self._ask(prefix, lambda s3, asked=asked: s3.list_objects_v2(**asked))  # type: ignore[misc]
            for each in told.get("Contents", ()):
                yield Stored(each["Key"].removeprefix(self._prefix), each["Size"])
            if not told.get("IsTruncated"):
                return
            more = {"ContinuationToken": told["NextContinuationToken"]}

    def put(self, path: Path, name: str, digest: str, replaces: str = "") -> None:
        """Keep a file, sent in one request: the server takes it whole, with the right checksum, or not at all."""
        if path.stat().st_size > LARGEST:
            raise Refused(f"{path}: has more than 5 GiB, which is too much for one object; lower WARC_MAX_BYTES")
        condition = {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}

        def ask(s3: Any) -> None:
            with path.open("rb") as file:
                s3.put_object(
                    Bucket=self._bucket,
                    Key=self._key(name),
                    Body=file,
                    ChecksumAlgorithm="SHA256",
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(digest)).decode(),
                    ContentType="application/octet-stream",
                    **condition,
                )

        self._ask(name, ask)

    def place(self, name: str) -> str:
        """Return the URL of a file."""
        return f"s3://{self._bucket}/{self._key(name)}"

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _ask(self, name: str, ask: Callable[[Any], T]) -> T:
        """Ask the server; with credentials that are looked for again when it says that they have expired."""
        with self._explained(name):
            for wait in (*STALE_WAITS_S, None):
                if self._client is None:
                    self._client = _client()
                try:
                    return ask(self._client)
                except ClientError as error:
                    if wait is None or _code(error) not in STALE:
                        raise
                self._client = None
                time.sleep(wait)
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        place = self.place(name)
        try:
            yield
        except ClientError as error:
            raise _told(place, error) from None
        except (NoCredentialsError, PartialCredentialsError) as error:
            raise Refused(f"{place}: {error}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY") from None
        except (http.client.HTTPException, urllib3.exceptions.HTTPError, ConnectionError, TimeoutError) as error:
            raise _Cut(place, error) from None
        except BotoCoreError as error:
            if type(error).__name__ in ("IncompleteReadError", "ResponseStreamingError", "ReadTimeoutError"):
                raise _Cut(place, error) from None
            raise StorageLost(f"{place}: no answer ({error}); nothing is lost, run the same command again") from None


class _Cut(StorageLost):
    """An answer ended too soon."""

    def __init__(self, place: str, error: Exception) -> None:
        super().__init__(f"{place}: the answer was cut ({type(error).__name__}); run the same command again")


def _client() -> Any:
    # A session of its own looks for credentials anew.
    session = boto3.session.Session()
    asked = session._session.get_config_variable("max_attempts")
    again = {"mode": "standard", **({} if asked else {"total_max_attempts": ATTEMPTS})}
    config = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries=again,
        # What we state is checked; nothing else is wrapped around what we send, which not every server understands.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.client("s3", config=config)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _told(place: str, error: ClientError) -> Exception:
    """Return what the answer of a server means."""
    code = _code(error)
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    sentence = str(error.response.get("Error", {}).get("Message", "")).strip().rstrip(".") or "no reason given"
    if code in _ABSENT:
        return NotStored(f"{place}: is not there")
    if code in _TAKEN:
        return AlreadyStored(f"{place}: is there already")
    if code in _FULL or status == 507:
        return DiskFull(f"{place}: the storage takes nothing more ({code}: {sentence}); make room there")
    if code in STALE:
        return Refused(f"{place}: the credentials have expired ({code}); renew them and run the same command again")
    if code == "NotImplemented" or status == 501:
        return Refused(f"{place}: the server knows no conditional writes ({code}); use one that does")
    if status >= 500 or status == 429 or code in _PASSING:
        return StorageLost(f"{place}: the server answers {status} {code}; nothing is lost, run the same command again")
    return Refused(f"{place}: the server answers {status} {code} ({sentence}); look at bucket, rights and credentials")
