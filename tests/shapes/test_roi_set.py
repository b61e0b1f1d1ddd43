"""A set of ImageJ's outlines is refused before it is unpacked, if it holds more than may be."""

import zipfile
from io import BytesIO

import pytest

from masking_core.errors import PromptError
from masking_core.shapes import reading


def packed(sizes, method=zipfile.ZIP_STORED):
    """A ZIP of files of so many bytes that are no outlines."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for number, size in enumerate(sizes):
            archive.writestr(f"{number}.txt", bytes(size))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "accepted"),
    [
        (packed([1, 1, 1]), True),
        (packed([1, 1, 1, 1]), False),
        (packed([60, 40]), True),
        (packed([60, 41]), False),
        (packed([60, 40], zipfile.ZIP_DEFLATED), True),
        (packed([1], zipfile.ZIP_LZMA), False),
    ],
    ids=["three", "four", "full", "too large", "deflated", "another compression"],
)
def test_three_files_of_a_hundred_bytes_together_are_the_most(data, accepted, monkeypatch):
    monkeypatch.setattr(reading, "MAX_ENTRIES", 3)
    monkeypatch.setattr(reading, "MAX_BYTES", 100)
    if accepted:
        assert list(reading._roi_set(data, (9, 9))) == []
    else:
        with pytest.raises(PromptError, match="a ROI set may hold at most 3 outlines"):
            list(reading._roi_set(data, (9, 9)))
