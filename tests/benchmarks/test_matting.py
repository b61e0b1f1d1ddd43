"""The matting benchmark reads its folder as described and measures what it says."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from benchmarks import matting
from benchmarks.datasets import DataError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A soft red disc on green, in both sets; without the peer, whose first import takes long."""
    monkeypatch.setattr(matting, "_peer", lambda: False)
    alpha, colour = matting._disc()
    rgb = np.rint(alpha[..., None] * colour + (1 - alpha[..., None]) * matting.GREEN).astype(np.uint8)
    trimap = np.where(alpha <= 0, 0, np.where(alpha >= 1, 255, 128)).astype(np.uint8)
    matte, clean = np.rint(alpha * 255).astype(np.uint8), np.broadcast_to(colour.astype(np.uint8), rgb.shape)
    for name, pixels in {
        "matting/images/disc": rgb[..., ::-1],
        "matting/gt/disc": matte,
        "matting/trimap/Trimap1/disc": trimap,
        "matting/trimap/Trimap2/disc": trimap,
        "cc0_lemur/lemur": rgb[..., ::-1],
        "cc0_lemur/lemur_alpha": matte,
        "cc0_lemur/lemur_trimap": trimap,
        "cc0_lemur/lemur_foreground": clean[..., ::-1],
    }.items():
        path = tmp_path / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), pixels)
    return tmp_path


def test_two_colours_are_measured_as_taken_apart(folder):
    tables = matting.tables(folder, ["alpha", "colours"])
    assert {(row["method"], row["trimap"]) for row in tables["alpha"]} == {
        (method, trimap) for method in ("best", "fast") for trimap in ("narrow", "wide")
    }
    assert all(row["SAD"] < 0.01 and row["MSE"] < 1e-4 for row in tables["alpha"])
    own, clean = tables["colours"]
    assert clean["error on the lemur"] < 0.01 < own["error on the lemur"]
    assert clean["levels on white, soft disc"] < 3 < own["levels on white, soft disc"]


def test_the_whole_way_compares_with_the_smoothed_edge(folder):
    *pictures, median = matting.tables(folder, ["whole"])["whole"]
    assert [row["picture"] for row in pictures] == ["disc", "lemur"]
    assert median["picture"] == "median"
    for row in pictures:
        assert row["seeds: ratio"] == row["seeds: automatic"] / row["seeds: smooth"] < 0.5


def test_a_process_of_its_own_tells_seconds_and_memory(folder):
    (sample,) = matting.matting_samples(folder)
    row = matting._alone("best, and clean colours", sample.rgb, sample.trimap)
    assert row["seconds"] > 0
    assert row["peak, MB"] > 0


def test_a_folder_that_is_not_named_is_asked_for():
    with pytest.raises(DataError, match="--data DIR"):
        matting.tables(None)
