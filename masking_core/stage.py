"""How a method came to its result: pictures and plots of what it saw, made only when somebody looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from masking_core.arrays import Picture


@dataclass(frozen=True)
class Series:
    """One set of points of a plot: dots, a line through them in their order, or bars of width ``size``.

    Attributes:
        name: what it is, for the legend; empty for none.
        x, y: equally long.
        mark: how it is drawn.
        colours: "#rrggbb" of each point, or one for all; none for a colour of the plot's choice.
        size: diameter of dots and width of lines in pixels, width of bars on the x axis.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    mark: Literal["dots", "line", "bars"] = "line"
    colours: Sequence[str] = ()
    size: float = 2.0


@dataclass(frozen=True)
class Plot:
    """A plot as plain data, later series over earlier ones; ranges keep axes still while frames change."""

    title: str
    x: str
    y: str
    series: tuple[Series, ...]
    x_range: tuple[float, float] | None = None
    y_range: tuple[float, float] | None = None


def no_plots(_: int) -> tuple[Plot, ...]:
    """The plots of a stage that has none."""
    return ()


def always(picture: Picture, _: int) -> Picture:
    """The picture of a stage of one frame that is there already; used as ``partial(always, picture)``."""
    return picture


@dataclass(frozen=True)
class Stage:
    """One step of a method on the user's own picture, for the page that explains it.

    ``render(i)`` draws frame i of ``frames`` as (H, W, 3) uint8 and ``plots(i)`` makes what is plotted beside it; both
    are called only when somebody looks. ``names`` says what each frame shows, where there are several. Both are
    functions of a module, methods or partials of them, so that a result can be pickled and sent to another process.
    """

    title: str
    text: str
    formula: str
    render: Callable[[int], Picture]
    frames: int = 1
    names: tuple[str, ...] = ()
    plots: Callable[[int], tuple[Plot, ...]] = no_plots
