"""Which pages of TIFFs Pillow would misread, by their tags."""

import pytest

from masking_core.image.tiff import beyond_pillow

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
