"""What is kept is weighed as it is."""

import pytest

from masking_core import KMeans, Prompts, Recipe
from masking_core.samples import sample
from studio.compute.memory import kept_by


def test_what_a_result_keeps_is_its_own_arrays_whatever_was_drawn_from_it():
    image = sample("cat")
    result = Recipe(method=KMeans(objects=2)).run(image, Prompts())
    before = kept_by(result)
    arrays = (result.labels, result.alpha, result.membership)
    assert before >= sum(array.nbytes for array in arrays if array is not None) / 1e6
    assert before < 100 * image.pixels / 1e6, "not the picture's own caches"
    result.colours, result.rgba  # noqa: B018
    assert kept_by(result) == pytest.approx(before, rel=0.01)
