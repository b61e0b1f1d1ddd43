"""How a graph cut came about, for the page that explains it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Labels, Mask, Picture
from masking_core.image import Image
from masking_core.kernels import colour_axes
from masking_core.kernels.appearance.appearance_learning import AppearanceModel
from masking_core.kernels.appearance.prior import WEIGHT, Prior
from masking_core.kernels.appearance.unaries import Features
from masking_core.kernels.min_cut.coarse_to_fine import Step
from masking_core.kernels.min_cut.contrast import boundary_cost
from masking_core.kernels.min_cut.maxflow import MAX_LINK
from masking_core.palette import HEX, RGB
from masking_core.stage import Plot, Series, Stage

SHOWN = 1500
"""Colours that are plotted."""
BINS = 40

Plane = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Account:
    """What the stages draw from.

    Attributes:
        image: the picture, (H, W).
        labels: (H, W) int32, the result.
        seeds: of each object, (H, W) int8: 1 certainly the object, 0 certainly not, -1 neither.
        learned: of each object, what was believed in each round.
        priors: of each object, what a network's map adds; of none without a prior.
        salience: (h, w) float32, how much each pixel stands out, where nothing was marked; None where something was.
        features: of the copy (h, w) that was learned from.
        links: (4, h, w) int16, its n-links.
        smoothness: what an n-link without contrast weighs at the size of the copy.
        sizes: (height, width) of the copies that were cut, the smallest first.
        cuts: cuts an object, by its number, again, size by size.
    """

    image: Image
    labels: Labels
    seeds: dict[int, NDArray[np.int8]]
    learned: dict[int, tuple[AppearanceModel, ...]]
    priors: dict[int, Prior]
    salience: Plane | None
    features: Features
    links: NDArray[np.int16]
    smoothness: float
    sizes: tuple[tuple[int, int], ...]
    cuts: Callable[[int], Iterator[Step]]

    def energy(self, belief: AppearanceModel) -> tuple[float, float]:
        """What a belief's cut pays for its boundary, and what its pixels bring in, in units of the unaries."""
        boundary = boundary_cost(self.links, belief.cut)[0] / MAX_LINK * self.smoothness * belief.smoothness
        return boundary, float(belief.of_pixels(self.features)[belief.cut].sum())


def stages(account: Account) -> tuple[Stage, ...]:
    """What is certain, what is believed, what cutting costs, and the cuts; of one object after the other."""
    several = len(account.learned) > 1
    objects = tuple(account.learned)
    rounds = [(number, round) for number, beliefs in account.learned.items() for round in range(len(beliefs))]
    believed = [account.learned[number][round] for number, round in rounds]
    names = tuple(
        (f"object {number}, " if several else "") + f"round {round + 1} of {len(account.learned[number])}"
        for number, round in rounds
    )
    steps = [(number, size) for number in objects for size in range(len(account.sizes))]
    return (
        Stage(
            "What is certain",
            "Orange is certainly the object, blue is certainly background: your marks, or what lies outside your "
            "region. Everything else is to be decided.",
            r"l_p = 1 \;\; (p \in \mathcal{O}) \qquad l_p = 0 \;\; (p \in \mathcal{B})",
            partial(_certain, account, objects),
            len(objects),
            tuple(f"object {number}" for number in objects),
        ),
        *(() if account.salience is None else (_standing_out(account.salience),)),
        *((_of_network(account),) if account.priors else ()),
        Stage(
            "Colour models",
            "Two mixtures of Gaussians say which colours are the object's and which the background's: white is surely "
            "object, black surely background. They are learned from what is certain, then again from each cut.",
            r"c_p = \log \frac{\sum_k w_k \, \mathcal{N}(x_p; \mu_k, \Sigma_k)_{object}}"
            r"{\sum_k w_k \, \mathcal{N}(x_p; \mu_k, \Sigma_k)_{background}}",
            partial(_colour, account, believed),
            len(rounds),
            names,
            partial(_colour_plots, account, believed),
        ),
        Stage(
            "Cost per pixel (unary term)",
            "What the colour says, plus the distance to your strokes or the place in the region. Areas far from a "
            "stroke are less likely to be taken.",
            r"u_p = c_p + r \, \frac{d_B - d_F}{d_B + d_F}",
            partial(_unary, account, believed),
            len(rounds),
            names,
        ),
        Stage(
            "Cost of cutting between neighbours (n-links)",
            "Brighter means more expensive to cut between neighbouring pixels. The cheapest boundary follows the dark "
            "lines in it, which are edges.",
            r"w_{pq} = \exp(-\beta \lVert x_p - x_q \rVert^2) \, / \, \lvert p - q \rvert",
            partial(_links, account),
        ),
        Stage(
            "Cut, learn, cut again",
            "The maximum flow from object to background fills the cheapest boundary, and a small copy of the picture "
            "is cut there. The colours of both sides are learned from that cut, until it no longer changes.",
            r"E(l) = -\sum_p u_p \, l_p + \lambda \sum_{pq} w_{pq} \, [l_p \ne l_q]",
            partial(_learned_cut, account, believed),
            len(rounds),
            names,
            partial(_progress, account, rounds),
        ),
        Stage(
            "The band",
            "From size to size only a narrow band around the boundary is cut anew, and what a little more or less "
            "evidence would move to the other side, here in yellow. All else keeps what the smaller size decided.",
            r"p \in \text{band} \iff \exists\, q : \lVert p - q \rVert_\infty \le b, \; l_q \ne l_p",
            partial(_band, account, steps),
            len(steps),
            tuple(_size(account, number if several else None, size) for number, size in steps),
        ),
        Stage(
            "The cut",
            "This is the cheapest cut at full size. Where several objects were marked, the one with the highest unary "
            "has the pixel.",
            r"l^* = \arg\min_l E(l)",
            partial(_final_cut, account),
        ),
    )


def _of_network(account: Account) -> Stage:
    return Stage(
        "What the network says",
        "A trained network takes the white parts for the subject. Near a mark that contradicts it, it is not believed, "
        "and the picture is grey.",
        r"n_p = w \, \frac{d_{against}}{d_{against} + d_{agreeing}} \, (2 s_p - 1)",
        partial(_said, tuple(account.priors.values())),
        len(account.priors),
        tuple(f"object {number}" for number in account.priors),
    )


def _said(priors: tuple[Prior, ...], index: int) -> Picture:
    return _shades(priors[index].says / np.float32(WEIGHT))


def _standing_out(salience: Plane) -> Stage:
    return Stage(
        "What stands out",
        "Nothing is marked, so the colours are learned from what stands out: white is what hardly touches the frame of "
        "the picture, is unlike it, and cannot be reached from it without crossing an edge. The middle is preferred.",
        r"s_p = (1 - b_p) \, (r_p + d_p) \, e^{-\lVert p \rVert^2 / 2 \sigma^2}",
        partial(_salience, salience),
    )


def _grey(values: NDArray[np.floating]) -> Picture:
    return np.dstack([np.clip(values, 0, 255).astype(np.uint8)] * 3)


def _shades(field: Plane) -> Picture:
    return _grey(field * 127.5 + 127.5)


def _salience(salience: Plane, _: int) -> Picture:
    return _grey(salience * 255)


def _certain(account: Account, objects: Sequence[int], index: int) -> Picture:
    picture, seeds = account.image.rgb // 2 + np.uint8(100), account.seeds[objects[index]]
    picture[seeds == 1] = RGB[2]
    picture[seeds == 0] = picture[seeds == 0] // 3 + RGB[1] // 3 * 2
    return picture


def _colour(account: Account, believed: Sequence[AppearanceModel], index: int) -> Picture:
    return _shades(believed[index].of_colour(account.features) / believed[index].limit)


def _colour_plots(account: Account, believed: Sequence[AppearanceModel], index: int) -> tuple[Plot, ...]:
    return _cloud(account, believed[index]), _histogram(account, believed[index])


def _unary(account: Account, believed: Sequence[AppearanceModel], index: int) -> Picture:
    return _shades(believed[index].of_pixels(account.features) / (2 * believed[index].limit))


def _links(account: Account, _: int) -> Picture:
    return _grey(account.links.astype(np.float32).mean(axis=0) / MAX_LINK * 255)


def _learned_cut(account: Account, believed: Sequence[AppearanceModel], index: int) -> Picture:
    return _cut(account.image, believed[index].cut)


def _final_cut(account: Account, _: int) -> Picture:
    return _cut(account.image, account.labels > 0)


def _cut(image: Image, cut: Mask) -> Picture:
    height, width = image.rgb.shape[:2]
    inside = cv2.resize(cut.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST).astype(bool)
    return np.where(inside[..., None], image.rgb, image.rgb // 4)


def _size(account: Account, number: int | None, size: int) -> str:
    height, width = account.sizes[size]
    return ("" if number is None else f"object {number}, ") + f"{width:,} × {height:,} pixels"


def _band(account: Account, steps: Sequence[tuple[int, int]], index: int) -> Picture:
    number, size = steps[index]
    free, foreground = next(islice(account.cuts(number), size, None))
    height, width = free.shape
    guide = np.asarray(cv2.resize(account.image.rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    shown = cv2.addWeighted(guide, 0.55, np.full_like(guide, (255, 221, 51)), 0.45, 0)
    return np.where(free[..., None], shown, np.where(foreground[..., None], guide, guide // 4))


def _cloud(account: Account, belief: AppearanceModel) -> Plot:
    """The picture's colours by what they say, and the Gaussians' means, along the axes on which they differ most."""
    colours = account.features.palette.colours
    chosen = np.random.default_rng(0).choice(len(colours), min(SHOWN, len(colours)), replace=False)
    lab = colours[np.sort(chosen)]
    axes = colour_axes.widest(lab)
    says = belief.of_colours(lab)
    series = [
        Series(name, lab[side, axes[0]].tolist(), lab[side, axes[1]].tolist(), "dots", [HEX[ink]], 5)
        for name, side, ink in (("background's", says <= 0, 1), ("object's", says > 0, 2))
    ]
    for name, model, ink in (("background's Gaussians", 1, 1), ("object's Gaussians", 0, 2)):
        means = belief.models[model].means
        x, y = means[:, axes[0]].tolist(), means[:, axes[1]].tolist()
        series += [Series(name, x, y, "dots", [colour], size) for colour, size in (("#ffffff", 18), (HEX[ink], 13))]
    names = colour_axes.NAMES["lab"]
    return Plot("The picture's colours and the two models", names[axes[0]], names[axes[1]], tuple(series))


def _histogram(account: Account, belief: AppearanceModel) -> Plot:
    colour = belief.of_colour(account.features)
    series = []
    for name, side, ink in (("background", ~belief.cut, 1), ("object", belief.cut, 2)):
        counts, edges = np.histogram(colour[side], BINS, (-belief.limit, belief.limit))
        middles = ((edges[1:] + edges[:-1]) / 2).tolist()
        series.append(Series(name, middles, (100 * counts / colour.size).tolist(), "line", [HEX[ink]]))
    return Plot("How clearly colour tells the two sides apart", "log ratio", "% of the pixels", tuple(series))


def _progress(account: Account, rounds: Sequence[tuple[int, int]], index: int) -> tuple[Plot, ...]:
    number, here = rounds[index]
    beliefs = account.learned[number]
    numbers = list(range(1, len(beliefs) + 1))
    costs = [account.energy(belief) for belief in beliefs]
    energy = [(boundary - gain) / beliefs[0].cut.size for boundary, gain in costs]
    moved = [0.0] + [100 * float((now.cut != before.cut).mean()) for before, now in pairwise(beliefs)]

    def plot(title: str, unit: str, values: list[float]) -> Plot:
        dot = Series("here", [numbers[here]], [values[here]], "dots", ["#d55e00"], 11)
        return Plot(title, "round", unit, (Series("", numbers, values), dot))

    return plot("Energy of each cut", "per pixel", energy), plot("Pixels that changed sides", "%", moved)
