"""What a graph cut weighs at one pixel: its colour, its place beside the strokes, and its neighbours."""

import numpy as np

from masking_core.kernels.min_cut.maxflow import MAX_LINK
from masking_core.methods.graph_cut.stages import Account
from masking_core.why import Why, against_each_other

STEPS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Down and right from a pixel to the neighbour that its four n-links lead to."""


def why(account: Account, x: int, y: int) -> Why:
    """See :data:`masking_core.why.Weigh`; strengths are in the unit of the unaries, at the size of the view."""
    number = int(account.labels[y, x]) or next(iter(account.learned))
    name = f"object {number}" if len(account.learned) > 1 else "the object"
    if (seed := int(account.seeds[number][y, x])) >= 0:
        side = name if seed == 1 else "the background"
        return Why(f"Your marks say that this pixel is {side}, and marks always win.")
    belief = account.learned[number][-1]
    height, width = belief.cut.shape
    row, column = y * height // account.labels.shape[0], x * width // account.labels.shape[1]
    stroked = bool((account.seeds[number] == 1).any())
    said = {
        "Its colour": float(belief.of_colour(account.features)[row, column]),
        "Distance to your strokes" if stroked else "Its place": float(belief.place[row, column]),
        "Its neighbours": _neighbours(account, number, row, column),
    }
    strongest = max(said, key=lambda each: abs(said[each]))
    kept = account.labels[y, x] == number
    agrees = (said[strongest] > 0) == kept
    reason = f"decided mostly by {strongest.lower()}" if agrees else "because the outline is shorter that way"
    return Why(
        f"This pixel is {name if kept else 'background'}, {reason}.",
        against_each_other({each: (value, f"{value:+.2f}") for each, value in said.items()}),
    )


def _neighbours(account: Account, number: int, row: int, column: int) -> float:
    """What it would cost to be cut off from the neighbours in the object, less the same for the background."""
    belief = account.learned[number][-1]
    height, width = belief.cut.shape
    total = 0.0
    for link, (down, right) in enumerate(STEPS):
        for sign in (1, -1):
            there = row + sign * down, column + sign * right
            if 0 <= there[0] < height and 0 <= there[1] < width:
                source = (row, column) if sign == 1 else there
                cost = float(account.links[link][source]) / MAX_LINK
                total += cost if belief.cut[there] else -cost
    return float(np.float64(total) * account.smoothness * belief.smoothness)
