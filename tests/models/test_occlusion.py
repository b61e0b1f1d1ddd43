"""What a network relies on, shown by one that answers how bright a pixel is."""

from dataclasses import replace

import numpy as np
import pytest

from masking_core import Image
from masking_core.models.occlusion import occlusion
from masking_core.models.subject_map import subject_map
from tests.models import onnx_files
from tests.models.test_network import written

SIZE = onnx_files.SIZE


def test_of_each_square_that_share_of_the_subject_is_lost_that_lies_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr("masking_core.models.occlusion.GREY", 0)  # what this network takes for no subject at all
    rgb = np.zeros((SIZE, SIZE, 3), np.uint8)
    rgb[:10, :10] = rgb[10:21, 21:] = 255  # the first of nine squares, and the sixth
    found = subject_map(Image.from_array(rgb), written(tmp_path, onnx_files.brightness()))
    expected = np.zeros((3, 3))
    expected[0, 0], expected[1, 2] = 100 / 221, 121 / 221
    assert occlusion(found) == pytest.approx(expected, abs=0.01)


def test_it_is_told_of_the_answer_of_which_the_network_is_surest(tmp_path):
    rgb = np.zeros((SIZE, SIZE, 3), np.uint8)
    rgb[:10, :10] = 255
    weights = written(tmp_path, onnx_files.brightness())
    found = subject_map(Image.from_array(rgb), weights)
    none = replace(found.surest, values=np.zeros_like(found.values))
    both = replace(found, looks=(none, found.surest), shares=(0.1, 0.9))
    assert np.array_equal(occlusion(both), occlusion(found))
