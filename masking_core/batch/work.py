"""What a worker does with one item."""

import time

from masking_core.batch import outputs, places
from masking_core.batch.flags import figures
from masking_core.batch.item import Item, Outcome
from masking_core.batch.truth import open_truth, scores
from masking_core.errors import Cancelled, MaskingError
from masking_core.export.options import PLAIN
from masking_core.image import Image
from masking_core.result import Result
from masking_core.sharing.comparison_report import versions


def cut(item: Item) -> Outcome:
    """Cut one picture and write what is wanted of it; whatever goes wrong is told in one sentence."""
    begun = time.perf_counter()
    try:
        return _cut(item, begun)
    except MaskingError as error:
        problem = str(error)
    except MemoryError:
        problem = "There was not enough memory for this picture."
    except OSError as error:
        problem = f"{error.filename or item.name}: {error.strerror or error}."
    except Cancelled:
        raise
    except Exception as error:  # one picture never stops the rest
        problem = f"An unexpected error: {type(error).__name__}: {error}"
    return Outcome("failed", seconds=time.perf_counter() - begun, problem=problem)


def _cut(item: Item, begun: float) -> Outcome:
    data, drawn = places.read(item.source, item.limits), item.marks.read(item.limits)
    truth = b"" if item.truth is None else places.read(item.truth, item.limits)
    key = key_of(item, data, drawn, truth)
    if key == item.key and all(places.digest_of(path) == known for path, known in item.digests.items()):
        return Outcome("unchanged", key, item.digests)
    image = Image.open(data, name=item.source.name, limits=item.limits, levels=item.levels)
    result = item.recipe.run(image, item.marks.prompts(drawn, image, item.limits))
    measured = figures(result)
    against = _scores(item, result, truth)
    digests = {path: _write(path, kind, item.form, result) for kind, path in item.writes.items()}
    notes = (*image.notes, *result.notes)
    return Outcome("done", key, digests, time.perf_counter() - begun, "", notes, measured, against)


def _scores(item: Item, result: Result, truth: bytes) -> dict[str, float]:
    if item.truth is None:
        return {}
    return scores(result.alpha, open_truth(truth, item.truth.name, item.limits, result.image.size))


def key_of(item: Item, picture: bytes, marks: bytes, truth: bytes) -> str:
    """32 hexadecimal digits over all that the files of an item depend on."""
    written = repr((item.form, item.levels.model_dump(), *item.writes)).encode()
    made_with = repr(sorted(versions().items())).encode()
    return places.digest(picture, marks, truth, item.recipe.to_json().encode(), written, made_with)


def _write(path: str, kind: str, wanted: str, result: Result) -> str:
    data = outputs.kind_of(kind, wanted).make(result, PLAIN)
    places.write(path, data)
    return places.digest(data)
