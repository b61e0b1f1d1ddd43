"""The subject by a network whose answer is known: bright is the subject."""

import json
from dataclasses import replace
from io import BytesIO
from zipfile import ZipFile

import numpy as np
import pytest

from masking_core import (
    Foreground,
    GraphCut,
    Image,
    KMeans,
    ModelError,
    ParameterError,
    PromptError,
    Prompts,
    Recipe,
    Session,
    Subject,
    export,
)
from masking_core.explain.pixel import why
from masking_core.kernels.appearance.prior import UNSTROKED_WEIGHT, WEIGHT
from masking_core.kernels.raster.placing import Crop, along_edges, read_at
from masking_core.methods.clicks import Clicks, _discs
from masking_core.methods.graph_cut.graph_cut import _prior, _reduced_region, _reduced_seeds
from masking_core.methods.network_why import Account, Answer
from masking_core.methods.network_why import why as network_why
from masking_core.methods.object_marks import objects_of
from masking_core.methods.subject.stages import stages
from masking_core.methods.subject.subject import MOST_SOFT
from masking_core.models import files, looks, subject_map
from masking_core.models.files import Weights
from masking_core.models.model import Model
from masking_core.prompts import Point, Rectangle, Stroke
from studio.compute.memory import held
from tests.models import onnx_files


@pytest.fixture
def bright(tmp_path, monkeypatch):
    """A network that takes what is bright for the subject, in the place of every other."""
    data = onnx_files.brightness(size=64)
    (tmp_path / "bright.onnx").write_bytes(data)
    about = onnx_files.declared("bright", data, size=64)
    weights = Weights(Model.model_validate(about), tmp_path / "bright.onnx", about["sha256"])
    monkeypatch.setattr(files, "weights", lambda _: weights)
    return weights


def two_discs():
    """Two bright discs on dark ground, left and right."""
    rows, columns = np.ogrid[:90, :160]
    left, right = ((rows - 45) ** 2 + (columns - x) ** 2 < 400 for x in (40, 120))
    rgb = np.full((90, 160, 3), 20, np.uint8)
    rgb[left | right] = (230, 220, 240)
    return Image.from_array(rgb), left, right


def overlap(found, wanted):
    return (found & wanted).sum() / (found | wanted).sum()


def test_without_marks_the_subject_is_kept(bright):
    image, left, right = two_discs()
    result = Recipe(method=Subject()).run(image)
    assert overlap(result.alpha >= 0.5, left | right) > 0.95
    assert result.info["model"] == "bright"
    assert result.info["sha256"] == bright.sha256


def test_a_rectangle_tells_it_where_to_look(bright):
    image, left, _ = two_discs()
    result = Recipe(method=Subject()).run(image, Prompts.from_box(15, 20, 65, 70))
    assert overlap(result.alpha >= 0.5, left) > 0.95
    assert not result.alpha[:, 70:].any()


def test_strokes_choose_the_parts_they_touch_and_always_win(bright):
    image, _, right = two_discs()
    marks = (
        Stroke(points=((115.0, 45.0), (125.0, 45.0)), width=4.0),
        Stroke(points=((120.0, 30.0), (121.0, 30.0)), width=6.0, object=0),
        Point(x=80.0, y=5.0, radius=3.0),
    )
    result = Recipe(method=Subject()).run(image, Prompts(marks=marks))
    seeds = Prompts(marks=marks).seeds((90, 160))
    assert result.alpha[seeds == 1].min() > 0.9999
    assert result.alpha[seeds == 0].max() < 0.0001
    assert not result.alpha[:, :75].any()
    assert overlap(result.alpha >= 0.5, right) > 0.85


def test_each_object_has_its_own_parts(bright):
    image, left, right = two_discs()
    marks = tuple(Point(x=x, y=45.0, radius=3.0, object=number) for x, number in ((40.0, 1), (120.0, 2)))
    result = Recipe(method=Subject()).run(image, Prompts(marks=marks))
    assert overlap(result.labels == 1, left) > 0.95
    assert overlap(result.labels == 2, right) > 0.95


def test_a_stroke_where_it_sees_nothing_is_kept_and_told_of(bright):
    image, _, _ = two_discs()
    result = Recipe(method=Subject()).run(image, Prompts(marks=(Point(x=80.0, y=5.0, radius=3.0),)))
    assert "sees nothing under your strokes" in result.notes[0]
    assert 0 < (result.alpha > 0).sum() < 60


@pytest.mark.usefixtures("bright")
@pytest.mark.parametrize(("number", "soft"), [(1, True), (MOST_SOFT, True), (MOST_SOFT + 1, False)])
def test_edges_are_soft_unless_numbers_are_so_high_that_memberships_would_fill_the_memory(number, soft):
    image = Image.from_array(np.zeros((20, 30, 3), np.uint8))
    found = Subject().segment(image, Prompts(marks=(Point(x=9.0, y=9.0, object=number),)))
    assert (found.membership is not None) is soft


def test_a_stroke_on_what_it_sees_needs_no_note(bright):
    image, _, _ = two_discs()
    for mark in (Point(x=40.0, y=45.0, radius=3.0), Rectangle(x=10, y=10, width=60, height=70)):
        assert Recipe(method=Subject()).run(image, Prompts(marks=(mark,))).notes == ()


def test_an_answer_for_a_crop_is_read_in_its_place_and_is_nothing_outside():
    rng = np.random.default_rng(0)
    image = Image.from_array(rng.integers(0, 256, (60, 90, 3), dtype=np.uint8))
    values, crop = rng.random((5, 10), np.float32), Crop(12, 30, 32, 70)
    (marks,) = objects_of(Prompts(), (60, 90))
    answer = Answer(marks, crop, values)
    plain, refined = np.zeros((60, 90)), np.zeros((60, 90))
    plain[12:32, 30:70] = np.kron(values, np.ones((4, 4)))
    refined[12:32, 30:70] = along_edges(values, np.ascontiguousarray(image.rgb[12:32, 30:70]))
    for x, y in ((30, 12), (69, 31), (47, 22), (29, 20), (70, 20), (40, 11), (40, 32), (89, 59), (0, 0)):
        assert answer.plain(x, y) == pytest.approx(plain[y, x])
        assert answer.refined(image, x, y) == pytest.approx(refined[y, x])


def test_the_share_of_the_foreground_is_that_of_the_labels(bright):
    image, _, _ = two_discs()
    found = Subject().segment(image, Prompts())
    assert found.info["foreground"] == np.mean(found.labels > 0) < 0.5


def test_a_higher_threshold_keeps_less(bright):
    image = Image.from_array(np.tile(np.linspace(0, 160, 160).astype(np.uint8)[None, :, None], (40, 1, 3)))
    sizes = [(Recipe(method=Subject(threshold=t)).run(image).alpha >= 0.5).sum() for t in (0.2, 0.5, 0.8)]
    assert sizes[0] > sizes[1] > sizes[2] > 0


def test_a_missing_network_is_one_sentence_and_the_recipe_still_opens(monkeypatch, tmp_path):
    monkeypatch.setattr(files, "folders", lambda: (tmp_path,))
    image, _, _ = two_discs()
    for recipe in (
        Recipe(method=Subject()),
        Recipe(method=GraphCut(prior="subject")),
        Recipe(method=KMeans(), foreground=Foreground(rule="subject")),
    ):
        again = Recipe.from_json(recipe.to_json())
        assert again == recipe
        with pytest.raises(ModelError, match=r"^The network u2netp .* is not on this machine: .*\.$"):
            again.run(image)
    Recipe(method=GraphCut()).run(image)  # nothing falls back, and nothing else needs it


def test_a_session_names_the_checksum_and_opens_without_the_network(bright, monkeypatch, tmp_path):
    image, _, _ = two_discs()
    recipe = Recipe(method=Subject())
    assert json.loads(recipe.to_json())["method"]["checksum"].startswith("sha256:309c8469")
    session = Session.of(export.png(image.rgb), "discs.png", recipe, (Prompts(),))
    saved = session.save()
    assert b"sha256:309c8469" in ZipFile(BytesIO(saved)).read("session.json")
    again = Session.open(saved)
    assert again.recipe == recipe
    monkeypatch.undo()
    monkeypatch.setattr(files, "folders", lambda: (tmp_path,))
    with pytest.raises(ModelError, match="is not on this machine"):
        again.run()


def test_a_recipe_made_with_another_file_says_so():
    fields = json.loads(Recipe(method=Subject()).to_json())
    fields["method"]["checksum"] = f"sha256:{'0' * 64}"
    with pytest.raises(ParameterError, match=r"checksum must be sha256:309c.* for the network u2netp; .* was given\."):
        Recipe.from_json(json.dumps(fields))


def test_as_a_prior_it_finds_what_is_not_marked_and_marks_win(bright):
    image, left, right = two_discs()
    found = Recipe(method=GraphCut(prior="subject")).run(image).alpha >= 0.5
    assert overlap(found, left | right) > 0.95
    marked = Prompts(marks=(Point(x=40.0, y=45.0, radius=4.0), Point(x=120.0, y=45.0, radius=8.0, object=0)))
    found = Recipe(method=GraphCut(prior="subject")).run(image, marked).alpha >= 0.5
    assert overlap(found, left) > 0.9


def test_the_rule_keeps_the_parts_of_any_methods_objects_that_are_the_subject(bright):
    image, left, right = two_discs()
    result = Recipe(method=KMeans(objects=2), foreground=Foreground(rule="subject")).run(image)
    assert overlap(result.alpha >= 0.5, left | right) > 0.95
    boxed = Recipe(method=KMeans(objects=2), foreground=Foreground(rule="subject")).run(
        image, Prompts(marks=(Rectangle(x=15, y=20, width=51, height=51),))
    )
    assert overlap(boxed.alpha >= 0.5, left) > 0.9


def test_a_network_that_is_shown_several_parts_shows_what_each_of_them_counts(bright, monkeypatch):
    image, left, _ = two_discs()
    assert "Look by look" not in [stage.title for stage in Subject().segment(image, Prompts()).stages]
    several = Weights(bright.model.changed(looks={"closer": 96, "again": 128}), bright.path, bright.sha256)
    monkeypatch.setattr(files, "weights", lambda _: several)
    monkeypatch.setattr(  # an answer of any size, as the file takes one size only
        looks.network, "run", lambda _, inputs: ([next(iter(inputs.values()))[:, :1]] * 2, "told")
    )
    whole, larger = "the whole picture at 64 × 64", "the whole picture at 128 × 128"
    mirrored = "the picture, mirrored beyond its border, at 64 × 64"
    one_disc = np.where(left[..., None], 255, np.zeros_like(image.rgb)).astype(np.uint8)
    nearly_all, unsure = np.full_like(image.rgb, 250), np.full_like(image.rgb, 100)
    around = [f"{side} pixels of the picture at 64 × 64" for side in ("50 × 50", "65 × 66", "85 × 90")]
    for rgb, marks, parts in (
        (one_disc, Prompts(), [whole, "64 × 64 pixels of the picture at 96 × 96"]),
        (nearly_all, Prompts(), [whole, larger]),
        (unsure, Prompts(), [whole, larger, mirrored]),
        (image.rgb, Prompts.from_box(15, 20, 64, 69), around),
    ):
        stages = Subject().segment(Image.from_array(rgb), marks).stages
        (stage,) = (each for each in stages if each.title == "Look by look")
        told = [name.rsplit(", ", 1) for name in stage.names]
        assert [part for part, _ in told] == parts
        assert sum(int(share.rstrip("%")) for _, share in told) in (99, 100, 101)
        assert [stage.render(index).shape for index in range(stage.frames)] == [(90, 160, 3)] * len(told)
        if rgb is one_disc:
            assert overlap(stage.render(1)[..., 0] > 127, left) > 0.95


def test_what_decides_is_told_of_the_look_that_is_surest_not_of_another_one_at_the_same_part(bright, monkeypatch):
    image, *_ = two_discs()
    found = subject_map.subject_map(image, bright)
    (small,) = found.looks
    large = replace(small, seen=np.zeros((128, 128, 3), np.uint8))
    asked = []

    def told(each):
        asked.append(each.surest)
        return np.eye(3, dtype=np.float32)

    monkeypatch.setattr("masking_core.methods.subject.stages.occlusion", told)
    for each in (small, large, small):
        *_, decides = stages(image, {1: replace(found, looks=(each,))})
        decides.render(0)
    assert asked == [small, large]


def test_a_whole_picture_is_shown_once_for_all_who_ask(bright, monkeypatch):
    asked = []
    run = looks.network.run
    monkeypatch.setattr(looks.network, "run", lambda *rest: asked.append(1) or run(*rest))
    image, _, _ = two_discs()
    for recipe in (Recipe(method=Subject()), Recipe(method=GraphCut(prior="subject"))):
        recipe.run(image)
    assert len(asked) == 1


def test_clicks_are_answered_by_ones_own_network():
    image, left, right = two_discs()
    marks = (Point(x=40.0, y=45.0, radius=2.0), Point(x=120.0, y=45.0, radius=2.0, object=0))
    result = Recipe(method=Clicks()).run(image, Prompts(marks=marks))
    assert (result.labels == 1)[45, 40]
    assert not (result.labels == 1)[45, 120]
    found = Recipe(method=Clicks()).segment(image, Prompts(marks=marks))
    assert "marks always win" in why(found, 40, 45).sentence
    assert "it is kept, because 50% decide" in why(found, 40, 35).sentence
    assert "it is left out" in why(found, 80, 5).sentence
    assert overlap(result.alpha >= 0.5, left | right) > 0.8
    assert np.ptp(found.segmentation.stages[0].render(0)) > 200
    with pytest.raises(PromptError, match="Click on the object first"):
        Recipe(method=Clicks()).run(image)


@pytest.mark.parametrize("side", [0, 1])
def test_a_click_is_a_disc_at_its_place_in_what_the_network_sees(side):
    prompts = Prompts(
        marks=(
            Point(x=50.0, y=15.0, radius=1.0),
            Point(x=150.0, y=75.0, radius=1.0, object=0),
            Stroke(points=((20.0, 80.0), (60.0, 80.0)), width=8.0, object=side),
        )
    )
    (marks,) = objects_of(prompts, (90, 200))
    drawn = _discs(prompts, marks, side, 80, 5)
    y, x = np.mgrid[:80, :80] + 0.5
    centre = (20, 13.3) if side else (60, 66.7)
    away = np.hypot(x - centre[0], y - centre[1])
    stroke = drawn[70:73, 8:24] == 1
    assert stroke[1].all()
    drawn[67:76, 4:28] = 0
    assert (drawn[away < 4] == 1).all()
    assert (drawn[away > 6.5] == 0).all()


def test_a_click_network_that_is_not_there_is_one_sentence():
    image, _, _ = two_discs()
    clicked = Prompts(marks=(Point(x=40.0, y=45.0),))
    with pytest.raises(ModelError, match=r"^There is no network mine: put mine\.onnx, and mine\.json .*\.$"):
        Recipe(method=Clicks(model="mine")).run(image, clicked)
    with pytest.raises(ModelError):
        Recipe(method=Clicks(model="u2netp")).run(image, clicked)


@pytest.mark.parametrize("level", [70, 85, 100])
def test_the_threshold_that_is_named_is_where_the_pixel_turns(bright, level):
    image, *_ = two_discs()
    rgb = image.rgb.copy()
    rgb[30:60, 70:90] = level  # between the discs, of a brightness that is neither
    image = Image.from_array(rgb)
    told = why(Recipe(method=Subject()).segment(image, Prompts()), 80, 45)
    kept = "it is kept" in told.sentence
    turning = float(told.sentence.rsplit(" would")[0].rsplit(" ")[-1])
    for threshold, expected in ((round(turning - 0.02, 2), True), (round(turning + 0.02, 2), False)):
        labels = Recipe(method=Subject(threshold=threshold)).segment(image, Prompts()).labels
        assert (labels[45, 80] > 0) == expected
    assert kept == (turning >= 0.5)
    assert sum(each.weight for each in told.evidence) * (1 if kept else -1) >= 0


def test_why_a_pixel_says_what_marks_and_strokes_decided(bright):
    image, *_ = two_discs()
    stroke = Prompts(marks=(Stroke(points=((35.0, 45.0), (45.0, 45.0)), width=4.0),))
    found = Recipe(method=Subject()).segment(image, stroke)
    assert "marks always win" in why(found, 40, 45).sentence
    assert "none of your strokes touches" in why(found, 120, 45).sentence
    assert why(found, 40, 35).sentence.endswith("it is kept. No threshold would leave it out.")
    scribble = Stroke(points=((110.0, 45.0), (130.0, 45.0)), width=4.0, object=0)
    both = Recipe(method=Subject()).segment(image, Prompts(marks=(*stroke.marks, scribble)))
    assert why(both, 120, 45).sentence.startswith("Your marks say that this pixel is the background,")
    assert "sure that this pixel is the object" in why(both, 40, 35).sentence
    box = Prompts(marks=(Rectangle(x=10, y=10, width=60, height=70),))
    assert "outside the area" in why(Recipe(method=Subject()).segment(image, box), 120, 45).sentence


def test_of_two_objects_in_one_piece_the_first_has_it_but_for_the_others_strokes(bright):
    image, left, _ = two_discs()
    marks = Prompts(marks=(Point(x=35.0, y=45.0, radius=3.0), Point(x=47.0, y=45.0, radius=3.0, object=2)))
    found = Subject().segment(image, marks)
    seeds = marks.seeds((90, 160))
    assert np.array_equal(found.labels == 2, seeds == 2)
    assert overlap(found.labels > 0, left) > 0.95
    assert not (found.membership[..., 0][found.labels == 2]).any()
    assert not (found.membership[..., 1][found.labels == 1]).any()


def test_a_region_does_not_contradict_what_the_network_says_outside_it(bright):
    image, *_ = two_discs()
    (marks,) = objects_of(Prompts.from_box(15, 20, 65, 70), (90, 160))
    small = _reduced_seeds(marks.seeds, (90, 160))
    prior = _prior(image, marks, small, _reduced_region(marks.region, small))
    assert prior.says == pytest.approx(UNSTROKED_WEIGHT * (2 * prior.likely - 1))
    assert prior.likely[45, 40] > 0.9
    assert not prior.likely[:, 80:].any()
    for strokes, weight in (
        (Prompts(marks=(Point(x=40.0, y=45.0, radius=3.0),)), WEIGHT),
        (Prompts(), UNSTROKED_WEIGHT),
    ):
        (marks,) = objects_of(strokes, (90, 160))
        prior = _prior(image, marks, marks.seeds, None)
        assert prior.says == pytest.approx(weight * (2 * prior.likely - 1))


@pytest.fixture
def told(monkeypatch):
    """What a network for clicks is asked, one after the other; it answers 0.2, 0.4, … everywhere, at last 1."""
    asked = []

    def run(weights, inputs):
        asked.append(inputs["coord_features"][0])
        return [np.full((1, 1, 32, 32), min(1.0, 0.2 * len(asked)), np.float32)], "a test"

    monkeypatch.setattr("masking_core.methods.clicks.network.run", run)
    return asked


@pytest.mark.parametrize("passes", [1, 2, 4])
def test_every_pass_sees_what_the_one_before_it_answered(told, passes):
    image, *_ = two_discs()
    found = Clicks(passes=passes).segment(image, Prompts(marks=(Point(x=40.0, y=45.0, radius=2.0),)))
    assert [float(asked[0].mean()) for asked in told] == pytest.approx([0.2 * n for n in range(passes)], abs=1e-6)
    assert all(np.array_equal(asked[1:], told[0][1:]) for asked in told)
    assert (found.labels == 1).all() == (passes == 4)
    assert (found.labels[44:46, 39:41] == 1).all()
    assert found.info["engine"] == "a test"


def test_what_is_an_objects_click_is_another_ones_background(told):
    image, *_ = two_discs()
    places = {1: (40.0, 45.0), 2: (120.0, 45.0), 0: (80.0, 10.0)}
    marks = Prompts(marks=tuple(Point(x=x, y=y, radius=1.0, object=n) for n, (x, y) in places.items()))
    found = Clicks(passes=5).segment(image, marks)
    assert len(told) == 10
    cells = {number: (int(y / 90 * 32), int(x / 160 * 32)) for number, (x, y) in places.items()}
    for number, (_, positive, negative) in ((1, told[0]), (2, told[5])):
        for other, cell in cells.items():
            assert positive[cell] == (other == number)
            assert negative[cell] == (other != number)
    seeds = marks.seeds((90, 160))
    assert np.array_equal(found.labels == 2, seeds == 2)  # both are equally sure everywhere: the first has it
    assert np.array_equal(found.labels == 0, seeds == 0)


def test_clicks_stay_inside_a_region_whose_outside_is_no_click(told):
    image, *_ = two_discs()
    box = Rectangle(x=20, y=20, width=60, height=50)
    marks = (box, Point(x=40.0, y=45.0, radius=1.0), Point(x=60.0, y=45.0, radius=1.0, object=0))
    found = Clicks(passes=5).segment(image, Prompts(marks=marks))
    inside = Prompts(marks=(box,)).bounds((90, 160))
    assert np.array_equal(found.labels == 1, inside & (Prompts(marks=marks).seeds((90, 160)) != 0))
    assert 1 <= told[0][2].sum() <= 25
    only_region = Prompts(marks=(box,))
    with pytest.raises(PromptError, match="Click on the object first"):
        Clicks().segment(image, only_region)


@pytest.mark.parametrize(
    ("sure", "kept", "span", "told"),
    [
        (0.7, True, (0.1, 0.9), "this pixel is the object: it is kept. A threshold above 0.70 would leave it out."),
        (0.3, False, (0.1, 0.9), "this pixel is the object: it is left out. A threshold below 0.30 would keep it."),
        (0.95, True, (0.1, 0.9), "this pixel is the object: it is kept. No threshold would leave it out."),
        (0.05, False, (0.1, 0.9), "this pixel is the object: it is left out. No threshold would keep it."),
        (0.7, True, None, "this pixel is the object: it is kept, because 50% decide."),
        (0.3, False, None, "this pixel is the object: it is left out, because 50% decide."),
        (0.5, False, (0.1, 0.9), "but none of your strokes touches this part of it, so it is left out."),
    ],
)
def test_the_sentence_of_a_network_says_how_sure_it_is_and_what_would_turn_it(sure, kept, span, told):
    image = Image.from_array(np.full((20, 30, 3), 90, np.uint8))
    (marks,) = objects_of(Prompts(), (20, 30))
    answer = Answer(marks, Crop(0, 0, 20, 30), np.full((4, 4), sure, np.float32))
    labels = np.full((20, 30), int(kept), np.int32)
    found = network_why(Account(image, labels, (answer,), 0.5, span), 7, 9)
    assert told in found.sentence
    assert found.sentence.startswith(f"The network is {sure:.0%} sure")
    by_answer, by_edges = found.evidence
    assert by_answer.weight == (0 if sure == 0.5 else 1 if kept else -1)
    assert abs(by_edges.weight) < 1e-3 or sure == 0.5
    assert by_answer.figure == f"{sure:.0%} sure"


def test_of_several_objects_the_one_that_has_the_pixel_or_is_surest_of_it_is_spoken_of():
    image = Image.from_array(np.full((20, 30, 3), 90, np.uint8))
    points = tuple(Point(x=3.0, y=3.0 + 8 * n, radius=1.0, object=n) for n in (1, 2))
    answers = tuple(
        Answer(each, Crop(0, 0, 20, 30), np.full((4, 4), sure, np.float32))
        for each, sure in zip(objects_of(Prompts(marks=points), (20, 30)), (0.2, 0.4), strict=True)
    )
    for label, name in ((0, "40% sure that this pixel is object 2"), (1, "20% sure that this pixel is object 1")):
        labels = np.full((20, 30), label, np.int32)
        assert name in network_why(Account(image, labels, answers, 0.5, None), 20, 10).sentence


def test_stages_draw_from_what_the_network_answered_and_keep_nothing_beside_it(bright):
    image, _, _ = two_discs()
    marks = Prompts(marks=[Stroke(points=((40, 45),), width=4.0), Stroke(points=((120, 45),), width=4.0, object=2)])
    found = Subject(margin=0.1).segment(image, marks)
    answers = subject_map.subject_map(image, bright)
    assert held(found.stages, (Image, subject_map.SubjectMap)) < answers.values.nbytes
    (stage,) = (stage for stage in found.stages if stage.title == "From coarse to fine")
    assert stage.frames == len(stage.names) == 4
    look = answers.surest
    for index in range(stage.frames):
        plane = look.values if index % 2 else look.sides[0] / np.float32(255)
        drawn = read_at(plane.astype(np.float32), look.crop, (90, 160), (90, 160))
        assert np.array_equal(stage.render(index)[..., 0], np.rint(drawn * 255).astype(np.uint8))
