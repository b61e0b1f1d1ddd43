import numpy as np
import pytest

from masking_core.errors import PromptError
from masking_core.prompts import Point, Prompts, Stroke
from masking_core.steps.foreground import Foreground, follow, subject_parts


def scene():
    """Object 1 is the surroundings, 2 a large middle, 3 a small one."""
    labels = np.ones((40, 60), np.int32)
    labels[10:30, 10:30] = 2
    labels[12:20, 40:50] = 3
    return labels


def keep(rule, labels=None, prompts=None, knows_background=False, **more):
    return Foreground(rule=rule, **more).select(
        scene() if labels is None else labels, prompts or Prompts(), knows_background=knows_background
    )


def test_the_object_that_owns_the_border_is_background_unless_the_method_knows_better():
    assert keep("auto") == (2, 3)
    assert keep("not_border") == (2, 3)
    assert keep("auto", knows_background=True) == (1, 2, 3)


def test_the_largest_is_the_largest_that_is_not_background():
    assert keep("largest") == (2,)


def test_a_stroke_keeps_what_it_touches():
    assert keep("touched", prompts=Prompts(marks=(Point(x=45, y=15, radius=1),))) == (3,)
    with pytest.raises(PromptError, match="Draw a stroke"):
        keep("touched")
    across = Prompts(marks=(Stroke(points=((15, 15), (45, 15)), width=3),))
    assert keep("touched", scene() - 1, across) == (1, 2)  # what it crosses between them is background


def test_a_rectangle_keeps_what_is_mostly_inside_it():
    assert keep("inside", prompts=Prompts.from_box(8, 8, 32, 32)) == (2,)
    with pytest.raises(PromptError, match="Draw a rectangle"):
        keep("inside")


def test_hand_picked_objects_are_kept_if_they_are_there():
    assert keep("picked", picked=(3, 2, 9)) == (2, 3)
    assert keep("picked") == ()


def test_a_pick_follows_its_object_when_the_numbers_change():
    renumbered = np.array([0, 3, 1, 2], np.int32)[scene()]
    assert follow(scene(), (2,), renumbered) == ((1,), ())
    assert follow(scene(), (3, 2), np.repeat(np.repeat(renumbered, 2, 0), 2, 1)) == ((1, 2), ())


def test_a_pick_that_has_no_counterpart_is_reported():
    merged = np.where(scene() == 3, 1, scene()).astype(np.int32)
    assert follow(scene(), (2, 3), merged) == ((2,), (3,))


def test_a_picked_object_that_falls_apart_is_followed_in_all_its_parts():
    split = scene()
    split[20:30, 10:30] = 4
    assert follow(scene(), (2,), split) == ((2, 4), ())


def test_an_object_is_divided_along_the_subject_only_where_it_lies_half_in_it():
    labels = np.zeros((20, 60), np.int32)
    labels[:, :20], labels[:, 20:40], labels[:, 40:] = 1, 2, 3
    likely = np.zeros((20, 60), np.float32)
    likely[:, 10:39] = 1  # half of object 1, nearly all of object 2
    parts, kept = subject_parts(labels, likely, knows_background=True)
    assert kept == (1, 2)
    assert (parts[:, 10:20] == 1).all()
    assert (parts[:, :10] == 4).all()  # the rest of object 1 is an object of its own
    assert (parts[:, 20:40] == 2).all()
    assert (parts[:, 40:] == 3).all()


def test_the_pieces_of_an_object_are_looked_at_one_by_one():
    labels = np.zeros((10, 50), np.int32)
    labels[:, :10] = labels[:, 40:] = 1
    likely = np.zeros((10, 50), np.float32)
    likely[:, :10] = 1
    parts, kept = subject_parts(labels, likely, knows_background=True)
    assert kept == (1,)
    assert (parts[:, 40:] == 2).all()
    assert not parts[:, 10:40].any()


@pytest.mark.parametrize("knows_background", [True, False])
def test_what_a_method_left_untouched_is_kept_where_it_is_the_subject(knows_background):
    labels = np.zeros((10, 30), np.int32)
    labels[:, :10] = 1
    likely = np.zeros((10, 30), np.float32)
    likely[:, 15:] = 1
    parts, kept = subject_parts(labels, likely, knows_background=knows_background)
    assert (kept == ()) is knows_background
    assert np.isin(parts[:, 15:], kept).all() is np.bool_(not knows_background)
    assert not np.isin(parts[:, :10], kept).any()


def test_no_subject_and_no_object_keep_nothing():
    nothing = np.zeros((5, 5), np.float32)
    assert subject_parts(np.ones((5, 5), np.int32), nothing, knows_background=True)[1] == ()
    assert subject_parts(np.zeros((5, 5), np.int32), nothing + 1, knows_background=True)[1] == ()


def test_an_object_half_of_which_was_picked_is_not_picked():
    before = np.array([[1, 1, 2, 2]], np.int32)
    assert follow(before, (1,), np.array([[1, 2, 2, 1]], np.int32)) == ((), (1,))
    assert follow(before, (1,), np.array([[1, 1, 1, 1]], np.int32)) == ((), (1,))
    assert follow(before, (1,), np.array([[1, 1, 1, 2]], np.int32)) == ((1,), ())


def test_a_pick_is_lost_if_less_than_half_of_it_is_picked_now():
    before = np.array([[1, 1, 1, 1, 2, 2, 2, 2]], np.int32)
    assert follow(before, (1,), np.array([[1, 1, 2, 2, 2, 2, 2, 2]], np.int32)) == ((1,), ())
    assert follow(before, (1,), np.array([[1, 2, 2, 2, 2, 2, 2, 2]], np.int32)) == ((1,), (1,))
