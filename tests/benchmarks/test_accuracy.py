"""The accuracy benchmark reads its folder as described, and its robot keeps to the protocol."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from benchmarks import accuracy, agreement, robot_user
from benchmarks.__main__ import BEGIN, END, with_tables
from benchmarks.datasets import Box, DataError, samples
from benchmarks.robot_user import Click
from masking_core import Image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A set of one picture: a bright square on dark ground."""
    truth = np.zeros((60, 80), np.uint8)
    truth[20:40, 30:50] = 255
    truth[20, 30:50] = 128
    rng = np.random.default_rng(0)
    picture = np.clip(np.where(truth[..., None] > 0, 200, 40) + rng.normal(0, 5, (60, 80, 3)), 0, 255)
    trimap = np.full((60, 80), 128, np.uint8)
    trimap[:10] = 0
    trimap[50:] = 64
    trimap[28:32, 38:42] = 255
    strokes = np.zeros((60, 80), np.uint8)
    strokes[30, 35:45] = 1
    strokes[5, 5:70] = 2
    root = tmp_path / "grabcut"
    for name, pixels in {
        "images/square": picture.astype(np.uint8),
        "gt/square": truth,
        "trimap/square": trimap,
        "strokes/set1_gsc/square": strokes,
        "strokes/set2_andrade/square": strokes,
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / f"{name}.png"), pixels)
    (root / "boxes").mkdir()
    (root / "boxes" / "boxes.json").write_text(json.dumps({"square": {"tight_gt": [30, 21, 49, 39]}}))
    return tmp_path


def test_a_missing_folder_is_said_clearly(tmp_path):
    with pytest.raises(DataError, match="is not there; give the folder"):
        list(samples(tmp_path / "nowhere", "grabcut", "lasso"))
    with pytest.raises(DataError, match="has no set 'grabcut'"):
        list(samples(tmp_path, "grabcut", "lasso"))
    with pytest.raises(DataError, match="no prompt 'strokes' for the set 'grabcut'"):
        list(samples(tmp_path, "grabcut", "strokes"))
    with pytest.raises(DataError, match="--data DIR"):
        accuracy.tables(None)
    with pytest.raises(DataError, match="no set 'nothing'"):
        accuracy.tables(tmp_path, ["nothing"])


def test_prompts_are_read_as_described(folder):
    (lasso,) = samples(folder, "grabcut", "lasso")
    assert lasso.ignored.sum() == 20
    assert lasso.truth.sum() == 19 * 20
    assert (lasso.seeds[:10] == 0).all()
    assert (lasso.seeds[50:] == 0).all()
    assert lasso.seeds[30, 40] == 1
    assert lasso.undecided.sum() == 40 * 80 - 16
    (strokes,) = samples(folder, "grabcut", "strokes1")
    assert (strokes.seeds == 1).sum() == 10
    assert (strokes.seeds == 0).sum() == 65
    (box,) = samples(folder, "grabcut", "box")
    assert box.box == Box(30, 21, 49, 39)
    assert list(samples(folder, "grabcut", "rectangle")) == []


def test_prompts_become_the_same_marks(folder):
    (strokes,) = samples(folder, "grabcut", "strokes1")
    assert np.array_equal(strokes.prompts.seeds((60, 80)), strokes.seeds)
    (box,) = samples(folder, "grabcut", "box")
    bounds = box.prompts.bounds((60, 80))
    assert bounds.sum() == 20 * 19
    assert bounds[21, 30]
    assert bounds[39, 49]


def test_grabcut_finds_the_square_and_is_measured_so(folder):
    (sample,) = samples(folder, "grabcut", "lasso")
    alpha = accuracy.grabcut(Image.from_array(sample.rgb), sample.prompts)
    figures = accuracy.measure(sample, alpha)
    assert figures["IoU"] > 0.95
    assert figures["error % where undecided"] < 2
    assert accuracy.measure(sample, 1 - alpha)["error % where undecided"] > 98


def test_what_a_prompt_decides_grabcut_keeps(folder):
    (strokes,) = samples(folder, "grabcut", "strokes1")
    alpha = accuracy.grabcut(Image.from_array(strokes.rgb), strokes.prompts)
    assert (alpha[strokes.seeds == 1] == 1).all()
    assert (alpha[strokes.seeds == 0] == 0).all()
    assert "error % where undecided" not in accuracy.measure(strokes, alpha)


def test_the_first_click_is_the_deepest_point_of_the_truth():
    truth = np.zeros((40, 50), bool)
    truth[5:30, 10:31] = True
    nothing = np.zeros_like(truth)
    click = robot_user.next_click(nothing, truth, nothing, ())
    depth = distance_transform_edt(np.pad(truth, 1))[1:-1, 1:-1]
    assert (click.y, click.x) == np.unravel_index(np.argmax(depth), depth.shape)
    assert click.label == 1


def test_a_click_goes_to_the_deeper_error_background_on_a_tie_and_not_where_it_was():
    truth = np.zeros((40, 60), bool)
    truth[10:21, 5:16] = True
    mask = np.zeros_like(truth)
    mask[10:21, 30:41] = True
    nothing = np.zeros_like(truth)
    click = robot_user.next_click(mask, truth, nothing, ())
    assert click == Click(35, 15, 0)
    again = robot_user.next_click(mask, truth, nothing, (click,))
    assert again == Click(10, 15, 1)


def test_the_frame_counts_as_right():
    truth = np.ones((21, 41), bool)
    click = robot_user.next_click(np.zeros_like(truth), truth, np.zeros_like(truth), ())
    assert click.y == 10


def test_discs_have_radius_five_and_clicked_pixels_win():
    seeds = robot_user.seeds_of((Click(10, 10, 1), Click(13, 10, 0)), (30, 30))
    assert seeds[10, 10] == 1
    assert seeds[10, 13] == 0
    assert seeds[10, 9] == 0
    assert seeds[10, 5] == 1
    assert seeds[10, 19] == -1
    assert (robot_user.seeds_of((Click(10, 10, 1),), (30, 30)) == 1).sum() == 81


def test_a_visit_counts_clicks_and_gives_up_at_twenty():
    truth = np.zeros((50, 50), bool)
    truth[10:40, 10:40] = True
    nothing = np.zeros_like(truth)
    perfect = robot_user.visit(lambda seeds: truth if (seeds >= 0).any() else nothing, truth, nothing)
    assert perfect.clicks_to(0.9) == 1
    assert perfect.reached(0.9)
    hopeless = robot_user.visit(lambda seeds: nothing, truth, nothing)
    assert hopeless.clicks_to(0.85) == 20
    assert len(hopeless.clicks) == 20
    assert not hopeless.reached(0.85)


def test_the_table_has_every_prompt_and_the_robot(folder, monkeypatch):
    monkeypatch.setattr(
        accuracy, "cutters", lambda prompt: {"cv2.grabCut": accuracy.grabcut} if prompt != "none" else {}
    )
    (folder / "grabcut" / "boxes" / "boxes.json").write_text(
        json.dumps({"square": {"tight_gt": [30, 21, 49, 39], "rect": [25, 15, 55, 45]}})
    )
    rows = accuracy.tables(folder, ["grabcut"])["grabcut"]
    guided = "robot user, guided by uncertainty"
    assert [row["prompt"] for row in rows] == [
        "lasso",
        "box",
        "rectangle",
        "strokes1",
        "strokes2",
        "robot user",
        guided,
    ]
    assert all(row["seconds"] > 0 for row in rows)
    assert rows[0]["error % where undecided"] < 5
    assert rows[-1]["clicks to 0.9"] <= 5


def test_a_network_is_measured_beside_the_same_cut_without_it():
    marked, unmarked = accuracy.networked("box"), accuracy.networked("none")
    assert list(marked) == ["graph_cut", "subject", "graph_cut, prior"]
    assert list(unmarked)[3:] == ["kmeans", "kmeans, rule subject", "watershed", "watershed, rule subject"]
    assert "cv2.grabCut" in accuracy.cutters("box")
    assert list(accuracy.cutters("none")) == list(accuracy.PROMPTED)


def test_a_networks_table_without_its_file_is_one_sentence_before_anything_is_measured(folder, monkeypatch):
    monkeypatch.setattr(accuracy.files, "is_ready", lambda _: False)
    monkeypatch.setattr(accuracy, "_row", None)  # calling it is an error
    with pytest.raises(DataError, match=r"u2netp .* is not on this machine"):
        accuracy.tables(folder, ["grabcut", "network-grabcut"])


def test_a_part_of_a_suite_writes_its_own_tables_and_leaves_the_others():
    page = f"# Page\n\n{BEGIN}\n\n## old\n\n| 0 |\n\n{END}\n\nText.\n"
    whole = with_tables(page, {"one": "a machine\n\n| 1 |", "two": "a machine\n\n| 2 |"}, part=False)
    assert whole == (
        f"# Page\n\n{BEGIN}\n\n## one\n\na machine\n\n| 1 |\n\n## two\n\na machine\n\n| 2 |\n\n{END}\n\nText.\n"
    )
    part = with_tables(whole, {"one": "another\n\n| 3 |", "three": "another\n\n| 4 |"}, part=True)
    added = "| 2 |\n\n## three\n\nanother\n\n| 4 |\n"
    assert part == whole.replace("a machine\n\n| 1 |", "another\n\n| 3 |").replace("| 2 |\n", added)
    assert with_tables(part, {"four": "| 5 |"}, part=False).count("##") == 1


def test_the_agreement_of_cuts_is_measured_on_pictures_brought_to_a_size(folder, monkeypatch):
    monkeypatch.setattr(agreement, "SIZES", (0.3,))
    (sample,) = samples(folder, "grabcut", "strokes1")
    large = agreement.enlarged(sample, 0.3)
    assert large.rgb.shape[:2] == large.seeds.shape == (474, 632)
    assert np.mean(large.seeds == 1) == pytest.approx(np.mean(sample.seeds == 1), rel=0.2)
    (row,) = accuracy.tables(folder, ["agreement"])["agreement"]
    assert row["pictures"] == row["0.99 or more"] == row["0.97 or more"] == 1
    assert 0.99 <= row["IoU, least"] <= 1
