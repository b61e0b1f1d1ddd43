"""How a graph cut goes about a picture."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy import ndimage
from skimage import data

from masking_core import GraphCut, Image, Prompts
from masking_core.kernels.min_cut.contrast import boundary_cost
from masking_core.kernels.min_cut.maxflow import MAX_LINK
from masking_core.methods.graph_cut.graph_cut import NO_OBJECT, WHOLE, _at, _reduced_region, _reduced_seeds
from masking_core.methods.graph_cut.why import _neighbours
from masking_core.prompts import Rectangle, Stroke


def noise(height, width):
    return Image.from_array(np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8))


@pytest.mark.parametrize(
    ("exact", "height", "levels"), [(False, 400, 1), (False, 401, 4), (True, 401, 1), (True, 800, 1)]
)
def test_a_picture_is_cut_whole_if_it_is_small_or_must_be_exact(exact, height, levels):
    image = noise(height, 400)
    assert (image.pixels <= WHOLE) == (height <= 400)
    assert len(GraphCut(exact=exact)._pyramid(image).levels) == levels


def test_an_exact_cut_is_near_the_usual_one():
    image = Image.from_array(data.coffee())
    marks = Prompts(
        marks=(
            Rectangle(x=85, y=8, width=470, height=388),
            Stroke(points=((230.0, 100.0), (330.0, 250.0)), width=14),
        )
    )
    usual, exact = (GraphCut(exact=exact).segment(image, marks).labels == 1 for exact in (False, True))
    assert (usual & exact).sum() / (usual | exact).sum() > 0.97


@pytest.mark.parametrize(
    ("inner", "outer", "side"), [(4, 0, -1), (5, 0, 1), (5, 5, 1), (5, 6, 0), (0, 4, -1), (0, 5, 0), (8, 8, 1)]
)
def test_a_pixel_of_the_view_is_marked_by_more_than_a_quarter_and_by_the_greater_side(inner, outer, side):
    seeds = np.full((8, 12), -1, np.int8)
    seeds[:4, :4] = 1  # elsewhere there is a mark of the object: no dot is at stake
    cell = np.full(16, -1, np.int8)
    cell[:inner], cell[inner : inner + outer] = 1, 0
    seeds[4:, 8:] = cell.reshape(4, 4)
    assert _reduced_seeds(seeds, (2, 3)).tolist() == [[1, -1, -1], [-1, -1, side]]


def test_a_dot_is_still_marked_on_the_view_and_where_it_was():
    seeds = np.full((80, 120), -1, np.int8)
    seeds[37, 101] = 1
    assert np.argwhere(_reduced_seeds(seeds, (8, 12)) == 1).tolist() == [[3, 10]]
    assert (_reduced_seeds(-np.ones((80, 120), np.int8), (8, 12)) == -1).all()


def test_a_field_is_read_between_its_pixels_as_scipy_reads_it():
    rng = np.random.default_rng(0)
    field, shape = rng.random((7, 11), np.float32), (130, 300)
    pixels = rng.permutation(shape[0] * shape[1])[:20_000]
    rows, columns = np.unravel_index(pixels, shape)
    places = (rows + 0.5) * 7 / 130 - 0.5, (columns + 0.5) * 11 / 300 - 0.5
    wanted = ndimage.map_coordinates(field, places, order=1, mode="nearest")
    assert _at(field, shape, pixels) == pytest.approx(wanted, abs=0.02)  # remap works in 32nds of a pixel


def test_the_numbers_of_objects_are_names_and_strokes_always_win():
    rng = np.random.default_rng(0)
    rgb = rng.normal(120, 25, (90, 160, 3))
    rgb[20:70, 30:130] += (60, -40, 10)  # one thing, of which each half is marked as an object
    image = Image.from_array(rgb.clip(0, 255).astype(np.uint8))
    lines = {1: ((45.0, 30.0), (45.0, 60.0)), 2: ((100.0, 30.0), (100.0, 60.0)), 0: ((5.0, 5.0), (155.0, 5.0))}
    labels = []
    for names in ({0: 0, 1: 1, 2: 2}, {0: 0, 1: 2, 2: 1}):
        marks = tuple(Stroke(points=points, width=4.0, object=names[number]) for number, points in lines.items())
        found = GraphCut().segment(image, Prompts(marks=marks)).labels
        seeds = Prompts(marks=marks).seeds((90, 160))
        assert np.array_equal(found[seeds >= 0], seeds[seeds >= 0])
        labels.append(np.array([names[number] for number in range(3)])[found])
    assert (labels[0] == labels[1]).mean() > 0.99
    assert min((labels[0][20:70, 30:130] == number).mean() for number in (1, 2)) > 0.2


def test_a_region_on_the_view_is_what_it_covers_half_of_and_never_nothing():
    region, seeds = np.zeros((8, 12), bool), np.full((4, 6), -1, np.int8)
    region[2:6, 3:9] = True  # 3 cuts a pixel of the view in half
    wanted = np.zeros((4, 6), bool)
    wanted[1:3, 1:5] = True
    assert np.array_equal(_reduced_region(region, seeds), wanted)
    seeds[0] = 0
    region[:] = False
    region[5, 5] = True
    assert np.array_equal(_reduced_region(region, seeds), seeds != 0)
    assert _reduced_region(None, seeds) is None


def test_what_stands_out_is_explained_where_nothing_is_marked_and_only_there():
    image = noise(60, 80)
    marked = Prompts(marks=(Stroke(points=((20.0, 30.0), (60.0, 30.0)), width=4.0),))
    for prompts, told in ((Prompts(), True), (marked, False)):
        titles = [stage.title for stage in GraphCut().segment(image, prompts).stages]
        assert ("What stands out" in titles) == told


def test_why_a_pixel_is_what_it_is_agrees_with_the_strongest_reason_or_says_that_the_outline_decided():
    rng = np.random.default_rng(0)
    rgb = rng.normal(100, 60, (40, 60, 3))
    rgb[10:30, 15:45] += (50, -20, -20)
    marks = (
        Stroke(points=((25.0, 20.0), (35.0, 20.0)), width=4.0),
        Stroke(points=((5.0, 3.0), (55.0, 3.0)), width=4.0, object=0),
    )
    image = Image.from_array(rgb.clip(0, 255).astype(np.uint8))
    found = GraphCut(smoothness=10).segment(image, Prompts(marks=marks))
    told = {(x, y): found.why(x, y) for x in range(60) for y in range(6, 40)}
    agreeing = set()
    for (x, y), each in told.items():
        if each.evidence:
            kept = found.labels[y, x] == 1
            strongest = max(each.evidence, key=lambda one: abs(one.weight))
            agrees = (strongest.weight > 0) == kept
            mostly = f"decided mostly by {strongest.name.lower()}"
            reason = mostly if agrees else "because the outline is shorter that way"
            assert each.sentence == f"This pixel is {'the object' if kept else 'background'}, {reason}."
            agreeing.add((bool(agrees), bool(kept)))
    assert {(True, True), (True, False), (False, True)} <= agreeing


def test_neighbours_hold_a_pixel_by_the_links_to_their_side():
    links = np.random.default_rng(0).integers(0, MAX_LINK, (4, 4, 5)).astype(np.int16)
    cut = np.random.default_rng(1).random((4, 5)) < 0.5
    belief = SimpleNamespace(cut=cut, smoothness=0.8)
    account = SimpleNamespace(learned={1: (None, None, belief)}, links=links, smoothness=2.0)
    for row, column in np.ndindex(4, 5):
        moved = []
        for value in (True, False):
            labels = cut.copy()
            labels[row, column] = value
            moved.append(boundary_cost(links, labels)[0] / MAX_LINK)
        assert _neighbours(account, 1, row, column) == pytest.approx((moved[1] - moved[0]) * 2.0 * 0.8, abs=1e-6)


def test_what_was_learned_last_is_what_a_pixel_is_weighed_by():
    rng = np.random.default_rng(2)
    rgb = rng.normal(100, 50, (40, 60, 3))
    rgb[10:30, 15:45] += (60, -30, -20)
    marks = Prompts(marks=(Stroke(points=((25.0, 20.0), (35.0, 20.0)), width=4.0),))
    found = GraphCut(precision=0.0, iterations=4).segment(Image.from_array(rgb.clip(0, 255).astype(np.uint8)), marks)
    (account,) = found.why.args
    first, *_, last = account.learned[1]
    assert last.rounds > 2
    said = [belief.of_colour(account.features) for belief in (first, account.learned[1][1], last)]
    y, x = np.unravel_index(np.abs(said[2] - said[1]).argmax(), said[2].shape)
    assert abs(said[2][y, x] - said[1][y, x]) > 0.02
    told = {each.name: each.figure for each in found.why(x, y).evidence}
    assert told["Its colour"] == f"{said[2][y, x]:+.2f}"
    assert told["Distance to your strokes"] == f"{last.place[y, x]:+.2f}"


def test_what_is_learned_from_keeps_to_the_strokes_whatever_colours_say():
    seeds = np.full((12, 16), -1, np.int8)
    seeds[3:6, 2:5], seeds[8:10, 9:14] = 1, 0
    cut = GraphCut()._solver(np.zeros((4, 12, 16), np.int16), seeds)
    for value in (-5.0, 5.0):
        mask = cut(np.full(seeds.shape, value, np.float32), 1.0)
        assert np.array_equal(mask, (seeds == 1) if value < 0 else (seeds != 0))


def test_the_share_of_the_foreground_is_that_of_the_labels():
    image = noise(40, 60)
    for number in (1, 3):
        found = GraphCut().segment(image, Prompts(marks=(Rectangle(x=9, y=9, width=20, height=20, object=number),)))
        assert found.info["foreground"] == np.mean(found.labels == number)


def test_without_a_mark_it_is_said_that_the_object_is_a_guess():
    image = noise(40, 60)
    for marks, notes in (((), (NO_OBJECT,)), ((Rectangle(x=10, y=10, width=30, height=20),), ())):
        assert GraphCut().segment(image, Prompts(marks=marks)).notes == notes


def test_the_smoother_the_shorter_the_outline():
    y, x = np.mgrid[:150, :200]
    rgb = np.where((np.hypot(y - 75, x - 100) < 45)[..., None], (170, 110, 90), (90, 110, 130))
    rgb = (rgb + np.random.default_rng(0).normal(0, 45, rgb.shape)).clip(0, 255).astype(np.uint8)
    marks = Prompts(
        marks=(
            Stroke(points=((80.0, 75.0), (120.0, 75.0)), width=8.0),
            Stroke(points=((5.0, 5.0), (195.0, 5.0)), width=6.0, object=0),
        )
    )
    lengths = []
    for smoothness in (1.0, 25.0):
        labels = GraphCut(smoothness=smoothness).segment(Image.from_array(rgb), marks).labels
        lengths.append(np.count_nonzero(labels[1:] != labels[:-1]) + np.count_nonzero(labels[:, 1:] != labels[:, :-1]))
    assert lengths[0] > 1.3 * lengths[1] > 0
