from io import BytesIO

import PIL.Image
import pytest
from pydantic import ValidationError

from masking_core.errors import ImageError, ParameterError
from masking_core.image import Image
from masking_core.image.limits import Limits


def refused(check, *arguments):
    with pytest.raises(ImageError) as caught:
        check("photo.png", *arguments)
    return caught.value.code, str(caught.value)


def test_what_is_too_large_is_refused_in_a_sentence_with_both_figures():
    limits = Limits()
    assert refused(limits.check_size, 40_000, 40_000) == (
        "too-many-pixels",
        "photo.png is 40,000 × 40,000 pixels; the limit is 100 megapixels.",
    )
    assert refused(limits.check_size, 30_000, 100) == (
        "too-many-pixels",
        "photo.png is 30,000 × 100 pixels; the longest side may have 20,000 pixels.",
    )
    assert refused(limits.check_bytes, 312_000_000) == (
        "too-many-bytes",
        "photo.png is 312.0 megabytes; the limit is 200 megabytes.",
    )
    assert refused(limits.check_stack, 201, 0)[0] == "too-many-pixels"
    assert refused(limits.check_stack, 2, 100_000_001)[0] == "too-many-pixels"


def test_nothing_is_empty():
    assert refused(Limits().check_size, 0, 10)[0] == "empty"
    assert refused(Limits().check_bytes, 0)[0] == "empty"


def test_the_limit_itself_is_allowed():
    limits = Limits(max_megapixels=1, max_megabytes=1, max_side=2000, max_frames=3)
    limits.check_size("photo.png", 2000, 500)
    limits.check_bytes("photo.png", 1_000_000)
    limits.check_stack("photo.png", 3, 1_000_000)


def test_the_environment_sets_each_limit():
    given = {
        "MASKING_MAX_MEGAPIXELS": "12.5",
        "MASKING_MAX_MEGABYTES": "20",
        "MASKING_MAX_SIDE": "4096",
        "MASKING_MAX_FRAMES": "7",
        "MASKING_OTHER": "x",
    }
    expected = Limits(max_megapixels=12.5, max_megabytes=20, max_side=4096, max_frames=7)
    assert Limits.from_environment(given) == expected
    assert Limits.from_environment({}) == Limits()


@pytest.mark.parametrize("value", ["many", "", "0", "-3", "1.5", "1e9"])
def test_a_wrong_setting_is_one_sentence_with_its_name_and_its_value(value):
    with pytest.raises(ParameterError, match=r"MASKING_MAX_SIDE .*was given") as caught:
        Limits.from_environment({"MASKING_MAX_SIDE": value})
    assert repr(value) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_limits_are_strict_values():
    assert hash(Limits(max_side=10)) == hash(Limits(max_side=10))
    for wrong in ({"max_side": "10"}, {"max_pixels": 5}, {"max_megapixels": float("nan")}, {"max_megapixels": 1000.0}):
        with pytest.raises(ValidationError):
            Limits(**wrong)
    with pytest.raises(ValidationError):
        Limits().max_side = 5


@pytest.mark.parametrize("form", ["PNG", "TIFF", "WEBP", "GIF", "JPEG"])
def test_the_limit_that_is_set_counts_and_no_other(form, monkeypatch):
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 1_000)
    file = BytesIO()
    PIL.Image.new("RGB", (100, 90), (9, 99, 199)).save(file, form)
    assert Image.open(file.getvalue(), limits=Limits(max_megapixels=0.01)).size == (100, 90)
    with pytest.raises(ImageError, match="megapixels"):
        Image.open(file.getvalue(), limits=Limits(max_megapixels=0.008))
