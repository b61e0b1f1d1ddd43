"""Outlines of areas: lines, rectangles, ellipses, arcs, pies and Bézier curves as arrays of edges.

An edge is a piece of a line or of an ellipse on which y only grows: it runs from y = TOP to y = BOTTOM at
x(y) = X + SLOPE (y - Y) + BULGE √(1 - ((y - Y) / RADIUS)²), BULGE being 0 for a line. DIRECTION is 1 where the outline
runs downwards and -1 where it runs upwards. An outline is an array of edges, (N, 8) float64.
"""

import math

import numpy as np
import scipy
from numpy.typing import NDArray

from masking_core.arrays import Points

Edges = NDArray[np.float64]

TOP, BOTTOM, DIRECTION, X, Y, SLOPE, BULGE, RADIUS = range(8)

THIN = 1e-9
"""An ellipse thinner than this holds nothing."""
MAX_STEPS = 1_000_000
"""Sides of the polygon that stands for a path of Bézier curves."""


def lines(points: Points) -> Edges:
    """Make the edges of the closed polygon through ``points``, (N, 2) float64."""
    return _segments(points, np.roll(points, -1, axis=0))


def _segments(starts: Points, ends: Points) -> Edges:
    # Always from the upper end, so that an edge crosses a scan line at the same x whichever way it is drawn.
    down = starts[:, 1] < ends[:, 1]
    upper, lower = np.where(down[:, None], starts, ends), np.where(down[:, None], ends, starts)
    edges = np.zeros((len(starts), 8))
    edges[:, X], edges[:, Y] = upper.T
    edges[:, TOP], edges[:, BOTTOM] = upper[:, 1], lower[:, 1]
    edges[:, DIRECTION], edges[:, RADIUS] = np.where(down, 1, -1), 1
    # Ends closer than this are both next to y = 0, where no scan line is; their slope might be infinite.
    slanted = edges[:, BOTTOM] - edges[:, TOP] > 1e-300
    edges, run = edges[slanted], (lower - upper)[slanted]
    edges[:, SLOPE] = run[:, 0] / run[:, 1]
    return edges


def rectangle(x: float, y: float, width: float, height: float, angle: float = 0.0) -> Edges:
    """Make the edges of a rectangle turned by ``angle`` degrees clockwise about its centre."""
    if not angle % 360:
        return lines(np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)]))
    right, down = width / 2, height / 2
    corners = np.array([(-right, -down), (right, -down), (right, down), (-right, down)])
    cosine, sine = _cosine_and_sine(angle)
    return lines(corners @ [(cosine, sine), (-sine, cosine)] + (x + right, y + down))


def ellipse(x: float, y: float, width: float, height: float, angle: float = 0.0) -> Edges:
    """Make the edges of the ellipse in a box, turned by ``angle`` degrees clockwise about its centre."""
    if min(width, height) < THIN:
        return np.zeros((0, 8))
    a, b = width / 2, height / 2
    cosine, sine = _cosine_and_sine(angle)
    radius = math.hypot(a * sine, b * cosine)
    slope = (a - b) * (a + b) * sine * cosine / radius**2
    top, bottom = y + b - radius, y + b + radius
    sides = ((1.0, 1.0), (-1.0, -1.0))
    return np.array([(top, bottom, d, x + a, y + b, slope, side * a * b / radius, radius) for d, side in sides])


def arc(x: float, y: float, width: float, height: float, start: float, sweep: float, *, pie: bool) -> Edges:
    """Make the edges of an arc closed by its chord, or with ``pie`` through the centre of its ellipse.

    ``start`` and ``sweep`` are directions from the centre in degrees, clockwise from the right.
    """
    if abs(sweep) >= 360 or min(width, height) < THIN:
        return ellipse(x, y, width, height)
    a, b = width / 2, height / 2
    first, last = sorted((_parameter(start, a, b), _parameter(start + sweep, a, b)))
    turns = np.arange(math.ceil(first / math.pi - 0.5), math.floor(last / math.pi - 0.5) + 1)
    stops = np.unique(np.concatenate([[first], (turns + 0.5) * math.pi, [last]]))
    xs, ys = x + a + a * np.cos(stops), y + b + b * np.sin(stops)
    edges = np.zeros((len(stops) - 1, 8))
    edges[:, TOP], edges[:, BOTTOM] = np.minimum(ys[:-1], ys[1:]), np.maximum(ys[:-1], ys[1:])
    edges[:, DIRECTION] = np.where(ys[:-1] < ys[1:], 1, -1)
    edges[:, X], edges[:, Y], edges[:, RADIUS] = x + a, y + b, b
    edges[:, BULGE] = a * np.sign(np.cos((stops[:-1] + stops[1:]) / 2))
    middle = [(x + a, y + b)] if pie else []
    closing = np.array([(xs[-1], ys[-1]), *middle, (xs[0], ys[0])])
    return np.concatenate([edges[edges[:, BOTTOM] > edges[:, TOP]], _segments(closing[:-1], closing[1:])])


def _parameter(direction: float, a: float, b: float) -> float:
    """Convert a direction in degrees to the angle t at which (a cos t, b sin t) lies in that direction."""
    turns, rest = divmod(direction, 360)
    cosine, sine = _cosine_and_sine(rest)
    return 2 * math.pi * turns + math.atan2(a * sine, b * cosine) % (2 * math.pi)


def _cosine_and_sine(angle: float) -> tuple[float, float]:
    """Of an angle in degrees, exact at whole quarters of a turn."""
    return float(scipy.special.cosdg(angle)), float(scipy.special.sindg(angle))


def bezier(points: Points) -> Points:
    """Flatten a closed path of cubic Bézier curves to a polygon, (N, 2), at most 0.001 pixels off.

    Args:
        points: (3 K, 2) float64; three per curve: its start and its two control points. It ends where the next starts.
    """
    start, out, into = points[0::3], points[1::3], points[2::3]
    end = np.roll(start, -1, axis=0)
    bend = np.maximum(np.hypot(*(start - 2 * out + into).T), np.hypot(*(out - 2 * into + end).T))
    # The chord error of n equal steps is at most 6 bend / (8 n²).
    steps = np.clip(np.ceil(np.sqrt(0.75 * bend / 0.001)), 1, max(1, MAX_STEPS // len(start))).astype(int)
    which = np.repeat(np.arange(len(start)), steps)
    t = ((np.arange(len(which)) - np.repeat(np.cumsum(steps) - steps, steps)) / steps[which])[:, None]
    s = 1 - t
    path: Points = s**3 * start[which] + 3 * s * s * t * out[which] + 3 * s * t * t * into[which] + t**3 * end[which]
    return path


def box(edges: Edges) -> tuple[float, float, float, float]:
    """Bound an outline: left, top, right, bottom; tight but for turned ellipses."""
    if not len(edges):
        return 0.0, 0.0, 0.0, 0.0
    ends = edges[:, X, None] + edges[:, SLOPE, None] * (edges[:, [TOP, BOTTOM]] - edges[:, Y, None])
    curved = edges[:, BULGE] != 0
    bulge = np.where(curved, np.abs(edges[:, SLOPE]) * edges[:, RADIUS] + np.abs(edges[:, BULGE]), 0)
    left = np.where(curved, edges[:, X] - bulge, ends.min(axis=1))
    right = np.where(curved, edges[:, X] + bulge, ends.max(axis=1))
    return float(left.min()), float(edges[:, TOP].min()), float(right.max()), float(edges[:, BOTTOM].max())
