"""How pixels came to be grouped, for the page that explains it."""

from functools import cached_property, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from masking_core.arrays import Labels, Picture
from masking_core.image import Image
from masking_core.kernels import colour_axes
from masking_core.kernels.clustering.fuzzy import memberships
from masking_core.kernels.clustering.partition import Partition, histogram_of, tied_pixels
from masking_core.kernels.clustering.spatial import BY_COLOUR, FREE, Grid, lloyd
from masking_core.kernels.colour_space import ColourSpace, planes, read_only, to_rgb
from masking_core.stage import Plot, Series, Stage, always

SHOWN = 1500
"""Pixels whose colours are plotted."""
BINS = 25

Seeds = NDArray[np.integer] | None


class Grouping:
    """What the stages of one run draw from; nothing is computed before it is asked for."""

    def __init__(self, image: Image, found: Partition, space: ColourSpace, seeds: Seeds) -> None:
        self._image, self._found, self._space, self._seeds = image, found, space, seeds

    @property
    def steps(self) -> int:
        """How often the centres were placed."""
        return len(self._found.path)

    def labels(self, step: int) -> Labels:
        """(H, W) int32: the nearest centre after so many iterations; marked pixels keep their own."""
        centres = self._found.path[step]
        if centres.shape[1] == 3:
            centres = np.hstack([centres, np.zeros((len(centres), 2))])
        return lloyd(self._grid, self._found.measure, centres, 0, 0.0).labels

    def painted(self, step: int) -> Picture:
        """The picture in the colours of the centres after so many iterations; places are drawn as dots."""
        centres = self._found.path[step]
        flat = to_rgb(centres[:, :3], self._space).round().astype(np.uint8)
        picture: Picture = np.ascontiguousarray(flat[self.labels(step)])
        radius = max(2, round(max(picture.shape) / 100))
        for x, y in centres[:, 3:].reshape(-1, 2):
            for size, colour in ((radius + 2, (255, 255, 255)), (radius, (0, 0, 0))):
                cv2.circle(picture, (int(x), int(y)), size, colour, -1, cv2.LINE_AA)
        return picture

    def membership(self, cluster: int, fuzzifier: float) -> NDArray[np.float32]:
        """(H, W) float32 in [0, 1]: how much each pixel belongs to a cluster in the end."""
        grid = self._grid
        colours, ties = grid.colours.reshape(3, -1), np.maximum(grid.ties, FREE).astype(np.int32).ravel()
        belonging, _ = memberships(colours, ties, self._found.path[-1], fuzzifier)
        return belonging[:, cluster].reshape(grid.ties.shape)

    def cloud(self, step: int | None) -> Plot:
        """The picture's colours, seen along the two axes on which they differ most, and the centres' way among them."""
        axes, points, colours = self._cloud
        series = [Series("pixels", points[:, 0].tolist(), points[:, 1].tolist(), "dots", colours, 5)]
        if step is not None:
            series += [self._way(cluster, step, axes) for cluster in range(len(self._found.colours)) if step]
            centres = self._found.path[step][:, :3]
            x, y = centres[:, axes[0]].tolist(), centres[:, axes[1]].tolist()
            own = [f"#{bytes(colour).hex()}" for colour in to_rgb(centres, self._space).round().astype(np.uint8)]
            for size, inks in ((19.0, ["#ffffff"]), (16.0, ["#000000"]), (13.0, own)):
                series.append(Series("centres", x, y, "dots", inks, size))
        low, high = points.min(axis=0) - 5, points.max(axis=0) + 5
        names = colour_axes.NAMES[self._space]
        return Plot(
            "Every dot is a pixel" if step is None else "Centres among the pixels' colours",
            names[axes[0]],
            names[axes[1]],
            tuple(series),
            (float(low[0]), float(high[0])),
            (float(low[1]), float(high[1])),
        )

    def groups(self, _: int) -> Picture:
        """The picture in the colours of its groups; black outside of them all."""
        colours = np.vstack([self._found.colours, [[0, 0, 0]]]).round().astype(np.uint8)
        return np.asarray(colours[self._found.labels], np.uint8)

    def pixels(self, _: int) -> tuple[Plot, ...]:
        """The picture's colours."""
        return (self.cloud(None),)

    def movement(self, step: int) -> tuple[Plot, ...]:
        """The centres among the picture's colours after so many iterations, and what they have made small."""
        return self.cloud(step), self.energy(step)

    def share(self, fuzzifier: float, cluster: int) -> Picture:
        """How much each pixel belongs to a cluster, white all of it."""
        return np.dstack([np.rint(self.membership(cluster, fuzzifier) * 255).astype(np.uint8)] * 3)

    def histogram(self, fuzzifier: float, cluster: int) -> tuple[Plot, ...]:
        """How many pixels belong how much to a cluster."""
        counts, edges = np.histogram(self.membership(cluster, fuzzifier), BINS, (0.0, 1.0))
        middles = ((edges[1:] + edges[:-1]) / 2).tolist()
        heights = (100 * counts / counts.sum()).tolist()
        ink = f"#{bytes(self._found.colours[cluster].round().astype(np.uint8)).hex()}"
        bars = Series("", middles, heights, "bars", [ink], 1 / BINS)
        return (Plot("How many pixels belong how much", "membership", "% of the pixels", (bars,), (0.0, 1.0)),)

    def energy(self, step: int) -> Plot:
        """What is minimised, over the iterations."""
        energy = [value / self._found.labels.size for value in self._found.energy]
        here = Series("here", [step], [energy[step]], "dots", ["#d55e00"], 11)
        line = Series("", list(range(len(energy))), energy)
        return Plot("The quantity that is minimised, per pixel", "iteration", "squared distance", (line, here))

    def _way(self, cluster: int, step: int, axes: list[int]) -> Series:
        way = self._found.path[: step + 1, cluster][:, axes]
        return Series("", way[:, 0].tolist(), way[:, 1].tolist(), "line", ["#808080"], 2)

    @cached_property
    def _cloud(self) -> tuple[list[int], NDArray[np.float64], list[str]]:
        rgb = self._image.rgb.reshape(-1, 3)
        chosen = np.random.default_rng(0).choice(len(rgb), min(SHOWN, len(rgb)), replace=False)
        points = planes(np.ascontiguousarray(rgb[chosen])[None], self._space)[:, 0].T.astype(np.float64)
        axes = colour_axes.widest(points)
        return axes, points[:, axes].round(2), [f"#{bytes(pixel).hex()}" for pixel in rgb[chosen]]

    @cached_property
    def _grid(self) -> Grid:
        rgb, seeds = self._image.rgb, self._seeds
        if seeds is not None and self._found.measure == BY_COLOUR:
            seeds = tied_pixels(histogram_of(rgb, None, 6), rgb, None, seeds)
        ties = np.full(rgb.shape[:2], FREE, np.int8) if seeds is None else seeds.astype(np.int8)
        return Grid(read_only(planes(rgb, self._space)), read_only(ties))


def stages(image: Image, found: Partition, space: ColourSpace, seeds: Seeds) -> tuple[Stage, ...]:
    """The stages that all groupings share; ``seeds`` (H, W) are the clusters that pixels are tied to, -1 free."""
    grouping = Grouping(image, found, space, seeds)
    placed = found.places is not None
    symbol = "x = (L^*, a^*, b^*" if space == "lab" else "x = (R, G, B"
    distance = {True: r"d(x, c_k)", False: r"\lVert x - c_k \rVert"}[placed]
    return (
        Stage(
            title="The picture as colours",
            text="Every pixel is a point in the space of colours, and its place counts as well."
            if placed
            else "Every pixel is a point in the space of colours. Where it lies in the picture plays no part.",
            formula=symbol + (", s_x, s_y)" if placed else ")"),
            render=partial(always, image.rgb),
            plots=grouping.pixels,
        ),
        Stage(
            title="The centres move",
            text="Every pixel goes to its nearest centre, then every centre moves to the mean of its pixels, until "
            "none moves any more. Drag the slider to watch it.",
            formula=r"c_k \leftarrow \frac{1}{|G_k|} \sum_{x \in G_k} x \qquad G_k = \{x : k = \arg\min_j "
            + distance.replace("c_k", "c_j")
            + r"\}",
            render=grouping.painted,
            frames=grouping.steps,
            names=tuple("the start" if step == 0 else f"iteration {step}" for step in range(grouping.steps)),
            plots=grouping.movement,
        ),
        Stage(
            title="The groups",
            text="The centres have settled, and every pixel is painted in the colour of its own centre. These groups "
            "are the objects; which of them are kept is decided afterwards.",
            formula=r"g(x) = \arg\min_k " + distance,
            render=grouping.groups,
        ),
    )


def fuzzy_stages(
    image: Image, found: Partition, space: ColourSpace, seeds: Seeds, fuzzifier: float
) -> tuple[Stage, ...]:
    """The stages of a grouping by degrees."""
    grouping = Grouping(image, found, space, seeds)
    colours, moving, groups = stages(image, found, space, seeds)
    count = len(found.colours)
    return (
        colours,
        Stage(
            title=moving.title,
            text="Every pixel belongs to every centre to some degree, and every centre moves to the mean of all pixels "
            "weighted by them. A step in the curve is where a finer histogram of the colours takes over.",
            formula=r"c_k \leftarrow \frac{\sum_x u_k(x)^m \, x}{\sum_x u_k(x)^m}",
            render=moving.render,
            frames=moving.frames,
            names=moving.names,
            plots=moving.plots,
        ),
        Stage(
            title="Memberships",
            text="The whiter, the more a pixel belongs to the group. With a larger fuzzifier m there are more greys.",
            formula=r"u_k(x) = \Big( \sum_j \big( \lVert x - c_k \rVert / \lVert x - c_j \rVert \big)^{2/(m-1)} "
            r"\Big)^{-1}",
            render=partial(grouping.share, fuzzifier),
            frames=count,
            names=tuple(f"group {cluster + 1} of {count}" for cluster in range(count)),
            plots=partial(grouping.histogram, fuzzifier),
        ),
        groups,
    )
