"""What the bytes of a picture say of it: kind, size in pixels, hashes, a little EXIF.

A broken or unknown file gives what can be known of it; nothing here raises for bad bytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from dataclasses import dataclass

from PIL import ExifTags, Image, UnidentifiedImageError

from archive.model import Exif

MAX_PIXELS = 64_000_000
"""Larger pictures are measured but not decoded: a decompression bomb of 64 megapixels takes 200 MB."""

_MIMES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"\x00\x00\x01\x00", "image/x-icon"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"Rar!", "application/vnd.rar"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
_BRANDS = {b"avif": "image/avif", b"avis": "image/avif", b"heic": "image/heic", b"mif1": "image/heif"}
_MARKUP = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*|<!doctype[^>]*>\s*)*<(svg|html|head|body)\b", re.I | re.S
)
_TAGS = {name: number for number, name in ExifTags.TAGS.items()}


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """Facts of one file."""

    size_bytes: int
    """Bytes."""
    sha256: str
    """Hexadecimal SHA-256."""
    mime: str | None = None
    """Media type by content, None when it is not known."""
    width: int | None = None
    """Pixels as stored; EXIF orientation is ignored."""
    height: int | None = None
    """Pixels as stored."""
    dhash: str | None = None
    """64 bits of difference hash, 16 hexadecimal digits."""
    exif: Exif | None = None
    """None when the file carries none of what is kept."""


def image_facts(data: bytes) -> ImageFacts:
    """Return what can be known of a file: all of a good picture, hashes and size of anything."""
    mime = mime_of(data)
    facts = ImageFacts(len(data), hashlib.sha256(data).hexdigest(), mime)
    if mime is not None and (not mime.startswith("image/") or mime == "image/svg+xml"):
        return facts
    try:
        with warnings.catch_warnings():
            # Our own bound is below Pillow's; its warning would only repeat it.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data)) as picture:
                return _measure(facts, picture)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError, EOFError):
        return facts


def mime_of(data: bytes) -> str | None:
    """Return the media type that the first bytes tell, else None."""
    for signature, mime in _MIMES:
        if data.startswith(signature):
            return mime
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _BRANDS.get(data[8:12])
    found = _MARKUP.match(data[:2048])
    if found:
        return "image/svg+xml" if found.group(1).lower() == b"svg" else "text/html"
    return None


def dhash(picture: Image.Image) -> str:
    """Return the difference hash of a picture.

    The picture is made grey (luma, ITU-R 601), shrunk to 9 x 8 pixels with a box
    filter, and each pixel compared with its right neighbour: bit 1 when the left
    one is brighter. Rows from the top, bits from the left, most significant first.
    A transparent picture is laid on white.
    """
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        picture = Image.alpha_composite(ground, layer)
    grey = _grey(picture).resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = row * 9 + column
            bits = bits << 1 | (grey[at] > grey[at + 1])
    return f"{bits:016x}"


def _grey(picture: Image.Image) -> Image.Image:
    """Return what ``convert("L")`` gives; of a picture with a palette each colour is reckoned once, not each pixel."""
    colours = picture.getpalette() if picture.mode == "P" else None
    if colours is None:
        return picture.convert("L")
    ramp = Image.frombytes("RGB", (256, 1), bytes(colours).ljust(768, b"\0"))
    return picture.point(list(ramp.convert("L").tobytes()), "L")


def _measure(facts: ImageFacts, picture: Image.Image) -> ImageFacts:
    width, height = picture.size
    mime = facts.mime or Image.MIME.get(picture.format or "")
    exif = _exif(picture)
    seen: str | None = None
    if width * height <= MAX_PIXELS:
        try:
            # A JPEG is decoded at the smallest scale that still has 9 x 8 pixels and some room.
            picture.draft("L", (72, 64))
            picture.load()
            seen = dhash(picture)
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
            seen = None
    return ImageFacts(facts.size_bytes, facts.sha256, mime, width, height, seen, exif)


def _exif(picture: Image.Image) -> Exif | None:
    """Return date, camera and whether a position is present; None when the file has none of them."""
    try:
        tags = picture.getexif()
        inner = tags.get_ifd(ExifTags.IFD.Exif)
        gps = bool(tags.get_ifd(ExifTags.IFD.GPSInfo))
        taken = inner.get(_TAGS["DateTimeOriginal"]) or tags.get(_TAGS["DateTime"])
        words = [str(tags.get(_TAGS[name]) or "").strip(" \x00") for name in ("Make", "Model")]
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, AttributeError, EOFError):
        return None
    make, model = words
    camera = model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
    date = _date(str(taken)) if taken else None
    return Exif(date, camera or None, gps) if date or camera or gps else None


def _date(text: str) -> str | None:
    found = re.match(r"(\d{4})[:\-/](\d{2})[:\-/](\d{2})[ T](\d{2}):(\d{2}):(\d{2})", text)
    if not found or found.group(1) == "0000" or found.group(2) == "00":
        return None
    return "{}-{}-{}T{}:{}:{}".format(*found.groups())
