import hashlib
import io
from base64 import b32encode

import pytest

from archive.digests import EMPTY_SHA1, payload_digest


def test_bytes_and_files_give_one_digest():
    content = "Hà Tĩnh".encode() * 100_000

    assert payload_digest(io.BytesIO(content)) == payload_digest(content)
    assert payload_digest(io.BytesIO(b"")) == EMPTY_SHA1


def test_a_file_is_digested_from_where_it_stands():
    file = io.BytesIO(b"head body")
    file.seek(5)

    assert payload_digest(file) == payload_digest(b"body")


def test_other_algorithms_are_labelled_by_their_name():
    assert payload_digest(b"", "sha256").startswith("sha256:4OYMIQUY7QOBJGX36TEJS35ZEQT24QPEMSNZGTFESWMRW6CSXBKQ")
    with pytest.raises(ValueError, match="crc"):
        payload_digest(b"", "crc")


@pytest.mark.parametrize("payload", [b"", b"xin chao", *(bytes([n]) * n for n in range(1, 40))])
@pytest.mark.parametrize("algorithm", ["sha1", "md5", "sha256"])
def test_digests_are_in_base32(payload, algorithm):
    expected = b32encode(hashlib.new(algorithm, payload).digest()).decode()

    assert payload_digest(payload, algorithm) == f"{algorithm}:{expected}"
