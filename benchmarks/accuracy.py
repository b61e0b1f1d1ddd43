"""How good the cuts are: every set and kind of prompt, our methods and OpenCV's grabCut in the same run.

A method is a callable (Image, Prompts) -> alpha; its parameters are its defaults for all pictures.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import agreement
from benchmarks.datasets import PROMPTS, DataError, Sample, samples
from benchmarks.robot_user import Seeds, Visit, visit
from masking_core import Foreground, GraphCut, Image, Prompts, Recipe, Result, Subject
from masking_core.arrays import Alpha
from masking_core.batch import experiment, truth
from masking_core.batch.record import Entry
from masking_core.methods import METHODS
from masking_core.metrics import error_rate, f_measure, iou, mae, precision_recall_curves
from masking_core.models import files
from masking_core.models.registry import DEFAULT
from masking_core.truth import Truth

Cutter = Callable[[Image, Prompts], Alpha]

PROMPTED = ("graph_cut", "watershed", "kmeans")
"""Our methods that take marks, by id."""
ROBOT_SETS = ("grabcut", "gsc")


def tables(data: Path | None, only: list[str] | None = None) -> dict[str, list[dict[str, Any]]]:
    """Measure every row of the tables ``only``; by default all: of each set, a network on it, and the cuts' agreement.

    Raises:
        DataError: no folder was given, something in it is not there, or the network's file is not on this machine.
    """
    if data is None:
        raise DataError("The accuracy benchmark needs the folder of pictures with ground truth: --data DIR.")
    measured = {
        **{name: partial(_rows, data, name, cutters) for name in PROMPTS},
        **{f"network-{name}": partial(_rows, data, name, networked) for name in PROMPTS},
        "agreement": partial(agreement.rows, data),
    }
    unknown = sorted(set(only or ()) - set(measured))
    if unknown:
        raise DataError(f"There is no set {unknown[0]!r}; there are {', '.join(measured)}.")
    if any(name.startswith("network-") for name in only or measured) and not files.is_ready(DEFAULT):
        raise DataError(files.missing(files.model_named(DEFAULT)))
    return {name: list(measured[name]()) for name in only or measured}


def cutters(prompt: str) -> dict[str, Cutter]:
    """Our methods that take marks and need no network, and OpenCV's grabCut where anything is marked."""
    ours = {id: recipe_cutter(Recipe(method=METHODS[id]())) for id in PROMPTED if id in METHODS}
    return ours if prompt == "none" else {**ours, "cv2.grabCut": grabcut}


def networked(prompt: str) -> dict[str, Cutter]:
    """The graph cut with and without a trained network's prior, and the network alone; what keeps its subject."""
    recipes = {
        "graph_cut": Recipe(method=GraphCut()),
        "subject": Recipe(method=Subject()),
        "graph_cut, prior": Recipe(method=GraphCut(prior="subject")),
    }
    if prompt == "none":
        for id in ("kmeans", "watershed"):
            recipes[id] = Recipe(method=METHODS[id]())
            recipes[f"{id}, rule subject"] = Recipe(method=METHODS[id](), foreground=Foreground(rule="subject"))
    return {name: recipe_cutter(recipe) for name, recipe in recipes.items()}


def recipe_cutter(recipe: Recipe) -> Cutter:
    """Run a recipe as a method of this benchmark."""
    return lambda image, prompts: recipe.run(image, prompts).alpha


def grabcut(image: Image, prompts: Prompts, iterations: int = 5) -> Alpha:
    """Run OpenCV's grabCut; unmarked pixels are probably foreground in bounds or a trimap, else probably background."""
    shape = image.rgb.shape[:2]
    seeds, bounds = prompts.seeds(shape), prompts.bounds(shape)
    # a trimap or a box speaks of everything outside; strokes leave most of the picture open
    enclosed = bounds is not None or float(np.mean(seeds == 0)) > 0.2
    mask = np.full(shape, cv2.GC_PR_FGD if enclosed else cv2.GC_PR_BGD, np.uint8)
    if bounds is not None:
        mask[~bounds] = cv2.GC_BGD
    mask[seeds == 0] = cv2.GC_BGD
    mask[seeds > 0] = cv2.GC_FGD
    if 0 < int(np.count_nonzero(mask & 1)) < mask.size:
        cv2.setRNGSeed(0)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        bgr = np.ascontiguousarray(image.rgb[..., ::-1])
        cv2.grabCut(bgr, mask, None, *models, iterations, cv2.GC_INIT_WITH_MASK)
    return (mask & 1).astype(np.float32)


def measure(sample: Sample, alpha: Alpha) -> dict[str, float]:
    """Take a cut's figures on one picture."""
    mask = alpha >= 0.5
    figures = {"IoU": iou(mask, sample.truth, sample.ignored)}
    if sample.undecided is None:
        figures["error %"] = 100 * error_rate(mask, sample.truth, sample.ignored)
    else:
        # what the trimap has decided is not the method's doing, though grabCut and we keep to it anyway
        open_ = sample.undecided & ~sample.ignored
        wrong = float(np.count_nonzero((mask != sample.truth) & open_))
        figures["error %"] = 100 * wrong / float(np.count_nonzero(~sample.ignored))
        figures["error % where undecided"] = 100 * wrong / max(float(np.count_nonzero(open_)), 1.0)
    return figures


def _rows(data: Path, name: str, chosen: Callable[[str], dict[str, Cutter]]) -> Any:
    for prompt in PROMPTS[name]:
        entries: list[Entry] = []
        found = {method: _row(data, name, prompt, method, cut, entries) for method, cut in chosen(prompt).items()}
        compared = {row.recipe: row for row in experiment.rows(entries)}
        for method, row in found.items():
            yield {"prompt": prompt, "method": method, **row, **_against_the_best(compared[method])}
    if name in ROBOT_SETS:
        for method, cut in chosen("clicks").items():
            yield {"prompt": "robot user", "method": method, **_robot_row(data, name, cut)}
    if name == "grabcut" and chosen is cutters:
        yield {"prompt": "robot user, guided by uncertainty", "method": "graph_cut", **_guided_row(data)}


def _against_the_best(row: experiment.Row) -> dict[str, Any]:
    """How far IoU spreads, and whether the best method's is higher by more than chance."""
    behind = row.behind
    spread = {"IoU spread": row.scores["iou"].deviation, "boundary F": row.scores["boundary_f"].mean}
    return spread if behind is None else {**spread, "behind": behind.mean, "p": behind.p}


def _row(data: Path, name: str, prompt: str, method: str, cut: Cutter, entries: list[Entry]) -> dict[str, Any]:
    """The figures of one method on one set; each picture is added to the ``entries`` of an experiment."""
    figures: list[dict[str, float]] = []
    curves, distances, seconds = [], [], []
    for sample in samples(data, name, prompt):
        image, prompts = Image.from_array(sample.rgb), sample.prompts
        began = perf_counter()
        alpha = cut(image, prompts)
        seconds.append(perf_counter() - began)
        figures.append(measure(sample, alpha))
        entries.append(_entry(sample, method, alpha, seconds[-1]))
        if prompt == "none":
            curves.append(precision_recall_curves(alpha, sample.truth, sample.ignored))
            distances.append(mae(alpha, sample.truth.astype(np.float32), sample.ignored))
    row: dict[str, Any] = {"pictures": len(figures)}
    row |= {key: float(np.mean([each[key] for each in figures])) for key in figures[0]}
    if curves:
        row |= {
            "F": float(np.mean([f_measure(each) for each in curves], axis=0).max()),
            "F of mean precision and recall": float(f_measure(np.mean(curves, axis=0)).max()),
            "MAE": float(np.mean(distances)),
        }
    return row | {"seconds": float(np.mean(seconds))}


def _entry(sample: Sample, method: str, alpha: Alpha, seconds: float) -> Entry:
    scores = truth.scores(alpha, Truth(sample.truth.astype(np.float32), sample.ignored))
    return {"picture": sample.name, "recipe": method, "truth": sample.name, "scores": scores, "seconds": seconds}


def _robot_row(data: Path, name: str, cut: Cutter) -> dict[str, Any]:
    visits = []
    for sample in samples(data, name, "none"):
        image = Image.from_array(sample.rgb)

        def segment(seeds: Seeds, image: Image = image) -> NDArray[np.bool_]:
            return cut(image, Prompts.from_seeds(seeds)) >= 0.5

        visits.append(visit(segment, sample.truth, sample.ignored))
    return _clicks(visits)


def _guided_row(data: Path) -> dict[str, Any]:
    visits, recipe = [], Recipe(method=GraphCut())
    for sample in samples(data, "grabcut", "none"):
        image, last = Image.from_array(sample.rgb), []

        def segment(seeds: Seeds, image: Image = image, last: list[Result] = last) -> NDArray[np.bool_]:
            last[:] = [recipe.run(image, Prompts.from_seeds(seeds))]
            return last[0].alpha >= 0.5

        def guide(last: list[Result] = last) -> Alpha:
            uncertainty = last[0].uncertainty
            assert uncertainty is not None
            return uncertainty

        visits.append(visit(segment, sample.truth, sample.ignored, guide=guide))
    return _clicks(visits)


def _clicks(visits: list[Visit]) -> dict[str, Any]:
    row: dict[str, Any] = {"pictures": len(visits)}
    for target in (0.85, 0.9):
        row[f"clicks to {target:g}"] = float(np.mean([each.clicks_to(target) for each in visits]))
        row[f"never {target:g}"] = sum(not each.reached(target) for each in visits)
    return row | {"seconds": float(np.mean([second for each in visits for second in each.seconds]))}
