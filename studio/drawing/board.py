"""Marking a picture: the tool strip, the canvas with the outline of the result over it, the marks as numbers."""

from functools import cached_property
from typing import Any

import cv2
import numpy as np
import streamlit as st

from masking_core import Area, Image, Prompts, Result, export, palette
from masking_core.kernels import sizes
from masking_core.prompts import Region, SeedMap
from masking_core.recipe import PREVIEW_PIXELS
from masking_core.steps.compose import on_checkerboard
from studio import compute, pictures, state
from studio.drawing import files, history, ink, pen, strip, table
from studio.drawing.apart import drawn
from studio.drawing.canvas import component, overlay
from studio.foreign import plain

SHARP = 16_000_000
"""Pixels of the picture under the canvas when it is zoomed into."""
PLAIN = PREVIEW_PIXELS
"""The same where it is not: those of the result beside it."""
FINE = 95
"""Quality of the JPEG: what was squeezed out of it would be seen at 400 %."""
LOOSE = 0.8
"""How far the shown outline may leave the true one, in pixels of the result."""
SPECK = 12
"""Outlines of fewer pixels would hide the picture rather than explain the cut."""

CONTRADICTION = (
    ":material/warning: Marks contradict each other inside the red dashes: two different things are marked there, of "
    "which the later counts, or a stroke lies outside the area of its own object."
)


class MarkEditor:
    """The drawing of one picture (one slice of it), for a method that can use some kinds of marks.

    Making one brings what was drawn since the last run into :attr:`prompts`; the rest is drawn where it is called.
    """

    def __init__(
        self,
        image: Image,
        uses: frozenset[str],
        title: str,
        *,
        page: str,
        slice: int = 0,
        area: Area | None = None,
    ) -> None:
        self._image, self._uses, self._title, self._area = image, uses, title, area
        self._key = f"cv_{page}_{image.digest[:12]}_{slice}"
        self._history = marks_of(image, slice)
        self._stage: Any = None
        self._take()

    @property
    def prompts(self) -> Prompts:
        """The marks, in pixels of the picture."""
        return history.prompts(self._history)

    @property
    def drawing(self) -> Any:
        """What the canvas last sent, as it came."""
        return component.drawing(self._key)

    def strip(self) -> None:
        """Draw the tool strip."""
        strip.draw(self._pen, self._uses, self._image.size, self._history, self._take, self._files)
        if sentence := strip.unused(self._uses, self._title):
            st.caption(plain(sentence))

    def canvas(self) -> None:
        """Draw the picture with the canvas over it."""
        self._stage = st.container(key="stage")
        with self._stage:
            plain = self._image.reduced(PLAIN)
            shown = self._image.reduced(SHARP) if component.enlarged(plain.size[0]) else plain
            # Streamlit would reduce a picture wider than what it is told; the page's style says how wide it is.
            st.image(_picture(shown), width=shown.size[0], alt="The picture that is drawn on")
            self._draw()
            if painted := _painted(self.prompts, self._image.size):
                st.image(painted, width="stretch", alt="The painted marks")
        if self._clashes:
            st.caption(CONTRADICTION)

    def _draw(self) -> None:
        size, pen = self._image.size, self._pen
        outlines = [] if pen.tool.shape == "select" else self._areas
        outlines += [overlay.masking_area(self._area)] if self._area else []
        component.show(self._key, size, pen, strip.buttons(), [*outlines, *self._clashes], self._take)

    @cached_property
    def _clashes(self) -> list[overlay.Outline]:
        prompts, size = self.prompts, self._image.size
        return drawn("clashes", prompts.marks, size, lambda: overlay.clashes(prompts, size))

    @property
    def _areas(self) -> list[overlay.Outline]:
        marks, size = self.prompts.marks, self._image.size
        return drawn("areas", marks, size, lambda: overlay.areas(marks, size))

    def outline(self, result: Result) -> None:
        """Draw the outline of what is kept over the canvas; after :meth:`canvas`."""
        self._stage.image(outline(result), alt="The outline of what is kept")

    def table(self) -> None:
        """Draw the marks as numbers that can be edited."""
        table.show(self._key, self._history, self._take)

    def _files(self) -> None:
        files.show(self._image, self._history, self._take, self._uses, self._title)

    @property
    def _pen(self) -> pen.Pen:
        return pen.current(self._uses, self._image.size)

    def _take(self) -> None:
        component.take(self._key, self._history, self._image.size, editing=self._pen.tool.shape == "select")


def marks_of(image: Image, slice: int = 0) -> history.History:
    """The history of the marks on a picture."""
    past: history.History = state.setdefault(f"marks.{image.digest}.{slice}", history.blank())
    return past


def _picture(image: Image) -> bytes:
    def drawn() -> bytes:
        rgb = image.rgb if image.alpha is None else on_checkerboard(export.pixels(image))
        return pictures.jpeg(rgb, FINE)

    return compute.once(("canvas", image.digest), drawn)


def _painted(prompts: Prompts, size: tuple[int, int]) -> bytes:
    """What seed maps mark and no later mark covers, in the objects' colours; empty where there is none."""
    if not any(isinstance(mark, SeedMap) for mark in prompts.marks):
        return b""
    factor = min(1.0, (PLAIN / (size[0] * size[1])) ** 0.5)
    shape = sizes.scaled(size, factor)[::-1]
    return drawn("painted", prompts.marks, shape, lambda: _png(prompts, factor, shape))


def _png(prompts: Prompts, factor: float, shape: tuple[int, int]) -> bytes:
    seeds = [mark for mark in prompts.marks if not isinstance(mark, Region) or mark.object < 1]
    hidden = {"operation": "subtract"}
    marks = (mark if isinstance(mark, SeedMap) else mark.model_copy(update=hidden) for mark in seeds)
    numbers = Prompts(marks=tuple(marks)).scaled(factor).seeds(shape)
    alpha = np.where(numbers < 0, 0, round(255 * ink.STROKE)).astype(np.uint8)
    return export.png(np.dstack([palette.paint(np.maximum(numbers, 0)), alpha]))


def outline(result: Result) -> str:
    """The outline of what is kept as an SVG picture that stays sharp at every zoom."""
    inside = (result.alpha >= 0.5).astype(np.uint8)
    # A frame of background, so that what touches the picture's border is outlined there as well.
    found, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = (cv2.approxPolyDP(line, LOOSE, True) for line in found if len(line) > SPECK)
    path = "".join("M" + " ".join(map(str, line.ravel().tolist())) + "Z" for line in lines)
    height, width = inside.shape
    look = 'fill="none" transform="translate(.5 .5)" vector-effect="non-scaling-stroke" stroke-linejoin="round"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<path d="{path}" {look} stroke="#000" stroke-opacity=".7" stroke-width="3.5"/>'
        f'<path d="{path}" {look} stroke="#ffdd33" stroke-width="1.6"/></svg>'
    )
