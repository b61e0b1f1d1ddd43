import numpy as np
import pytest

from masking_core import Edge, FuzzyCMeans, Image, KMeans, PromptError, Prompts, Recipe
from masking_core.methods.clustering.grouping import _closeness
from masking_core.prompts import Point, Rectangle, Stroke

BOTH = pytest.mark.parametrize("method", [KMeans, FuzzyCMeans])
HARD = Edge(feather=0.0)


def flags(height=40, width=90):
    """Three stripes, dark to the left, light to the right, with a little noise."""
    rgb = np.zeros((height, width, 3), int)
    rgb[:, :30], rgb[:, 30:60], rgb[:, 60:] = (20, 20, 60), (180, 30, 30), (240, 240, 220)
    rgb += np.random.default_rng(0).integers(-8, 9, rgb.shape)
    return Image.from_array(rgb.clip(0, 255).astype(np.uint8), name="flags")


def middle(result, x):
    return int(result.labels[20, x])


def test_a_registered_method_is_exported():
    assert KMeans().id == "kmeans"
    assert FuzzyCMeans().id == "fuzzy_cmeans"


@BOTH
def test_objects_are_numbered_from_dark_to_light(method):
    result = Recipe(method=method(objects=3), edge=HARD).run(flags())
    assert [middle(result, x) for x in (15, 45, 75)] == [1, 2, 3]


@BOTH
def test_the_order_of_pixels_does_not_matter(method):
    image = flags()
    order = np.random.default_rng(1).permutation(40 * 90)
    shuffled = Image.from_array(image.rgb.reshape(-1, 3)[order].reshape(40, 90, 3), name="shuffled")
    straight = method(objects=3).segment(image, Prompts()).labels.ravel()[order]
    assert np.array_equal(method(objects=3).segment(shuffled, Prompts()).labels.ravel(), straight)


@BOTH
def test_a_stroke_gives_the_group_under_it_its_object_number(method):
    prompts = Prompts(marks=(Stroke(points=((75.0, 5.0), (75.0, 35.0)), width=4.0, object=1),))
    result = Recipe(method=method(objects=3), edge=HARD).run(flags(), prompts)
    assert middle(result, 75) == 1
    assert result.kept == (1,)
    assert (result.alpha[:, 62:] == 1).all()
    assert (result.alpha[:, :58] == 0).all()


@BOTH
def test_a_background_stroke_makes_its_group_the_background_and_keeps_the_rest(method):
    prompts = Prompts(marks=(Point(x=45.0, y=20.0, object=0),))
    result = Recipe(method=method(objects=3), edge=HARD).run(flags(), prompts)
    assert middle(result, 45) == 0
    assert set(result.kept) == {1, 2}


@BOTH
def test_a_point_that_belongs_to_nothing_is_released(method):
    marked = Stroke(points=((75.0, 20.0),), width=6.0, object=2)
    released = Prompts(marks=(marked, Point(x=75.0, y=20.0, radius=10.0, object=-1)))
    result = Recipe(method=method(objects=3), edge=HARD).run(flags(), released)
    assert np.array_equal(result.labels, Recipe(method=method(objects=3)).run(flags()).labels)


@BOTH
def test_more_marked_objects_than_groups_get_a_group_each(method):
    prompts = Prompts(
        marks=tuple(Point(x=x, y=20.0, radius=3.0, object=n) for n, x in ((5, 15.0), (2, 45.0), (9, 75.0)))
    )
    result = Recipe(method=method(objects=2), edge=HARD).run(flags(), prompts)
    assert [middle(result, x) for x in (15, 45, 75)] == [5, 2, 9]
    assert result.kept == (2, 5, 9)


@BOTH
def test_inside_a_rectangle_the_object_is_what_is_not_outside(method):
    image = Image.from_array(flags().rgb.copy(), name="box")
    box = Prompts(marks=(Rectangle(x=20.0, y=5.0, width=35.0, height=30.0),))
    result = Recipe(method=method(objects=3), edge=HARD).run(image, box)
    assert (result.labels[5:35, 32:55] == 1).all()
    assert (result.labels[:, 56:] == 0).all(), "outside is background"
    assert (result.labels[5:35, 20:29] == 0).all(), "what is more frequent outside is background"
    assert result.notes


@BOTH
def test_a_rectangle_of_background_is_no_shape_of_an_object(method):
    box = Rectangle(x=62.0, y=0.0, width=28.0, height=40.0, object=0)
    found = method(objects=3).segment(flags(), Prompts(marks=(box,)))
    assert found.notes == ()
    assert np.unique(found.labels[:, :58]).tolist() == [1, 2]


@BOTH
def test_several_rectangles_are_several_objects(method):
    rgb = np.full((40, 90, 3), 230, np.uint8)
    rgb[10:30, 10:30], rgb[10:30, 60:80] = (200, 20, 20), (20, 20, 200)
    boxes = Prompts(
        marks=(
            Rectangle(x=5.0, y=5.0, width=30.0, height=30.0, object=1),
            Rectangle(x=55.0, y=5.0, width=30.0, height=30.0, object=2),
        )
    )
    result = Recipe(method=method(objects=3), edge=HARD).run(Image.from_array(rgb), boxes)
    assert (result.labels[10:30, 10:30] == 1).all()
    assert (result.labels[10:30, 60:80] == 2).all()
    assert (result.labels > 0).sum() == 800
    assert len(result.layers) == 2


@BOTH
@pytest.mark.parametrize(("number", "whose"), [(0, "of the background"), (5, "of object 5")])
def test_marks_that_colour_cannot_tell_apart_are_named(method, number, whose):
    marks = (Stroke(points=((5, 5), (5, 35)), width=9, object=7), Point(x=5, y=20, radius=1, object=number))
    image = Image.from_array(np.repeat(flags().rgb[:1, :1], 40, axis=0).repeat(90, axis=1))
    with pytest.raises(PromptError, match=f"The marks {whose} lie on no colour of their own"):
        method().segment(image, Prompts(marks=marks))


def test_place_tells_look_alikes_apart():
    rgb = np.full((60, 200, 3), 128, np.uint8)
    rgb[20:40, 10:30] = rgb[20:40, 170:190] = (220, 30, 30)
    image = Image.from_array(rgb)
    by_colour = KMeans(objects=2).segment(image, Prompts()).labels
    by_place = KMeans(objects=4, metric="product").segment(image, Prompts()).labels
    assert by_colour[30, 20] == by_colour[30, 180]
    assert by_place[30, 20] != by_place[30, 180]


def test_precision_and_iterations_do_what_their_names_say():
    image = flags()
    assert KMeans(objects=5, max_iterations=1).segment(image, Prompts()).info["iterations"] == 1
    coarse = KMeans(objects=5, precision=10.0).segment(image, Prompts()).info
    fine = KMeans(objects=5, precision=0.001, max_iterations=500).segment(image, Prompts()).info
    assert coarse["iterations"] <= fine["iterations"]
    assert fine["converged"]
    assert fine["energy"][-1] <= coarse["energy"][-1] * (1 + 1e-9)


def test_membership_is_the_alpha_of_a_soft_layer():
    ramp = np.tile(np.linspace(20, 235, 200).astype(np.uint8)[None, :, None], (20, 1, 3))
    soft = Recipe(method=FuzzyCMeans(objects=2, alpha="membership"), edge=HARD).run(Image.from_array(ramp))
    assert soft.membership is not None
    assert np.allclose(soft.membership.sum(axis=2), 1, atol=1e-5)
    assert len(np.unique(soft.alpha)) > 50
    assert np.allclose(soft.alpha, soft.membership[..., soft.kept[0] - 1], atol=1e-6)
    hard = Recipe(method=FuzzyCMeans(objects=2), edge=HARD).run(Image.from_array(ramp))
    assert hard.membership is None
    assert set(np.unique(hard.alpha)) == {0, 1}
    assert np.array_equal(hard.labels, soft.labels)


def test_how_crisp_the_memberships_are_is_reported():
    info = [FuzzyCMeans(objects=3, fuzzifier=m).segment(flags(), Prompts()).info for m in (1.1, 4.0)]
    assert info[0]["partition_coefficient"] > info[1]["partition_coefficient"] >= 1 / 3
    assert info[0]["partition_entropy"] < info[1]["partition_entropy"] <= np.log(3)


@BOTH
@pytest.mark.parametrize(
    ("marks", "known"),
    [
        ((), False),
        ((Point(x=45.0, y=20.0, object=0),), True),
        ((Point(x=45.0, y=20.0, object=0), Point(x=75.0, y=20.0)), False),
        ((Point(x=75.0, y=20.0),), False),
        ((Rectangle(x=20, y=5, width=30, height=30),), True),
    ],
)
def test_the_background_is_known_where_it_alone_is_marked_or_a_region_is_drawn(method, marks, known):
    assert method(objects=3).segment(flags(), Prompts(marks=marks)).knows_background == known


@BOTH
def test_inside_a_region_of_all_of_the_picture_the_object_is_all_but_the_largest_group(method):
    rgb = flags().rgb.copy()
    rgb[:, 50:60] = rgb[:, 80:90]  # the light group is the largest
    everything = Prompts(marks=(Rectangle(x=0, y=0, width=90, height=40),))
    labels = method(objects=3).segment(Image.from_array(rgb), everything).labels
    assert np.array_equal(labels == 1, np.tile(np.arange(90) < 50, (40, 1)))


def test_memberships_of_marked_objects_and_of_regions_are_those_of_their_groups():
    image, soft = flags(), FuzzyCMeans(objects=3, alpha="membership")
    plain = soft.segment(image, Prompts()).membership
    marked = Prompts(marks=tuple(Point(x=x, y=20.0, radius=3.0, object=n) for n, x in ((4, 15.0), (0, 45.0))))
    found = soft.segment(image, marked).membership
    assert found.shape == (40, 90, 4)
    for number, group in ((4, 0), (1, 2)):
        assert np.abs(found[..., number - 1] - plain[..., group]).mean() < 0.02
    assert not found[..., 1:3].any()
    boxes = (Rectangle(x=5, y=5, width=20, height=30), Rectangle(x=65, y=5, width=20, height=30, object=2))
    inside = soft.segment(image, Prompts(marks=boxes)).membership
    for number, group, left in ((1, 0, 5), (2, 2, 65)):
        window = np.zeros((40, 90), bool)
        window[5:35, left : left + 20] = True
        assert not inside[..., number - 1][~window].any()
        assert np.abs(inside[..., number - 1] - plain[..., group])[window].mean() < 0.02


def test_uncertainty_is_how_alike_the_distances_to_the_two_nearest_centres_are():
    grey = np.tile(np.array([0, 20, 50, 80, 100], np.uint8)[None, :, None], (3, 1, 3))
    found = _closeness(Image.from_array(grey), np.array([[0, 0, 0], [100, 100, 100], [255, 255, 255]]), "rgb")
    assert found == pytest.approx(np.tile([0, 20 / 80, 1, 20 / 80, 0], (3, 1)), abs=1e-6)
    assert not _closeness(Image.from_array(grey), np.array([[50, 50, 50]]), "rgb").any()
    assert not _closeness(Image.from_array(grey * 0), np.zeros((2, 3)), "rgb").any()


def test_why_a_pixel_is_in_a_group_names_the_nearest_centre_or_what_overruled_it():
    image = flags()
    found = KMeans(objects=3, space="rgb").segment(image, Prompts())
    centres = np.array(found.info["centres"])
    told = found.why(45, 20)
    apart = np.linalg.norm(centres - image.rgb[20, 45], axis=1)
    assert told.sentence == f"Its colour is nearest to the centre of group {apart.argmin() + 1}."
    assert not any(each.signed for each in told.evidence)
    assert [each.weight for each in told.evidence] == pytest.approx((apart / apart.max()).tolist(), abs=0.01)
    stroke = Stroke(points=((75.0, 20.0), (15.0, 20.0)), width=3.0)
    for marks, method, reason in (
        ((stroke, Point(x=45.0, y=35.0, object=2)), KMeans(objects=3), "a mark, or what lies inside your shape,"),
        ((stroke, Point(x=45.0, y=35.0, object=2)), KMeans(objects=3, metric="sum", compactness=100), "its place"),
    ):
        ours = method.segment(image, Prompts(marks=marks))
        said = {ours.why(x, 20).sentence.split(", but ")[-1].split(" put it")[0] for x in range(16, 74)}
        assert reason in said
