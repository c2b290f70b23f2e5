"""How much each trait of a line weighs: written by ``python -m benchmarks.weighing``, not by hand.

A row a trait: its weight in the first and second vote when the third opinion was not asked, and in both when it
was. Positive speaks for the article. ``base`` is what a line without any trait has.
"""

from __future__ import annotations

from typing import NamedTuple

# <weights>
_TABLE = {
    "base": (-1.247, -2.488, -1.267, -2.371),
    "generous": (1.787, 2.314, 1.159, 1.618),
    "picky": (0.000, 0.000, 1.767, 2.346),
    "long": (-2.513, -2.780, -2.775, -3.196),
    "longer": (2.085, 2.472, 2.153, 2.705),
    "linked": (-1.681, -2.068, -1.617, -2.095),
    "stops": (-0.356, -0.232, -0.223, -0.021),
    "p": (0.844, 1.136, 0.325, 0.534),
    "li": (1.717, 2.044, 1.303, 1.706),
    "heading": (2.085, 2.993, 1.657, 2.632),
    "cell": (0.802, 0.972, 0.325, 0.565),
    "figure": (-2.430, -3.597, -2.573, -3.865),
    "broken": (-2.357, -3.409, -2.492, -3.628),
    "chrome": (-0.504, -0.642, -0.250, -0.341),
    "share": (-0.493, -0.536, -0.340, -0.515),
    "related": (-0.871, -1.005, -0.726, -0.955),
    "comment": (-1.958, -1.942, -1.656, -1.645),
    "author": (-4.957, -5.891, -3.959, -4.819),
    "meta": (-1.293, -1.602, -1.483, -1.930),
    "caption": (-0.987, -1.392, -0.495, -0.841),
    "offer": (-1.607, -2.003, -1.693, -2.199),
    "menu": (-0.262, -0.153, -0.129, 0.086),
    "body": (0.907, 0.914, 0.665, 0.648),
    "lead": (0.616, 0.827, 0.800, 1.079),
    "apart": (-2.582, -2.656, -2.255, -2.438),
    "held": (0.596, 0.640, 0.273, 0.233),
    "before": (-1.110, -1.475, -0.956, -1.398),
    "after": (-1.764, -1.397, -1.762, -1.541),
    "far": (0.606, 1.038, 0.479, 0.846),
    "title": (-3.487, -4.771, -3.450, -5.019),
    "above": (0.227, 0.450, 0.304, 0.522),
    "slot": (1.134, 1.384, 1.306, 1.600),
    "described": (1.362, 2.107, 1.316, 2.200),
    "button": (-2.706, -3.917, -2.566, -3.900),
    "credit": (-0.234, -0.479, -0.176, -0.541),
    "day": (-0.741, -0.973, -0.664, -0.845),
    "offers": (-1.994, -2.743, -1.928, -2.865),
    "paragraph": (0.627, 1.183, 0.581, 1.177),
    "above_p": (0.032, -0.439, 0.028, -0.345),
    "below_p": (-0.151, -0.893, -0.037, -0.809),
    "above_linked": (-0.609, -0.530, -0.572, -0.563),
    "below_linked": (-1.105, -1.128, -1.075, -1.085),
    "alike": (3.451, 4.555, 3.338, 4.615),
    "again": (-1.513, -1.953, -1.250, -1.733),
    "odds": (0.000, -0.200, 0.000, -0.208),
    "chance": (0.000, -2.928, 0.000, -3.254),
    "one_up": (0.000, 0.849, 0.000, 0.737),
    "one_down": (0.000, 0.649, 0.000, 0.698),
    "two_up": (0.000, 0.410, 0.000, 0.405),
    "two_down": (0.000, -0.297, 0.000, -0.244),
    "element": (0.000, 0.676, 0.000, 0.354),
    "parent": (0.000, -0.213, 0.000, 0.018),
    "grandparent": (0.000, 0.900, 0.000, 0.710),
    "window": (0.000, 0.938, 0.000, 1.100),
    "so_far": (0.000, -1.272, 0.000, -1.294),
    "midst": (0.000, 0.890, 0.000, 0.745),
}
# </weights>


class Weights(NamedTuple):
    """Weights of both votes, that of the base first, then in the order of the traits."""

    first: tuple[float, ...]
    second: tuple[float, ...]


_ALONE_1, _ALONE_2, _ASKED_1, _ASKED_2 = zip(*_TABLE.values(), strict=True)
ALONE = Weights(_ALONE_1, _ALONE_2)
"""Without the third opinion."""
ASKED = Weights(_ASKED_1, _ASKED_2)
"""With it."""
