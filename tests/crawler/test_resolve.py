"""KHCN_RESOLVE: where to connect, and what is said when it is written wrongly."""

from __future__ import annotations

import pytest

from archive.errors import ConfigError
from crawler.resolve import parse_resolve, target_of


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        (None, {}),
        ("", {}),
        (" , ", {}),
        ("a.vn=127.0.0.1:80", {"a.vn": ("127.0.0.1", 80)}),
        ("A.VN = 127.0.0.1:80 ,", {"a.vn": ("127.0.0.1", 80)}),
        ("a.vn=[::1]:8001,b.vn=play:8002", {"a.vn": ("::1", 8001), "b.vn": ("play", 8002)}),
        ("a.vn:443=1.2.3.4:5", {"a.vn:443": ("1.2.3.4", 5)}),
        ("a.vn=x:1,a.vn=x:1", {"a.vn": ("x", 1)}),
        ({"a.vn": "127.0.0.1:80", "b.vn": ("::1", 81)}, {"a.vn": ("127.0.0.1", 80), "b.vn": ("::1", 81)}),
    ],
)
def test_targets_are_read(text, targets):
    assert parse_resolve(text) == targets


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a.vn", '"a.vn" has no "="'),
        ("a.vn=127.0.0.1", '"127.0.0.1" is no address:port'),
        ("a.vn=::1:80", '"::1:80" is no address:port'),
        ("a.vn=127.0.0.1:99999", "port 99999 is not between 1 and 65535"),
        ("a.vn=x:0", "port 0"),
        ("http://a.vn=127.0.0.1:80", '"http://a.vn" is no host name'),
        ("=127.0.0.1:80", '"" is no host name'),
        ("b.vn=x:1,a.vn=x:1,A.vn=y:1", '"A.vn" is given twice'),
    ],
)
def test_a_broken_entry_is_named(text, named):
    with pytest.raises(ConfigError) as caught:
        parse_resolve(text)

    assert str(caught.value).startswith("KHCN_RESOLVE: entry ")
    assert named in str(caught.value)


def test_a_port_of_a_host_goes_before_the_host():
    resolve = parse_resolve("a.vn=x:1,a.vn:443=y:2")

    assert target_of(resolve, "a.vn", 80) == ("x", 1)
    assert target_of(resolve, "A.vn", 443) == ("y", 2)
    assert target_of(resolve, "b.vn", 443) is None
