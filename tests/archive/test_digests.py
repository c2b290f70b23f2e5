import io

import pytest

from archive.digests import EMPTY_SHA1, payload_digest, sha256_hex


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


def test_sha256_is_the_known_one():
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
