"""The anonymous signature of a WACZ: whoever holds the key vouches for the manifest's digest.

Source: WACZ Signing and Verification 0.1.0, "Anonymous Signature". It leaves open what is signed and how;
ReplayWeb.page and ArchiveWeb.page, which make and check such signatures, use the text of the hash
(``sha256:...``), ECDSA over P-384 with SHA-256, and the two numbers of the signature side by side.
"""

from __future__ import annotations

import binascii
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from archive.errors import ArchiveError

_CURVE = ec.SECP384R1
_HASH = ec.ECDSA(hashes.SHA256())
_HALF = 48
"""Bytes of each of the two numbers."""


class Signer:
    """Signs with one private key."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key

    @classmethod
    def open(cls, path: Path) -> Signer:
        """Use the private key in a PEM file; a missing one is made, readable by its owner only.

        Raises ArchiveError when the file can not be read or made, or holds no such key.
        """
        try:
            if not path.exists():
                _make(path)
            key = serialization.load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            raise ArchiveError(f"{path}: the key can not be read or made ({error.strerror}); name another") from error
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise ArchiveError(f"{path}: no private key in PEM without a password; name another file") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != _CURVE.name:
            raise ArchiveError(f"{path}: no ECDSA key over P-384, which replay tools ask for; name another file")
        return cls(key)

    def sign(self, digest: str, created: str, software: str) -> dict[str, str]:
        """Return ``signedData`` for a digest such as ``sha256:...``."""
        first, second = decode_dss_signature(self._key.sign(digest.encode(), _HASH))
        name, _, version = software.partition("/")
        public = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return {
            "hash": digest,
            "created": created,
            "software": name,
            "version": version,
            "signature": b64encode(first.to_bytes(_HALF, "big") + second.to_bytes(_HALF, "big")).decode(),
            "publicKey": b64encode(public).decode(),
        }


def is_signed(signed: Mapping[str, Any]) -> bool:
    """Whether the anonymous signature in ``signedData`` is that of its hash by its public key.

    Whose key it is must be known from elsewhere.
    """
    try:
        raw = b64decode(signed["signature"], validate=True)
        key = serialization.load_der_public_key(b64decode(signed["publicKey"], validate=True))
        if not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) % 2:
            return False
        half = len(raw) // 2
        numbers = (int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        key.verify(encode_dss_signature(*numbers), str(signed["hash"]).encode(), _HASH)
    except (KeyError, TypeError, ValueError, binascii.Error, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True


def _make(path: Path) -> None:
    pem = ec.generate_private_key(_CURVE()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
