"""Texts are drawn by Pillow, once for all that look the same, wherever they are and however much of them is seen."""

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from masking_core.prompts import Prompts, Text, lettering

SHAPE = 60, 90
FAR = 200


@pytest.fixture(autouse=True)
def nothing_known():
    lettering._drawn.cache.clear()


def drawn_by_pillow(text):
    """The same on a page so large that nothing is cut off, and the picture cut out of it."""
    page = PIL.Image.new("L", (2 * FAR + SHAPE[1], 2 * FAR + SHAPE[0]))
    font = PIL.ImageFont.load_default(max(text.size, 1))
    PIL.ImageDraw.Draw(page).text((text.x + FAR, text.y + FAR), text.text, fill=255, font=font)
    return np.asarray(page)[FAR : FAR + SHAPE[0], FAR : FAR + SHAPE[1]]


@pytest.mark.parametrize("word", ["jÅ_", "Wg|", ".", " "])
@pytest.mark.parametrize("place", [(20, 10), (20.25, 10.75), (-9.3, -4.6), (75.5, 45.5), (-150, 10), (10, 300)])
@pytest.mark.parametrize("size", [0.3, 7.5, 41])
def test_a_text_is_what_pillow_draws(word, place, size):
    text = Text(text=word, x=place[0], y=place[1], size=size)
    expected = drawn_by_pillow(text)
    hard, soft = np.zeros(SHAPE, bool), np.zeros(SHAPE, np.float32)
    for total, (window, part) in ((hard, text.mask(SHAPE)), (soft, text.coverage(SHAPE))):
        assert part.dtype == total.dtype
        total[window] = part
    assert np.array_equal(hard, expected >= 127.5)
    assert np.array_equal(soft, expected / np.float32(255))


def test_the_same_line_is_drawn_once_wherever_whole_pixels_part_it(monkeypatch):
    drawn = []
    draw = PIL.ImageDraw.ImageDraw.text
    monkeypatch.setattr(PIL.ImageDraw.ImageDraw, "text", lambda *args, **more: drawn.append(1) or draw(*args, **more))
    marks = [Text(text="W", x=x + 0.5, y=y, size=20) for x in range(-20, 20) for y in range(10)]
    prompts = Prompts(marks=marks)
    for use in (prompts.outside, prompts.bounds, prompts.roi_alpha):
        use(SHAPE)
    assert len(drawn) == 1
    for other in ({"text": "V"}, {"x": 0.25}, {"y": 0.25}, {"size": 20.5}):
        before = len(drawn)
        marks[0].model_copy(update=other).mask(SHAPE)
        assert len(drawn) == before + 1


def test_what_is_kept_is_bounded_and_not_written_to(monkeypatch):
    kept = lettering._drawn.cache
    monkeypatch.setattr(kept, "_Cache__maxsize", 100_000)
    for number in range(100):
        Text(text="W" * 10, x=0, y=0, size=20 + number / 10).mask(SHAPE)
    assert 0 < kept.currsize <= 100_000
    assert 0 < len(kept) < 100
    assert kept.currsize >= sum(covered.nbytes for _, _, covered in kept.values())
    assert not any(covered.flags.writeable for _, _, covered in kept.values())
