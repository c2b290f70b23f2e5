"""Write Vietnamese as the fonts of TCVN3 (ABC) and VNI have it."""

from __future__ import annotations

import unicodedata

from crawler.old_fonts import READ

ALPHABET = "aàảãáạăằẳẵắặâầẩẫấậeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵđ"
VNI_MARKS = dict(zip("\u0301\u0300\u0309\u0303\u0323", "ùøûõï", strict=True))
VNI_HATS = dict(zip("\u0301\u0300\u0309\u0303\u0323", "áàåãä", strict=True)) | {"": "â"}
VNI_BREVES = dict(zip("\u0301\u0300\u0309\u0303\u0323", "éèúüë", strict=True)) | {"": "ê"}
VNI_WHOLE = {"í": "í", "ì": "ì", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î", "đ": "ñ"}
TCVN3 = {READ["tcvn3"](chr(code)): chr(code) for code in range(0xA1, 0x100) if READ["tcvn3"](chr(code)) in ALPHABET}


def in_vni(text: str) -> str:
    """Write text as VNI for Windows has it, letter by letter."""
    found = ""
    for letter in text:
        low = letter.lower()
        bare = unicodedata.normalize("NFD", low)
        tone = next((mark for mark in bare if mark in VNI_MARKS), "")
        base, hat = bare[0], bare.replace(tone, "")[1:] if tone else bare[1:]
        if low in VNI_WHOLE:
            written = VNI_WHOLE[low]
        elif hat == "\u0302":
            written = base + VNI_HATS[tone]
        elif hat == "\u0306":
            written = base + VNI_BREVES[tone]
        else:
            written = {"o\u031b": "ô", "u\u031b": "ö"}.get(base + hat, base) + VNI_MARKS.get(tone, "")
        found += written.upper() if letter != low else written
    return found


def in_tcvn3(text: str) -> str:
    return "".join(TCVN3.get(letter, TCVN3.get(letter.lower(), letter)) for letter in text)


WRITTEN = {"tcvn3": in_tcvn3, "vni": in_vni}
