"""Which pages of TIFFs Pillow would misread, by their tags."""

from types import SimpleNamespace

import numpy as np
import pytest

from masking_core.errors import ImageError
from masking_core.image.tiff import beyond_pillow, samples

BITS, PHOTOMETRIC, SAMPLES, PLANAR, FORMAT = 258, 262, 277, 284, 339


@pytest.mark.parametrize(
    ("tags", "beyond"),
    [
        ({}, False),
        ({BITS: (8, 8, 8), SAMPLES: 3}, False),
        ({BITS: (8, 8, 8), SAMPLES: 3, PLANAR: 2}, False),
        ({BITS: (8,), PHOTOMETRIC: 0}, False),
        ({BITS: (8,), FORMAT: (2,)}, True),
        ({BITS: (16,)}, False),
        ({BITS: (16,), FORMAT: (2,)}, False),
        ({BITS: (16,), PHOTOMETRIC: 0}, True),
        ({BITS: (16, 16, 16), SAMPLES: 3}, True),
        ({BITS: (5, 6, 16), SAMPLES: 3}, True),
        ({BITS: (16,), PLANAR: 2}, True),
        ({BITS: (32,), FORMAT: (3,)}, False),
        ({BITS: (32,)}, True),
    ],
)
def test_eight_bits_are_left_to_pillow_unless_they_have_a_sign(tags, beyond):
    assert beyond_pillow(tags) == beyond


@pytest.mark.parametrize(
    "rare",
    [
        {"dtype": None},
        {"dtype": np.dtype("complex64")},
        {"imagedepth": 2},
        {"photometric": 32803},
        {"predictor": 34892},
        {"extrasamples": (0, 0), "samplesperpixel": 3},
        {"samplesperpixel": 2},
        {"compression": 6},
    ],
)
def test_pages_of_a_rare_kind_are_refused_by_each_of_their_tags_alone(rare):
    usual = {"photometric": 1, "extrasamples": (), "samplesperpixel": 1, "dtype": np.dtype("uint16"), "imagedepth": 1}
    page = SimpleNamespace(**{**usual, "compression": 1, "planarconfig": 1, "predictor": 1, **rare})
    with pytest.raises(ImageError, match="is a TIFF of a rare kind"):
        samples(page, b"", "It", None)
