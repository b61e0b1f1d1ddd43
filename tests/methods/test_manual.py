import numpy as np
import pytest

from masking_core import Edge, Foreground, Image, Manual, PromptError, Prompts, Recipe
from masking_core.palette import RGB
from masking_core.prompts import Ellipse, Group, Pie, Polygon, Rectangle, Stroke

HARD = Edge(feather=0.0)
CANVAS = Image.from_array(np.full((300, 400, 3), 90, np.uint8), name="canvas")
CLASSIC = Prompts(
    marks=(
        Ellipse(x=100, y=30, width=40, height=40),
        Group(
            marks=(
                Rectangle(x=10, y=200, width=50, height=30),
                Polygon(points=((310, 100), (350, 200), (250, 200))),
                Pie(x=10, y=10, width=80, height=80, start=30, sweep=120),
            )
        ),
    )
)


def test_the_classic_sample_comes_out_right():
    result = Recipe(method=Manual(), edge=HARD).run(CANVAS, CLASSIC)
    hard = result.labels > 0
    assert hard[200:230, 10:60].all()
    assert hard[190:240, 0:70].sum() == 1500, "the rectangle"
    assert result.info["pixels"] == hard.sum()
    area = {"ellipse": np.pi * 20 * 20, "triangle": 100 * 100 / 2, "pie": np.pi * 40 * 40 / 3, "rectangle": 1500}
    assert result.alpha.sum() == pytest.approx(sum(area.values()), rel=0.002)
    # From 30° to 150° clockwise from the right the pie points down.
    assert hard[80, 50]
    assert not hard[30, 50]
    assert not hard[45, 85]


def test_edges_are_as_opaque_as_they_are_covered():
    half = Prompts(marks=(Rectangle(x=10.5, y=20.0, width=10.0, height=10.0),))
    alpha = Recipe(method=Manual(), edge=HARD).run(CANVAS, half).alpha
    assert alpha.sum() == pytest.approx(100)
    assert alpha[25, 10] == pytest.approx(0.5)
    assert alpha[25, 20] == pytest.approx(0.5)


def box(x, operation="add", object=1):
    return Rectangle(x=float(x), y=0.0, width=20.0, height=10.0, operation=operation, object=object)


@pytest.mark.parametrize(
    ("operation", "pixels"), [("add", 300), ("subtract", 100), ("intersect", 100), ("exclude", 200)]
)
def test_regions_combine_in_drawing_order(operation, pixels):
    result = Recipe(method=Manual(), edge=HARD).run(CANVAS, Prompts(marks=(box(0), box(10, operation))))
    assert result.alpha.sum() == pixels


@pytest.mark.parametrize(("layers", "objects"), [("one", [1]), ("objects", [2, 7]), ("regions", [1, 2, 3])])
def test_regions_are_one_foreground_or_objects_of_their_own(layers, objects):
    marks = Prompts(marks=(box(0, object=7), box(50, object=2), box(100, object=7)))
    result = Recipe(method=Manual(layers=layers), edge=HARD).run(CANVAS, marks)
    assert [layer.label for layer in result.layers] == objects
    assert result.alpha.sum() == 600


def test_the_same_region_twice_is_two_regions():
    twice = Prompts(marks=(box(0), box(0)))
    result = Recipe(method=Manual(layers="regions"), edge=HARD).run(CANVAS, twice)
    assert result.kept == (2,), "the later one covers the earlier one"


@pytest.mark.parametrize("mark", [Stroke(points=((1.0, 1.0),), width=3.0), box(0, object=0)])
def test_without_a_region_of_an_object_it_says_what_to_draw(mark):
    with pytest.raises(PromptError, match="Draw a rectangle"):
        Recipe(method=Manual()).run(CANVAS, Prompts(marks=(mark,)))


def test_the_newest_region_is_outlined_where_it_joins_the_others():
    marks = Prompts(marks=(Rectangle(x=10, y=10, width=40, height=30), Rectangle(x=30, y=20, width=40, height=30)))
    image = Image.from_array(np.zeros((60, 80, 3), np.uint8))
    drawn = Manual().segment(image, marks).stages[0].render(1)
    rim = np.zeros((60, 80), bool)
    rim[20:50, 30:70] = True
    rim[21:49, 31:69] = False
    assert np.array_equal((drawn == RGB[2]).all(axis=2), rim)
    assert (drawn[25:45, 35:65] == 255).all()
    assert (drawn[52:] == 0).all()


def test_only_regions_of_objects_are_numbered_anew():
    stroke = Stroke(points=((5.0, 50.0),), width=3.0, object=4)
    marks = Prompts(marks=(box(0), stroke, box(10, object=0), box(50)))
    for layers, numbers in (("one", [0, 1]), ("regions", [0, 1, 2]), ("objects", [0, 1])):
        labels = Manual(layers=layers).segment(CANVAS, marks).labels
        assert np.unique(labels).tolist() == numbers
        assert (labels[:10, :10] == 1).all()
        assert (labels[:10, 10:30] == 0).all()
        assert (labels[:10, 50:70] == numbers[-1]).all()


@pytest.mark.parametrize(("size", "thick"), [((30, 500), 1), ((30, 790), 2), ((1200, 30), 3)])
def test_outlines_are_a_four_hundredth_of_the_long_side_thick(size, thick):
    marks = Prompts(marks=(Rectangle(x=8, y=8, width=14, height=14),))
    drawn = Manual().segment(Image.from_array(np.zeros((*size, 3), np.uint8)), marks).stages[0].render(0)
    rim = np.zeros(size, bool)
    rim[8:22, 8:22] = True
    rim[8 + thick : 22 - thick, 8 + thick : 22 - thick] = False
    assert np.array_equal((drawn == RGB[2]).all(axis=2), rim)


def test_the_objects_are_tinted_and_the_background_is_the_picture():
    marks = Prompts(marks=(box(0), box(50, object=3)))
    result = Manual().segment(CANVAS, marks)
    drawn = result.stages[1].render(0)
    assert np.array_equal(drawn[result.labels == 0], CANVAS.rgb[result.labels == 0])
    for number in (1, 3):
        tint = 0.4 * CANVAS.rgb[0, 0] + 0.6 * RGB[number]
        assert np.abs(drawn[result.labels == number] - tint).max() <= 1


def test_a_pixel_names_the_regions_that_hold_it_in_their_order():
    marks = Prompts(marks=(box(0), box(10, "subtract"), box(50).model_copy(update={"name": "lid", "object": 3})))
    weigh = Manual().segment(CANVAS, marks).why
    assert [(each.name, each.figure) for each in weigh(15, 5).evidence] == [
        ("Rectangle 1", "add"), ("Rectangle 2", "subtract"),
    ]  # fmt: skip
    assert weigh(15, 5).sentence.endswith("make it background.")
    assert [each.name for each in weigh(55, 5).evidence] == ["lid 3"]
    assert weigh(55, 5).sentence.endswith("make it object 3.")
    assert weigh(40, 5).evidence == ()
    assert not any(each.signed for each in weigh(15, 5).evidence), "that it holds the pixel speaks for no side"


@pytest.mark.parametrize(("picked", "area"), [((1,), 55), ((2,), 100), ((1, 2), 155)])
def test_what_is_kept_of_two_that_meet_within_a_pixel_is_its_own_share(picked, area):
    marks = (
        Rectangle(x=10.0, y=20.0, width=10.5, height=10.0),
        Rectangle(x=15.5, y=20.0, width=10, height=10, object=2),
    )
    recipe = Recipe(method=Manual(), edge=HARD, foreground=Foreground(rule="picked", picked=picked))
    alpha = recipe.run(CANVAS, Prompts(marks=marks)).alpha
    assert alpha.sum() == pytest.approx(area)
    assert alpha[25, 15] == pytest.approx({(1,): 0.5, (2,): 0.5, (1, 2): 1}[picked])
