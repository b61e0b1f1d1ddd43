"""A picture that is too large is opened as the largest of its reduced copies that is not."""

import io

import numpy as np
import pytest
import tifffile
from skimage import data

from masking_core import Image
from masking_core.errors import ImageError
from masking_core.image import Stack
from masking_core.image.limits import Limits

SMALL = Limits(max_megapixels=0.05)


def pyramid(picture, *, ome=False, nested=True, big=False, planes=1, order="<", **options):
    """A tiled file of the picture and of each second and fourth pixel, in a list of its own or page after page."""
    grey = picture.ndim == 2
    levels = [picture[::step, ::step] for step in (1, 2, 4)]
    if planes > 1:
        levels = [np.stack([level // (1 + plane) for plane in range(planes)]) for level in levels]
    options = {"photometric": "minisblack" if grey else "rgb", "tile": (64, 64), "compression": "deflate"} | options
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer, ome=ome, bigtiff=big, byteorder=order) as writer:
        writer.write(levels[0], subifds=2 if nested else 0, **options)
        for level in levels[1:]:
            writer.write(level, subfiletype=1, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize(("ome", "nested"), [(False, True), (False, False), (True, True)])
def test_the_largest_copy_within_the_limits_is_opened_and_a_note_says_so(ome, nested, big, order):
    astronaut = data.astronaut()
    file = pyramid(astronaut, ome=ome, nested=nested, big=big, order=order)
    assert np.array_equal(Image.open(file).rgb, astronaut)
    half = Image.open(file, name="slide.tif", limits=Limits(max_megapixels=0.1))
    assert np.array_equal(half.rgb, astronaut[::2, ::2])
    assert half.notes == (
        "slide.tif is 512 × 512 pixels, which is more than the limit; "
        "a copy of 256 × 256 pixels, which the file holds too, was opened instead.",
    )
    assert Image.open(file, limits=Limits(max_side=255)).size == (128, 128)
    assert Image.open(file, limits=Limits(max_side=256)).size == (256, 256)
    assert [frame.size for frame in Stack.open(file, limits=SMALL)] == [(128, 128)]


def test_a_copy_of_more_than_eight_bits_keeps_its_note_on_the_range():
    deep = data.camera().astype(np.uint16) * 16
    copy = Image.open(pyramid(deep), limits=SMALL)
    assert copy.size == (128, 128)
    assert any("copy of 128 × 128" in note for note in copy.notes)
    assert any(note.startswith("Values from") for note in copy.notes)


def test_every_slice_of_a_stack_is_opened_from_the_same_level():
    file = pyramid(data.camera(), ome=True, planes=3)
    stack = Stack.open(file, limits=SMALL)
    assert [frame.size for frame in stack] == [(128, 128)] * 3
    for plane, frame in enumerate(stack):
        assert np.array_equal(frame.rgb[..., 0], data.camera()[::4, ::4] // (1 + plane))


@pytest.mark.parametrize("kept", [1.0, 0.9])
def test_without_a_whole_copy_that_fits_it_is_too_large(kept):
    file = pyramid(data.astronaut(), nested=False)
    with pytest.raises(ImageError, match="is 512 × 512 pixels; the limit is") as caught:
        Image.open(file[: int(kept * len(file))], limits=Limits(max_megapixels=0.01))
    assert caught.value.code == "too-many-pixels"
