"""Everything public can be sent to another process."""

import inspect
import pickle

import numpy as np
import pytest

import masking_core
from masking_core import (
    Clean,
    Edge,
    Foreground,
    Image,
    ImageError,
    Limits,
    MaskingError,
    Prompts,
    Recipe,
    Session,
    Stack,
    export,
)
from masking_core.errors import ImageErrorCode
from masking_core.samples import SAMPLES

RED = Image.from_array(np.full((4, 6, 3), (200, 10, 30), np.uint8), name="red.png")
BOX = Prompts.from_box(1, 1, 3, 2)


def sent(value):
    return pickle.loads(pickle.dumps(value))


def errors():
    return [item for item in vars(masking_core).values() if inspect.isclass(item) and issubclass(item, MaskingError)]


@pytest.mark.parametrize("error", errors(), ids=lambda error: error.__name__)
def test_every_error_keeps_its_kind_and_its_sentence(error):
    for code in ImageErrorCode.__args__ if error is ImageError else [None]:
        told = error("A sentence.") if code is None else error(code, "A sentence.")
        again = sent(told)
        assert (type(again), str(again), getattr(again, "code", None)) == (error, "A sentence.", code)


@pytest.mark.parametrize(
    "value",
    [
        RED,
        Image.from_array(RED.rgb, np.full((4, 6), 90, np.uint8)),
        Stack.from_images([RED, RED]),
        BOX,
        Prompts.from_seeds(np.array([[0, 1], [-1, 2]])),
        Recipe.from_json('{"method": {"id": "kmeans"}}'),
        Edge(),
        Clean(),
        Foreground(),
        Limits(),
        SAMPLES,
    ],
    ids=lambda value: type(value).__name__,
)
def test_every_value_arrives_as_it_was(value):
    assert sent(value) == value


def test_pictures_arrive_read_only():
    assert not sent(RED).rgb.flags.writeable


def test_what_is_derived_from_a_picture_stays_behind():
    picture = Image.from_array(np.zeros((100, 100, 3), np.uint8))
    before = len(pickle.dumps(picture))
    picture.derived("locked", lambda: lambda: 1)
    assert len(pickle.dumps(picture)) == before


def test_a_session_arrives_as_it_was():
    recipe = Recipe.from_json('{"method": {"id": "manual"}}')
    session = Session.of(export.png(RED.rgb), "red.png", recipe, (BOX,))
    assert sent(session) == session
