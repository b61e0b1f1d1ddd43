"""What is read from label maps is what counting pixel by pixel gives."""

import numpy as np
import pytest

from masking_core import label_map

LABELS = np.array([[0, 0, 3, 3, 1], [0, 1, 3, 0, 1], [5, 1, 1, 0, 0], [5, 5, 0, 0, 0]], np.int32)


@pytest.fixture(params=[1_000_000, 7])
def at_once(request, monkeypatch):
    monkeypatch.setattr(label_map, "AT_ONCE", request.param)


@pytest.mark.usefixtures("at_once")
def test_sizes_objects_and_marks():
    assert label_map.sizes(LABELS).tolist() == [np.count_nonzero(np.isin(LABELS, n)) for n in range(6)]
    assert label_map.objects(LABELS) == [1, 3, 5]
    assert label_map.objects(np.zeros((2, 3), np.int32)) == []
    assert label_map.marked(LABELS - 1) == [0, 2, 4]
    assert label_map.marked(np.full((3, 3), -1)) == []


def test_the_frame_is_every_pixel_at_the_sides_once():
    frame = np.ones(LABELS.shape, bool)
    frame[1:-1, 1:-1] = False
    assert label_map.frame_sizes(LABELS).tolist() == [np.count_nonzero(np.isin(LABELS[frame], n)) for n in range(6)]


def test_boxes_are_tight():
    for label, (x, y, width, height) in label_map.boxes(LABELS).items():
        rows, columns = np.nonzero(np.isin(LABELS, label))
        assert (x, y, x + width - 1, y + height - 1) == (columns.min(), rows.min(), columns.max(), rows.max())
    assert list(label_map.boxes(LABELS)) == [1, 3, 5]


def test_mean_colours_and_what_is_selected():
    rgb = np.random.default_rng(0).integers(0, 256, (*LABELS.shape, 3), dtype=np.uint8)
    means = label_map.mean_colours(LABELS, rgb)
    for label in (0, 1, 3, 5):
        assert means[label] == pytest.approx(rgb[np.isin(LABELS, label)].mean(axis=0))
    assert np.isnan(means[2]).all()
    assert np.array_equal(label_map.selected(LABELS, (1, 5, 9)), np.isin(LABELS, (1, 5)))
