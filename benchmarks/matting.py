"""Mattes, clean colours and trimaps of themselves, beside PyMatting where it is installed.

Errors are summed in the unknown part of the trimap (Rhemann et al. 2009); of the whole way, over the picture. What is
timed has been called once before.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.datasets import DataError, MattingSample, lemur, matting_samples
from masking_core import Edge, GraphCut, Image, Prompts, Recipe
from masking_core.matting import estimate_alpha, estimate_foreground
from masking_core.prompts.from_mask import strokes_of

Row = dict[str, Any]
Colours = NDArray[np.uint8]
Plane = NDArray[np.float32]
Matter = Callable[[Colours, NDArray[np.uint8]], Plane]

TRIMAPS = {"narrow": "Trimap1", "wide": "Trimap2"}
MEGAPIXELS = 12e6
MARGIN = 0.02
"""Of the long side: how far from the true edge seeds keep."""
RED, GREEN = np.array((220, 40, 40)), np.array((40, 180, 60))


def closed_form(rgb: Colours, trimap: NDArray[np.uint8]) -> Plane:
    """PyMatting's closed form."""
    from pymatting import estimate_alpha_cf

    return np.asarray(estimate_alpha_cf(rgb / 255, trimap / 255), np.float32)


def multilevel(rgb: Colours, alpha: Plane) -> Colours:
    """PyMatting's multilevel foreground colours."""
    from pymatting import estimate_foreground_ml

    return np.rint(estimate_foreground_ml(rgb / 255, alpha.astype(np.float64)) * 255).astype(np.uint8)


def best(rgb: Colours, trimap: NDArray[np.uint8]) -> Plane:
    """Ours, the default."""
    return estimate_alpha(rgb, trimap, "best")


def fast(rgb: Colours, trimap: NDArray[np.uint8]) -> Plane:
    """Ours, without sampling."""
    return estimate_alpha(rgb, trimap, "fast")


def export(rgb: Colours, trimap: NDArray[np.uint8]) -> Colours:
    """Matte and clean colours, as an export needs them."""
    return estimate_foreground(rgb, best(rgb, trimap))


WORK: dict[str, Callable[..., Any]] = {
    "best": best,
    "fast": fast,
    "PyMatting's closed form": closed_form,
    "best, and clean colours": export,
    "clean colours": estimate_foreground,
    "PyMatting's multilevel colours": multilevel,
}
"""What a process of its own can be asked to measure."""


def tables(data: Path | None, only: list[str] | None = None) -> dict[str, list[Row]]:
    """The tables named, or all.

    Raises:
        DataError: the folder is not named, or has no matting pictures.
    """
    if data is None:
        raise DataError("The matting benchmark needs the folder of pictures with ground truth: --data DIR.")
    makers = {"alpha": alphas, "sizes": sizes, "colours": colours, "whole": whole}
    return {name: make(data) for name, make in makers.items() if not only or name in only}


def _peer() -> bool:
    return importlib.util.find_spec("pymatting") is not None


def _methods() -> list[str]:
    return ["best", "fast", *(["PyMatting's closed form"] if _peer() else [])]


def alphas(data: Path) -> list[Row]:
    """SAD in thousands, MSE and seconds, means over the pictures of the matting set, about 0.5 megapixels each."""
    first = next(iter(matting_samples(data)))
    rows: list[Row] = []
    for name in _methods():
        WORK[name](first.rgb, first.trimap)
        for trimap, folder in TRIMAPS.items():
            measured = [_error(WORK[name], sample) for sample in matting_samples(data, folder)]
            means = map(statistics.fmean, zip(*measured, strict=True))
            columns = ("SAD", "MSE", "seconds", "of all cores")
            rows.append({"method": name, "trimap": trimap, **dict(zip(columns, means, strict=True))})
    return rows


def _error(method: Matter, sample: MattingSample) -> tuple[float, float, float, float]:
    begun, worked = perf_counter(), process_time()
    alpha = method(sample.rgb, sample.trimap)
    seconds, worked = perf_counter() - begun, process_time() - worked
    wrong = (alpha - sample.alpha)[(sample.trimap > 0) & (sample.trimap < 255)]
    return float(np.abs(wrong).sum()) / 1000, float((wrong**2).mean()), seconds, worked


def sizes(data: Path) -> list[Row]:
    """Seconds and peak memory of a process of its own, its input not counted."""
    sample = lemur(data)
    picture, trimap = sample.rgb, sample.trimap
    rows = []
    for pixels in (0.5e6, 4e6):
        rows += [_alone(name, *(_scaled(each, pixels) for each in (picture, trimap))) for name in _methods()]
    rows.append(_alone("best, and clean colours", *(_scaled(each, MEGAPIXELS) for each in (picture, trimap))))
    names = ["clean colours", *(["PyMatting's multilevel colours"] if _peer() else [])]
    return rows + [_alone(name, *(_scaled(each, MEGAPIXELS) for each in (picture, sample.alpha))) for name in names]


def _scaled(picture: NDArray[Any], pixels: float) -> NDArray[Any]:
    factor = (pixels / (picture.shape[0] * picture.shape[1])) ** 0.5
    kind = cv2.INTER_NEAREST if picture.ndim == 2 and picture.dtype == np.uint8 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=kind))


def _alone(name: str, rgb: Colours, other: NDArray[Any]) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "problem.npz"
        np.savez(file, rgb=rgb, other=other)
        command = [sys.executable, "-m", "benchmarks.matting", name, str(file)]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        measured = json.loads(said.splitlines()[-1])  # the peer prints warnings before
    return {"work": name, "megapixels": round(other.size / 1e6, 1), **measured}


def _measured(name: str, file: str) -> Row:
    with np.load(file) as arrays:
        rgb, other = arrays["rgb"], arrays["other"]
    WORK[name](
        *(np.ascontiguousarray(cv2.resize(each, (96, 64), interpolation=cv2.INTER_NEAREST)) for each in (rgb, other))
    )
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from what is held now
    before, begun, worked = _peak(), perf_counter(), process_time()
    WORK[name](rgb, other)
    seconds, worked = perf_counter() - begun, process_time() - worked
    return {"seconds": seconds, "of all cores": worked, "peak, MB": (_peak() - before) / 1e6}


def _peak() -> int:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def colours(data: Path) -> list[Row]:
    """Errors of the object's colours: mean difference of (0…1) colours weighted by alpha; levels of a halo on white."""
    sample = lemur(data)
    alpha, colour = _disc()
    halo = np.rint(alpha[..., None] * colour + (1 - alpha[..., None]) * GREEN).astype(np.uint8)
    estimates: dict[str, Callable[..., Colours]] = {
        "the picture's own": lambda rgb, _: rgb,
        "clean": estimate_foreground,
    }
    if _peer():
        estimates["PyMatting's multilevel"] = multilevel
    soft = (alpha > 0) & (alpha < 1)
    return [
        {
            "colours": name,
            "error on the lemur": _weighted(estimate(sample.rgb, sample.alpha), sample),
            "levels on white, soft disc": float(
                (alpha[..., None] * np.abs(estimate(halo, alpha).astype(float) - colour))[soft].mean()
            ),
        }
        for name, estimate in estimates.items()
    ]


def _weighted(found: Colours, sample: MattingSample) -> float:
    unknown = (sample.trimap > 0) & (sample.trimap < 255)
    wrong = np.abs(found.astype(float) - sample.foreground).mean(axis=2)[unknown] / 255
    weight = sample.alpha[unknown]
    return float((wrong * weight).sum() / weight.sum())


def _disc() -> tuple[Plane, NDArray[Any]]:
    y, x = np.mgrid[:120, :160]
    return np.clip((40 - np.hypot(y - 60, x - 80)) / 6 + 0.5, 0, 1).astype(np.float32), RED


def whole(data: Path) -> list[Row]:
    """No trimap given: SAD over the picture of a graph cut's smoothed edge and the automatic one, by kind of marks."""
    rows = []
    for sample in [*matting_samples(data), lemur(data)]:
        row: Row = {"picture": sample.name}
        for marks, prompts in _marks(sample.alpha):
            found = Recipe(method=GraphCut()).segment(Image.from_array(sample.rgb), prompts)
            recipes = [Recipe(method=GraphCut(), edge=Edge.named(style)) for style in ("smooth", "automatic")]
            sads = [float(np.abs(each.finish(found).alpha - sample.alpha).sum()) / 1000 for each in recipes]
            row |= {f"{marks}: smooth": sads[0], f"{marks}: automatic": sads[1], f"{marks}: ratio": sads[1] / sads[0]}
        rows.append(row)
    columns = rows[0].keys() - {"picture"}
    return [
        *rows,
        {"picture": "median", **{c: statistics.median(row[c] for row in rows) for c in rows[0] if c in columns}},
    ]


def _marks(alpha: Plane) -> Iterator[tuple[str, Prompts]]:
    """Marks by rule: what lies well inside and outside of the truth; a stroke in its middle and one around it."""
    away = MARGIN * max(alpha.shape)
    inner, outer = (
        cv2.distanceTransform(side.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) > away
        for side in (alpha > 0.95, alpha < 0.05)
    )
    yield "seeds", Prompts.from_trimap(np.where(inner, 255, np.where(outer, 0, 128)).astype(np.uint8))
    yield "strokes", strokes_of(alpha >= 0.5)


if __name__ == "__main__":
    print(json.dumps(_measured(*sys.argv[1:])))
