"""Pictures and stacks as values."""

import copy
import dataclasses
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import PIL.Image
import pytest
import skimage.data
from hypothesis import example, given, settings
from hypothesis import strategies as st
from picture_files import picture, saved
from skimage.transform import downscale_local_mean

from masking_core.errors import Cancelled, ImageError, ParameterError
from masking_core.image import Image, Stack
from masking_core.image.image import MOST_DERIVED, STEPS
from masking_core.image.limits import Limits


def see_through(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (30, 40, 4), dtype=np.uint8)


def refused(rgb, alpha=None):
    with pytest.raises(ImageError) as caught:
        Image.from_array(rgb, alpha)
    return caught.value.code


# ---- from arrays ----


def test_arrays_are_taken_as_they_are():
    rgba = see_through()
    for array, alpha in ((rgba, None), (rgba[..., :3], rgba[..., 3])):
        image = Image.from_array(array, alpha)
        assert np.array_equal(image.rgb, rgba[..., :3])
        assert np.array_equal(image.alpha, rgba[..., 3])
    for grey in (rgba[..., 0], rgba[..., :1]):
        image = Image.from_array(grey)
        assert np.array_equal(image.rgb, np.dstack([rgba[..., 0]] * 3))
        assert image.alpha is None


def test_floats_in_zero_to_one_and_booleans():
    values = np.linspace(0, 1, 256).reshape(16, 16)
    assert np.array_equal(Image.from_array(values).rgb[..., 0], np.arange(256).reshape(16, 16))
    assert np.array_equal(Image.from_array(values.astype(np.float32)).rgb[..., 0], np.arange(256).reshape(16, 16))
    assert np.array_equal(Image.from_array(values > 0.5).rgb[..., 0], (values > 0.5) * 255)
    assert np.array_equal(Image.from_array(picture(16, 16), values).alpha, np.arange(256).reshape(16, 16))


def test_arrays_that_are_no_picture_are_refused():
    rgb = picture()
    assert refused(np.zeros((4, 4, 2), np.uint8)) == "unsupported"
    assert refused(np.zeros(4, np.uint8)) == "unsupported"
    assert refused(np.zeros((2, 4, 4, 3), np.uint8)) == "unsupported"
    assert refused(np.zeros((4, 4, 2), np.int32)) == "unsupported"
    assert refused(np.zeros((4, 4), complex)) == "unsupported"
    assert refused(np.array([["a"]])) == "unsupported"
    assert refused(np.full((4, 4), 1.5)) == "unsupported"
    assert refused(np.full((4, 4), np.nan)) == "unsupported"
    assert refused(np.zeros((0, 4, 3), np.uint8)) == "empty"
    assert refused(np.zeros((4, 0), float)) == "empty"
    assert refused(rgb, np.zeros((3, 3), np.uint8)) == "unsupported"
    assert refused(see_through(), np.zeros((30, 40), np.uint8)) == "unsupported"


def test_other_things_are_no_pictures():
    for source in (None, 5, ["photo.png"], object()):
        with pytest.raises(
            ImageError, match="from a path, bytes, an open file, a Pillow picture or an array"
        ) as caught:
            Image.open(source)
        assert caught.value.code == "unsupported"


# ---- a value ----


def test_a_picture_cannot_be_changed():
    array, alpha = picture(), picture()[..., 0].copy()
    image = Image.from_array(array, alpha)
    before = image.digest
    array[:], alpha[:] = 0, 0
    assert Image(image.rgb, image.alpha).digest == before
    with pytest.raises(ValueError, match="read-only"):
        image.rgb[0, 0] = 0
    with pytest.raises(ValueError, match="read-only"):
        image.alpha[0, 0] = 0
    with pytest.raises(dataclasses.FrozenInstanceError):
        image.name = "other"


def test_nor_by_way_of_the_pillow_picture_it_came_from():
    source = PIL.Image.fromarray(see_through())
    image = Image.open(source)
    source.paste((0, 0, 0, 0), (0, 0, 40, 30))
    assert np.array_equal(image.rgb, see_through()[..., :3])


@pytest.mark.parametrize(
    "image",
    [
        Image.from_array(see_through()),
        Image.from_array(see_through()[::2, ::-2]),
        Image.from_array(np.asfortranarray(picture())),
        Image.open(saved(see_through(), "PNG")),
        Image.open(saved(picture().transpose(1, 0, 2), "TIFF")),
        Image.from_array(see_through()).reduced(100),
    ],
)
def test_pixels_are_contiguous_read_only_and_survive_pickling(image):
    for each in (image, pickle.loads(pickle.dumps(image)), copy.deepcopy(image), copy.copy(image)):
        assert each == image
        for array in (each.rgb, each.alpha):
            if array is not None:
                assert array.flags.c_contiguous
                assert not array.flags.writeable
                assert array.dtype == np.uint8


def test_size_is_width_and_height():
    image = Image.from_array(picture(24, 16))
    assert image.size == (24, 16)
    assert image.pixels == 384


# ---- digest ----


def test_equal_pixels_are_equal_pictures_whatever_their_name():
    one, other = Image.from_array(see_through(), name="a.png"), Image.open(saved(see_through(), "PNG"), name="b.png")
    assert one == other
    assert hash(one) == hash(other)
    assert len({one, other}) == 1
    assert one != "a.png"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 29), st.integers(0, 39), st.integers(0, 3), st.integers(1, 255))
def test_every_byte_counts(row, column, channel, change):
    rgba = see_through()
    rgba[row, column, channel] ^= change
    assert Image.from_array(rgba) != Image.from_array(see_through())


def test_shape_and_presence_of_alpha_count():
    flat = np.zeros(48, np.uint8)
    shapes = [(4, 4, 3), (2, 8, 3), (8, 2, 3), (16, 1, 3), (3, 4, 4), (4, 3, 4)]
    digests = {Image.from_array(flat.reshape(shape)).digest for shape in shapes}
    assert len(digests) == len(shapes)


def test_digests_stay_the_same_for_ever():
    """Saved work is found again by them."""
    assert Image.from_array(np.eye(5)).digest == "b24612dfc8c38ab333dc4b4d706412b5"


# ---- reduced ----


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 4000))
@example(1, 60, 2)
@example(60, 1, 2)
def test_a_reduced_picture_is_as_large_as_allowed_and_keeps_its_shape(width, height, pixels):
    image = Image.from_array(np.zeros((height, width), np.uint8))
    small = image.reduced(pixels)
    assert 1 <= small.pixels <= pixels or small is image
    assert (small is image) == (image.pixels <= pixels)
    scale = min(1, (pixels / image.pixels) ** 0.5)
    if min(width, height) * scale >= 1:
        assert abs(small.size[0] - width * scale) <= 1
        assert abs(small.size[1] - height * scale) <= 1


def test_pixels_of_a_reduced_picture_are_means():
    photo = skimage.data.astronaut()
    small = Image.from_array(photo, name="photo.png").reduced(128 * 128)
    assert small.name == "photo.png"
    assert np.abs(small.rgb - downscale_local_mean(photo, (4, 4, 1))).max() <= 0.51


def test_hidden_colours_do_not_bleed_into_a_reduced_picture():
    rgba = see_through().astype(float)
    rgba[::3, ::3, 3] = 0
    rgba[:2, :2, 3] = 0
    small = Image.from_array(rgba.astype(np.uint8)).reduced(15 * 20)
    alpha = downscale_local_mean(rgba[..., 3], (2, 2))
    colour = downscale_local_mean(rgba[..., :3] * rgba[..., 3:], (2, 2, 1)) / np.maximum(alpha, 1e-9)[..., None]
    assert np.abs(small.alpha - alpha).max() <= 0.51
    assert np.abs(small.rgb - colour)[alpha > 0.5].max() <= 1
    assert np.abs(small.rgb[0, 0] - rgba[:2, :2, :3].mean(axis=(0, 1))).max() <= 0.51  # nothing to weigh by


def test_a_picture_cannot_be_reduced_to_nothing():
    with pytest.raises(ParameterError, match="at least 1; 0 was given"):
        Image.from_array(picture()).reduced(0)


# ---- stacks ----


def test_several_pictures_are_a_stack():
    images = [Image.from_array(picture(24, 16), name="a.png"), Image.from_array(picture(8, 9), name="b.png")]
    stack = Stack.from_images(images)
    assert len(stack) == 2
    assert list(stack) == images
    assert stack[-1] is images[1]
    assert stack.name == "a.png"
    assert [frame.name for frame in stack] == ["a.png", "b.png"]
    assert stack.durations is None
    assert stack.loop is None
    with pytest.raises(IndexError):
        stack[2]


def test_stacks_are_equal_if_frames_order_and_timing_are():
    first, second = (Image.from_array(picture(seed=seed)) for seed in (0, 1))
    stacks = [
        Stack((first, second)),
        Stack((second, first)),
        Stack((first,)),
        Stack((first, second), durations=(10, 20)),
        Stack((first, second), durations=(10, 21)),
        Stack((first, second), durations=(10, 20), loop=0),
    ]
    assert len({stack.digest for stack in stacks}) == len(stacks)
    assert Stack((first, second), name="x") == stacks[0]
    assert pickle.loads(pickle.dumps(stacks[3])) == stacks[3]


def test_a_single_picture_is_a_stack_of_itself():
    file = saved(picture(), "PNG")
    stack = Stack.open(file, name="photo.png")
    assert stack.frames == (Image.open(file),)
    assert stack[0].name == stack.name == "photo.png"
    assert stack.durations is None


def test_stacks_that_cannot_be():
    image = Image.from_array(picture())
    for make, code in (
        (lambda: Stack.from_images([]), "empty"),
        (lambda: Stack((image,), durations=(1.0, 2.0)), "unsupported"),
        (lambda: Stack.from_images([image] * 3, limits=Limits(max_frames=2)), "too-many-pixels"),
        (lambda: Stack.from_images([image] * 3, limits=Limits(max_megapixels=0.001)), "too-many-pixels"),
    ):
        with pytest.raises(ImageError) as caught:
            make()
        assert caught.value.code == code


def test_copies_of_a_large_picture_share_their_own_small_copies():
    rng = np.random.default_rng(0)
    image = Image.from_array(np.kron(rng.integers(0, 256, (60, 90, 3), dtype=np.uint8), np.ones((20, 20, 1), np.uint8)))
    small = image.reduced(40_000)
    for pixels in STEPS:
        assert small is image.reduced(pixels).reduced(40_000)
    direct = cv2.resize(image.rgb, small.size, interpolation=cv2.INTER_AREA)
    assert np.abs(small.rgb.astype(int) - direct).mean() < 3


def test_a_picture_keeps_what_was_derived_from_it_and_forgets_the_oldest():
    image = Image.from_array(np.zeros((80, 90), np.uint8))
    assert image.reduced(1000) is image.reduced(1000)
    first = image.derived("first", object)
    for number in range(MOST_DERIVED - 1):
        image.derived(number, object)
    assert image.derived("first", object) is first
    image.derived("one more", object)
    assert image.derived("first", object) is first
    assert len(image.__dict__["_derived"]) == MOST_DERIVED
    assert "_derived" not in pickle.loads(pickle.dumps(image)).__dict__


def test_what_two_threads_ask_for_at_once_is_computed_once():
    image = Image.from_array(np.zeros((80, 90), np.uint8))
    begun, calls = threading.Barrier(4), []

    def slow():
        calls.append(1)
        time.sleep(0.05)
        return object()

    def ask(_):
        begun.wait(10)
        return image.derived("slow", slow)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(map(id, pool.map(ask, range(4))))) == 1
    assert len(calls) == 1


def test_what_could_not_be_derived_is_tried_again():
    image = Image.from_array(np.zeros((80, 90), np.uint8))

    def given_up():
        raise Cancelled("Nobody waits for this any more.")

    with pytest.raises(Cancelled):
        image.derived("it", given_up)
    assert image.derived("it", lambda: 5) == 5


def test_what_was_forgotten_is_derived_anew():
    image = Image.from_array(np.zeros((4, 4, 3), np.uint8))
    calls = []
    for _ in range(2):
        image.derived("test", lambda: calls.append(1))
    image.forget()
    image.derived("test", lambda: calls.append(1))
    assert len(calls) == 2
