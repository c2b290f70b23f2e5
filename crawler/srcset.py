"""The addresses of a ``srcset`` attribute, read as browsers read it.

Source: HTML Living Standard, section 4.8.4.3.10 "Parsing a srcset attribute".
Commas may stand inside an address and inside the parentheses of a descriptor;
only one at the end of an address, or outside parentheses, ends a candidate.
"""

from __future__ import annotations

import re

_SPACES = " \t\n\f\r"
_LEAD = re.compile(r"[ \t\n\f\r,]*")
_ADDRESS = re.compile(r"[^ \t\n\f\r]+")
_DESCRIPTORS = re.compile(r"(?:[^,(]|\([^)]*\)?)*,?")


def srcset_addresses(text: str) -> list[str]:
    """Return the addresses of all candidates, in their order, as they are written.

    >>> srcset_addresses("a.jpg, b,1.jpg 2x, /resize/w_300,h_200/c.jpg 300w")
    ['a.jpg', 'b,1.jpg', '/resize/w_300,h_200/c.jpg']
    >>> srcset_addresses("data:image/png;base64,iVBO= 1x, d.jpg 2x,")
    ['data:image/png;base64,iVBO=', 'd.jpg']
    """
    found: list[str] = []
    place = 0
    while True:
        lead = _LEAD.match(text, place)
        address = _ADDRESS.match(text, lead.end() if lead else place)
        if address is None:
            return found
        place = address.end()
        url = address[0].rstrip(",")
        if url == address[0]:
            descriptors = _DESCRIPTORS.match(text, place)
            place = descriptors.end() if descriptors else place
        if url:
            found.append(url)
