"""Label maps: the numbers that go out are the numbers that come back, through our reader and through others."""

import cv2
import numpy as np
import PIL.Image
import pytest
import skimage.io

from masking_core import ParameterError, Prompts, palette
from masking_core.export import FORMATS, coloured_labels, labels_file
from masking_core.image.numbers import NumberMap

RNG = np.random.default_rng(2)
HOLDING = [FORMATS["png"], FORMATS["tiff"]]


def labels(most, shape=(40, 50)):
    found = RNG.integers(0, most + 1, shape).astype(np.int32)
    found[0, 0] = most
    return found


@pytest.mark.parametrize("form", HOLDING, ids=lambda form: form.id)
@pytest.mark.parametrize(
    ("most", "kind"), [(0, "u1"), (2, "u1"), (254, "u1"), (255, "u2"), (65_534, "u2"), (65_535, "i4")]
)
def test_other_readers_get_the_numbers(tmp_path, form, most, kind):
    wanted = labels(most)
    if kind == "i4" and form.id == "png":
        with pytest.raises(ParameterError, match="65,534 objects at most"):
            labels_file(wanted, form)
        return
    path = tmp_path / f"labels{form.suffix}"
    path.write_bytes(labels_file(wanted, form))
    for seen in (
        skimage.io.imread(path),
        cv2.imread(str(path), cv2.IMREAD_UNCHANGED),
        np.asarray(PIL.Image.open(path)),
    ):
        assert seen.dtype == np.dtype(kind)
        assert np.array_equal(seen, wanted)
    assert np.array_equal(NumberMap.open(path).values, wanted)


@pytest.mark.parametrize("form", HOLDING, ids=lambda form: form.id)
@pytest.mark.parametrize("most", [1, 2, 32])
def test_they_come_back_as_seeds(form, most):
    wanted = labels(most)
    assert np.array_equal(Prompts.from_seeds(labels_file(wanted, form)).seeds((40, 50)), wanted)


@pytest.mark.parametrize("form", [each for each in FORMATS.values() if each not in HOLDING], ids=lambda form: form.id)
def test_other_formats_hold_no_numbers(form):
    with pytest.raises(ParameterError, match=f"PNG or TIFF; {form.title}"):
        labels_file(labels(3), form)


def test_the_coloured_one_shows_the_colours_of_the_objects():
    wanted = labels(9)
    seen = coloured_labels(wanted)
    assert np.array_equal(seen[wanted > 0][:, :3], palette.paint(wanted)[wanted > 0])
    assert not seen[wanted == 0].any()
