"""What bytes say of a picture, good or broken."""

import hashlib
import io
import struct
import zlib

import pytest
from PIL import Image

from archive.model import Exif
from crawler.images import dhash, image_facts


def picture(kind: str = "PNG", size: tuple[int, int] = (90, 40), **more: object) -> bytes:
    made = Image.new("RGB", size)
    made.putdata([(x * 255 // size[0], y * 255 // size[1], 80) for y in range(size[1]) for x in range(size[0])])
    out = io.BytesIO()
    made.save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "mime"),
    [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("GIF", "image/gif"), ("BMP", "image/bmp"), ("WEBP", "image/webp")],
)
def test_a_picture_is_measured(kind, mime):
    data = picture(kind)

    facts = image_facts(data)

    assert (facts.mime, facts.width, facts.height, facts.size_bytes) == (mime, 90, 40, len(data))
    assert facts.sha256 == hashlib.sha256(data).hexdigest()
    assert facts.dhash is not None
    assert len(facts.dhash) == 16
    assert facts.exif is None


def test_dhash_is_the_documented_one():
    falling = Image.new("L", (9, 8))
    falling.putdata([255 - 20 * x for _ in range(8) for x in range(9)])
    first = Image.new("L", (9, 8))
    first.putpixel((0, 0), 255)

    assert dhash(falling) == "f" * 16
    assert dhash(first) == "8" + "0" * 15
    assert dhash(Image.new("L", (9, 8))) == "0" * 16


@pytest.mark.parametrize("colours", [1, 100, 256])
def test_dhash_of_a_palette_is_that_of_its_colours_also_where_it_ends_too_early(colours):
    made = Image.open(io.BytesIO(picture())).convert("L")
    painted = Image.frombytes("P", made.size, made.tobytes())
    painted.putpalette(b"".join(bytes((value * 7 % 256, 255 - value, value)) for value in range(colours)))
    out = io.BytesIO()
    painted.save(out, "BMP")

    assert dhash(painted) == dhash(painted.convert("L"))
    assert image_facts(out.getvalue()).dhash == dhash(painted.convert("L"))


def test_a_re_encoding_changes_few_bits_and_another_picture_many():
    one, same = (int(image_facts(picture("JPEG", quality=q)).dhash or "0", 16) for q in (95, 60))
    turned = Image.open(io.BytesIO(picture())).transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    assert (one ^ same).bit_count() <= 4
    assert (one ^ int(dhash(turned), 16)).bit_count() > 16


def test_exif_keeps_date_camera_and_that_there_is_a_position():
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "Canon EOS 80D"
    exif.get_ifd(0x8769)[0x9003] = "2025:06:10 08:15:00"
    exif.get_ifd(0x8825)[1] = "N"

    assert image_facts(picture("JPEG", exif=exif)).exif == Exif("2025-06-10T08:15:00", "Canon EOS 80D", True)


def test_exif_orientation_is_ignored():
    exif = Image.Exif()
    exif[0x0112] = 6

    facts = image_facts(picture("JPEG", exif=exif))

    assert (facts.width, facts.height) == (90, 40)


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (b"", None),
        (b"not a picture", None),
        (b"<html><body>404</body></html>", "text/html"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml"),
        (b"%PDF-1.7\n...", "application/pdf"),
        (b"\xff\xd8\xff\xe0 and no more", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 20, "image/png"),
    ],
)
def test_a_broken_or_foreign_file_gives_what_can_be_known(data, mime):
    facts = image_facts(data)

    assert (facts.mime, facts.width, facts.dhash, facts.size_bytes) == (mime, None, None, len(data))


def test_a_cut_picture_is_measured_but_not_hashed():
    data = picture("PNG", (300, 300))

    facts = image_facts(data[: len(data) // 2])

    assert (facts.width, facts.height, facts.dhash) == (300, 300, None)


def test_a_bomb_is_measured_but_not_decoded():
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + head + struct.pack(">I", zlib.crc32(b"IHDR" + head))

    facts = image_facts(bomb + b"\x00\x00\x00\x00IEND\xaeB`\x82")

    assert (facts.mime, facts.dhash) == ("image/png", None)
