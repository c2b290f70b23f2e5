"""How much each trait of a line weighs: written by ``python -m benchmarks.weighing``, not by hand.

A row a trait: its weight in the first and second vote when the third opinion was not asked, and in both when it
was. Positive speaks for the article. ``base`` is what a line without any trait has.
"""

from __future__ import annotations

from typing import NamedTuple

# <weights>
_TABLE = {
    "base": (-2.505, -4.573, -2.630, -4.500),
    "generous": (2.249, 3.396, 1.530, 2.342),
    "picky": (0.000, 0.000, 1.978, 3.140),
    "long": (-1.592, -1.951, -1.774, -2.059),
    "longer": (1.206, 1.621, 1.179, 1.602),
    "linked": (-0.911, -1.298, -0.872, -1.278),
    "stops": (-0.166, -0.091, -0.058, 0.106),
    "p": (0.882, 1.349, 0.343, 0.485),
    "li": (1.503, 2.232, 1.062, 1.586),
    "heading": (1.471, 2.615, 1.086, 2.004),
    "cell": (0.165, 0.424, -0.063, 0.045),
    "figure": (-0.173, -0.860, -0.320, -1.080),
    "broken": (-1.009, -2.088, -1.234, -2.306),
    "chrome": (0.318, 0.368, 0.599, 0.790),
    "share": (-0.075, -0.240, -0.065, -0.247),
    "related": (-0.656, -0.937, -0.483, -0.747),
    "comment": (-1.987, -2.503, -1.751, -2.298),
    "author": (-3.928, -5.666, -2.987, -4.364),
    "meta": (-0.744, -1.127, -0.917, -1.335),
    "caption": (-0.564, -1.009, -0.144, -0.415),
    "offer": (-1.192, -1.679, -1.331, -1.756),
    "menu": (-0.205, -0.156, -0.120, 0.024),
    "body": (0.864, 1.080, 0.674, 0.816),
    "lead": (0.680, 1.003, 0.911, 1.300),
    "apart": (-2.130, -2.822, -1.942, -2.641),
    "held": (0.457, 0.563, 0.032, -0.075),
    "before": (-0.661, -1.284, -0.461, -1.106),
    "after": (-1.186, -1.319, -1.168, -1.342),
    "far": (-0.349, 0.011, -0.473, -0.230),
    "title": (-1.467, -2.503, -1.447, -2.651),
    "above": (-0.293, -0.359, -0.222, -0.398),
    "slot": (1.290, 1.987, 1.448, 2.166),
    "described": (0.864, 1.559, 0.722, 1.575),
    "button": (-2.493, -4.051, -2.300, -3.955),
    "credit": (-0.280, -0.435, -0.062, -0.144),
    "day": (-0.650, -1.192, -0.623, -1.067),
    "offers": (-1.812, -3.070, -1.671, -3.047),
    "paragraph": (0.675, 1.427, 0.693, 1.403),
    "above_p": (0.279, 0.120, 0.288, 0.267),
    "below_p": (-0.007, -0.666, 0.100, -0.528),
    "above_linked": (-0.223, -0.022, -0.146, 0.109),
    "below_linked": (-0.815, -1.114, -0.802, -1.065),
    "alike": (2.992, 4.956, 2.883, 4.816),
    "again": (-1.330, -1.847, -0.921, -1.346),
    "odds": (0.000, -0.541, 0.000, -0.534),
    "chance": (0.000, -1.950, 0.000, -2.054),
    "one_up": (0.000, 0.928, 0.000, 0.817),
    "one_down": (0.000, 0.750, 0.000, 0.752),
    "two_up": (0.000, 0.219, 0.000, 0.300),
    "two_down": (0.000, -0.591, 0.000, -0.526),
    "element": (0.000, 0.298, 0.000, -0.102),
    "parent": (0.000, -0.082, 0.000, 0.174),
    "grandparent": (0.000, 0.630, 0.000, 0.662),
    "window": (0.000, 1.129, 0.000, 0.941),
    "so_far": (0.000, -1.259, 0.000, -1.422),
    "midst": (0.000, 0.566, 0.000, 0.361),
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
