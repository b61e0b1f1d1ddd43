from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from discs import save

from masking_core import GraphCut, Manual, ParameterError, Prompts, Recipe
from masking_core.batch.find import pictures_of
from masking_core.batch.frames import (
    MOVED,
    Between,
    Carried,
    _by_number,
    _certain,
    flicker,
    linked,
    masks_of,
    sequences,
)
from masking_core.batch.plan import Settings, plan
from masking_core.batch.run import run
from masking_core.batch.work import cut
from masking_core.cli.main import main
from masking_core.metrics import iou

SIZE = 60, 120
COUNT = 9


def disc_at(frame):
    rows, columns = np.ogrid[: SIZE[0], : SIZE[1]]
    return (rows - 30) ** 2 + (columns - 25 - 8 * frame) ** 2 < 14**2


def box_at(frame):
    return Prompts.from_box(25 + 8 * frame - 15, 15, 25 + 8 * frame + 15, 45)


@pytest.fixture
def film(tmp_path):
    """A disc that moves to the right by 8 pixels a frame; frame 10 comes after frame 9."""
    random = np.random.default_rng(0)
    for frame in range(COUNT):
        noise = random.integers(0, 40, (*SIZE, 3))
        rgb = (noise + disc_at(frame)[..., None] * (200, 150, 60)).clip(0, 255).astype(np.uint8)
        save(tmp_path / "film" / f"f{frame + 2}.png", rgb)
    return tmp_path / "film"


def mark(film, *frames):
    for frame in frames:
        (film / f"f{frame + 2}.json").write_text(box_at(frame).to_json())


def planned(film, method=None, **options):
    recipe = Recipe(method=method or GraphCut())
    settings = Settings(**{"recipes": {"cut": recipe}, "out": str(film.parent / "out"), "kinds": ("mask",), **options})
    return plan(pictures_of([str(film)]), settings)


def test_names_without_a_number_come_before_numbers():
    assert sorted(["0.png", "10.png", "a.png", "2.png"], key=_by_number) == ["a.png", "0.png", "2.png", "10.png"]


def test_frames_come_in_the_order_of_their_numbers(film):
    (sequence,) = sequences(planned(film))
    assert [item.name for item in sequence] == [f"f{frame + 2}.png" for frame in range(COUNT)]


def test_regions_are_interpolated_between_marked_frames_and_stay_before_and_after(film):
    mark(film, 1, 5)
    found = linked(planned(film, Manual()), "interpolate")
    fractions = [item.marks.fraction for item in found if isinstance(item.marks, Between)]
    assert fractions == [0.25, 0.5, 0.75]
    done = list(run(found, ThreadPoolExecutor(2), cut))
    assert [outcome.problem for _, outcome in done] == [""] * COUNT
    for frame, mask in enumerate(masks_of(found)):
        near = min(max(frame, 1), 5)
        expected = np.zeros(SIZE, bool)
        expected[15:46, 10 + 8 * near : 41 + 8 * near] = True
        assert iou(mask, expected) > 0.97


def test_regions_are_interpolated_between_the_nearest_marked_frames(film):
    mark(film, 0, 2, 6, 8)
    found = linked(planned(film, Manual()), "interpolate")
    assert [getattr(item.marks, "fraction", None) for item in found] == [
        None, 0.5, None, 0.25, 0.5, 0.75, None, 0.5, None,
    ]  # fmt: skip


def test_marks_that_cannot_be_interpolated_serve_the_frames_nearest_to_them_of_two_the_earlier(film):
    for frame in (1, 5):
        save(film / f"f{frame + 2}.trimap.png", disc_at(frame).astype(np.uint8) * 255)
    found = linked(planned(film), "interpolate")
    names = [item.marks.place.name for item in found]
    assert names == ["f3.trimap.png"] * 4 + ["f7.trimap.png"] * 5


def test_a_result_is_carried_on_to_the_frame_after(film):
    mark(film, 0)
    found = linked(planned(film), "carry")
    assert [isinstance(item.marks, Carried) for item in found] == [False] + [True] * (COUNT - 1)
    done = list(run(found, ThreadPoolExecutor(2), cut, ahead=1))
    assert [outcome.problem for _, outcome in done] == [""] * COUNT
    for frame, mask in enumerate(masks_of(found)):
        assert iou(mask, disc_at(frame)) > 0.95


def test_other_marks_on_an_earlier_frame_change_what_the_later_ones_depend_on(film):
    mark(film, 0, 4)
    between = linked(planned(film), "interpolate")[2].marks
    first = between.read(planned(film)[0].limits)
    (film / "f2.json").write_text(box_at(1).to_json())
    assert between.read(planned(film)[0].limits) != first


def test_frames_without_any_marks_or_mask_are_refused(film):
    with pytest.raises(ParameterError, match=r"No frame beside f2\.png has marks"):
        linked(planned(film), "carry")
    mark(film, 0)
    with pytest.raises(ParameterError, match="Frames need a mask to be written"):
        linked(planned(film, kinds=("labels",)), "carry")


def test_the_middle_of_every_piece_is_carried_on_and_what_is_far_from_all_is_background():
    rows, columns = np.ogrid[:200, :300]
    large, small = (np.hypot(rows - 80, columns - x) for x in (80, 200))
    found = _certain((large < 50) | (small < 20))
    sure = (large < 0.4 * 50 - 1) | (small < 0.4 * 20 - 1)
    open_ = (large < 0.4 * 50 + 1) | (small < 0.4 * 20 + 1)
    assert found[sure].min() == 1
    assert found[~open_].max() == 0
    reach = MOVED * (200 * 300) ** 0.5
    away = np.minimum(large - 50, small - 20)
    assert (found[away > reach + 1] == 0).all()
    assert (found[~open_ & (away < reach - 1)] == -1).all()


def test_what_is_as_far_as_an_object_may_move_is_not_yet_background():
    strip = np.zeros((25, 100), bool)  # its size is that of a square of 50 pixels
    strip[:, :10] = True
    away = np.arange(100) - 9
    assert MOVED * 50 == 6
    assert np.array_equal(_certain(strip) == 0, np.broadcast_to(away > 6, strip.shape))


def test_flicker_is_the_share_of_pixels_that_change_and_change_back():
    still = np.zeros((10, 10), bool)
    spot = still.copy()
    spot[0, :5] = True
    assert flicker([still] * 5) == 0
    assert flicker([still, spot, spot, spot]) == 0
    assert flicker([still, spot, still]) == pytest.approx(0.05)
    assert flicker([still, spot, still, still]) == pytest.approx(0.025)
    assert flicker([spot, still, spot, still]) == pytest.approx(0.05)
    assert flicker([still, spot]) == 0
    assert flicker(masks for masks in ()) == 0


@pytest.mark.usefixtures("in_threads")
def test_the_command_line_tells_how_much_flickers(film, tmp_path, capsys):
    mark(film, 0, 8)
    arguments = ["batch", "graph_cut", str(film), "--out", str(tmp_path / "out"), "--write", "mask"]
    for how in ("interpolate", "carry"):
        assert main([*arguments, "--frames", how, "--overwrite"]) == 0
        assert "(graph_cut): 0." in capsys.readouterr().err
        assert len(list(Path(tmp_path / "out").glob("*.png"))) == COUNT
    assert main([*arguments, "--frames", "carry", "--watch"]) == 2
