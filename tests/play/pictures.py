"""Pictures: real JPEG and PNG files, each different, the same for the same address on every machine."""

from __future__ import annotations

import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw

CAMERAS = (
    ("Canon", "Canon EOS 80D"),
    ("NIKON CORPORATION", "NIKON D7200"),
    ("samsung", "SM-A536E"),
    ("Apple", "iPhone 11"),
)
SIZES = ((640, 427), (640, 480), (600, 400), (480, 640), (700, 394))
PHOTO_SIZES = ((1024, 683), (1024, 768), (960, 640), (768, 1024), (1100, 619))


@lru_cache(maxsize=2000)
def picture(url: str, photo: bool = False) -> bytes:
    """Return the file at *url*: PNG when the address says ``.png``, else JPEG (a third of them with EXIF).

    What is painted is light, a dozen KiB. With *photo* it has the pixels and the grain of a
    photograph as portals show it, and weighs as much: some 200 KiB.
    """
    rng = random.Random(url)
    width, height = (120, 80) if _is_small(url) else rng.choice(PHOTO_SIZES if photo else SIZES)
    image = _paint(rng, width, height)
    if photo and not _is_small(url):
        grain = Image.frombytes("L", (width, height), rng.randbytes(width * height))
        image = Image.blend(image, Image.merge("RGB", (grain, grain, grain)), 0.16)
    out = io.BytesIO()
    if ".png" in url:
        image.quantize(24, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", compress_level=3)
    elif rng.random() < 0.34:
        image.save(out, "JPEG", quality=78, exif=_exif(rng))
    else:
        image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _is_small(url: str) -> bool:
    return "images.small." in url or "/Thumbs/" in url or "imageThumbnail" in url


def _paint(rng: random.Random, width: int, height: int) -> Image.Image:
    corners = Image.new("RGB", (2, 2))
    corners.putdata([tuple(rng.randrange(256) for _ in range(3)) for _ in range(4)])
    image = corners.resize((width, height), Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.randint(4, 9)):
        left, top = rng.randrange(width), rng.randrange(height)
        box = (left, top, left + rng.randint(10, width // 3), top + rng.randint(10, height // 3))
        colour = tuple(rng.randrange(256) for _ in range(3))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(box, fill=colour)
    draw.text((8, height - 18), f"KHCN {rng.getrandbits(32):08x}", fill=(255, 255, 255))
    return image


def _exif(rng: random.Random) -> Image.Exif:
    exif = Image.Exif()
    make, model = rng.choice(CAMERAS)
    day = f"20{rng.randint(20, 24)}:{rng.randint(1, 12):02d}:{rng.randint(1, 28):02d}"
    taken = f"{day} {rng.randint(7, 17):02d}:30:05"
    exif[0x010F], exif[0x0110], exif[0x0132] = make, model, taken
    exif.get_ifd(0x8769)[0x9003] = taken
    if rng.random() < 0.4:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2], gps[3], gps[4] = "N", (18.0, 20.0, 30.5), "E", (105.0, 54.0, 20.0)
    return exif


@lru_cache(maxsize=100)
def icon(path: str) -> bytes:
    """Return a decoration of the page (logo, banner, bullet): GIF, PNG or JPEG by its name."""
    rng = random.Random(path)
    size = (1, 1) if "pixel" in path else (8, 8) if "bullet" in path else (200, 60)
    image = _paint(rng, *size) if size[0] > 10 else Image.new("RGB", size, (200, 30, 30))
    out = io.BytesIO()
    image.save(out, {"gif": "GIF", "png": "PNG", "ico": "ICO"}.get(path.rsplit(".", 1)[-1], "JPEG"))
    return out.getvalue()
