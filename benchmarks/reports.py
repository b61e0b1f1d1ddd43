"""How long work goes without a report: so long does it take until it can be stopped, and a bar stands still.

Seconds of the processor, so that other work on the machine does not count, and what holds up all threads does.
"""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import cv2
import numpy as np
import skimage.data

from masking_core import Image, MaskingError, Prompts, Recipe
from masking_core.arrays import Labels
from masking_core.export import CONTENTS
from masking_core.export.options import PLAIN
from masking_core.matting import estimate_alpha
from masking_core.methods import METHODS
from masking_core.progress import listening
from masking_core.prompts import Hair, Polygon, Stroke, Text
from masking_core.result import Found, Result
from masking_core.shapes.outlines import outlines_of
from masking_core.steps.backgrounds import BACKGROUNDS
from masking_core.steps.clean import Clean
from masking_core.steps.edge import STYLES, Edge, Seen

SIZES = ((1155, 866), (4000, 3000))
SMALL = (200, 150)
LOOK = 0.01
"""Seconds between two looks at where the work is."""
CORE = str(Path(__file__).parents[1] / "masking_core")
WAITING = "progress.py"
"""Where a thread waits for the call of a library on another one."""
RINGS = 15_000
"""Outlines of specks and of holes that are written."""

Work = Callable[[], object]


class Gaps:
    """The longest time between two reports of a thread, and the line that most of it was spent in."""

    def __init__(self) -> None:
        self.longest, self.where, self.reports = 0.0, "", 0
        self._last, self._seen = time.process_time(), Counter[str]()
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, args=(threading.get_ident(),), daemon=True)

    def __enter__(self) -> "Gaps":
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.hear()
        self._over.set()
        self._watcher.join()

    def hear(self, *_: object) -> None:
        """Note a report."""
        now = time.process_time()
        seen, self._seen = self._seen, Counter()
        self.reports += 1
        if now - self._last > self.longest:
            self.longest, self.where = now - self._last, (seen.most_common(1) or [("", 0)])[0][0]
        self._last = time.process_time()

    def _watch(self, thread: int) -> None:
        while not self._over.wait(LOOK):
            self._seen[_line(sys._current_frames().get(thread))] += 1


def _line(frame: FrameType | None) -> str:
    while frame is not None and not _is_work(frame.f_code.co_filename):
        frame = frame.f_back
    return "" if frame is None else f"{frame.f_code.co_filename.removeprefix(CORE)[1:]}:{frame.f_lineno}"


def _is_work(path: str) -> bool:
    return path.startswith(CORE) and not path.endswith(WAITING)


def rows() -> list[dict[str, Any]]:
    """The longest gap between two reports in milliseconds, and where it is, for everything that takes a moment."""
    cv2.setNumThreads(1)
    for _, work in _cases(*SMALL):  # every kernel is ready
        with suppress(MaskingError):
            work()
    return [_row(f"{width * height / 1e6:.0f} MP", *case) for width, height in SIZES for case in _cases(width, height)]


def _row(size: str, name: str, work: Work) -> dict[str, Any]:
    outcome = ""
    with Gaps() as gaps, listening(gaps.hear):
        begun = time.process_time()
        try:
            work()
        except MaskingError as error:
            outcome = type(error).__name__
    row = {
        "size": size,
        "work": name,
        "longest gap ms": round(1000 * gaps.longest),
        "where": gaps.where,
        "reports": gaps.reports,
        "seconds": round(time.process_time() - begun, 2),
        "outcome": outcome,
    }
    print(*row.values(), sep=" | ", file=sys.stderr, flush=True)
    return row


def _cases(width: int, height: int) -> Iterator[tuple[str, Work]]:
    picture = cv2.resize(skimage.data.coffee(), (width, height), interpolation=cv2.INTER_CUBIC)
    image = Image.from_array(picture, name="coffee")
    yield from _marks(width, height)
    results: dict[str, Result] = {}
    for name, prompts in (("no", Prompts()), ("two", two(width, height)), ("heavy", heavy(width, height))):
        for id, method in METHODS.items():
            recipe, found = Recipe(method=method()), list[Found]()
            yield f"{id}, {name} marks", lambda r=recipe, p=prompts, f=found: f.append(r.segment(image, p))
            for style, edge in STYLES.items() if found and name == "two" else ():
                softened, result = recipe.changed(edge=edge), list[Result]()
                yield f"{id}, edge {style}", lambda s=softened, f=found, r=result: r.append(s.finish(f[0]))
                yield f"{id}, colours {style}", lambda r=result: r[0].colours
                results[style] = result[0]
    trimap = np.full((height, width), 128, np.uint8)
    trimap[: height // 8], trimap[height // 3 : height // 2, width // 3 : width // 2] = 0, 255
    for quality in ("fast", "best"):
        yield f"matting, {quality}", lambda q=quality: estimate_alpha(picture, trimap, quality=q)  # type: ignore[arg-type]
    result = results["smooth"]
    labels = np.random.default_rng(2).integers(0, 6, (height // 8, width // 8)).astype(np.int32)
    labels = np.ascontiguousarray(np.kron(labels, np.ones((8, 8), np.int32)))
    for step in ({"majority": 10}, {"specks": 1000}, {"holes": 1000}, {"pieces": "largest"}, {"split": True}):
        yield f"clean-up {step}", lambda s=step: Clean(**s).apply(labels, Prompts())
    alpha = np.asarray(result.alpha)
    for edge in (Edge(feather=200.0), Edge(smooth=50.0, feather=0.0), Edge(grow=50.0), Edge(grow=-50.0)):
        yield f"edge {edge.steps}", lambda e=edge: e.apply(alpha.copy(), Seen(image))
    for kind, background in BACKGROUNDS.items():
        shadow = {"shadow": "drop", "shadow_blur": 50.0} if "shadow" in background.model_fields else {}
        with suppress(MaskingError):  # one that needs a picture
            behind = background(**shadow)
            yield f"on {kind}", lambda b=behind: result.on(b).rgba
    noise = np.random.default_rng(3).integers(0, 2, (height // 16, width // 16)).astype(np.int32)
    yield "outlines of noise", lambda: [p.keyholed for o in outlines_of(noise, [1]) for p in o.pieces]
    yield "layers", lambda: result.layers
    for content, entry in CONTENTS.items():
        for kind, made in entry.kinds.items():
            yield f"{content} as {kind}", lambda made=made: made.make(result, PLAIN)
    speckled = replace(result, labels=specks(width, height), kept=(1,))
    for kind, made in CONTENTS["outlines"].kinds.items():
        yield f"outlines of {RINGS:,} specks and holes as {kind}", lambda made=made: made.make(speckled, PLAIN)


def specks(width: int, height: int) -> Labels:
    """Half of a picture full of specks, and half of holes."""
    corners = np.random.default_rng(4).integers(0, (height // 4, width // 4), (RINGS, 2)) * 4
    side = corners[:, 1] >= width // 2
    labels = np.ones((height, width), np.int32)
    labels[:, : width // 2] = 0
    for shift in ((0, 0), (0, 1), (1, 0)):
        labels[corners[:, 0] + shift[0], corners[:, 1] + shift[1]] = ~side
    return labels


def two(width: int, height: int) -> Prompts:
    """A stroke on the cup and one beside it."""
    inner = Stroke(points=[(0.45 * width, 0.35 * height), (0.55 * width, 0.45 * height)], width=width / 60)
    outer = Stroke(points=[(0.05 * width, 0.05 * height), (0.05 * width, 0.9 * height)], width=width / 60, object=0)
    region = Polygon(points=[(0.2 * width, 0.1 * height), (0.9 * width, 0.1 * height), (0.5 * width, 0.95 * height)])
    return Prompts(marks=[region, inner, outer])


def heavy(width: int, height: int) -> Prompts:
    """Strokes of three objects all over the picture, a lasso of many points, and text."""
    random = np.random.default_rng(0)
    size = np.array([width, height])
    strokes = [
        Stroke(points=(random.random((100, 2)) * size).tolist(), width=width / 100, object=number % 3)
        for number in range(150)
    ]
    lasso = Polygon(points=(random.random((5000, 2)) * size).tolist())
    texts = [Text(x=0, y=0, text="HEAVY", size=200) for _ in range(50)]
    return Prompts(marks=[lasso, *texts, *strokes])


def _marks(width: int, height: int) -> Iterator[tuple[str, Work]]:
    prompts, shape = heavy(width, height), (height, width)
    random = np.random.default_rng(1).random((20_000, 2)) * (width, height)
    tangle = Prompts(marks=[Stroke(points=random.tolist(), width=width / 20)])
    lasso = Prompts(marks=[Polygon(points=random.tolist())])
    hair = Prompts(marks=[Hair(points=random[:2000].tolist(), width=width / 20)])
    for name, marks in (("heavy", prompts), ("a tangle", tangle), ("a lasso", lasso), ("hair", hair)):
        for what in ("outside", "miss", "seeds", "bounds", "roi_alpha", "roi_labels", "hair"):
            yield f"{what} of {name}", lambda m=marks, w=what: getattr(m, w)(shape)
