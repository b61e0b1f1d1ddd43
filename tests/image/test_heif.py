"""The boxes that HEIF and AVIF files are made of."""

import pytest

from masking_core.image.heif import _boxes

SHORT = (12).to_bytes(4, "big") + b"abcd" + b"1234"
OTHER = (10).to_bytes(4, "big") + b"efgh" + b"56"
LONG = (1).to_bytes(4, "big") + b"abcd" + (19).to_bytes(8, "big") + b"789"
TO_THE_END = (0).to_bytes(4, "big") + b"abcd" + b"the rest"


def test_a_box_ends_where_its_size_says_in_each_of_the_three_ways_of_saying_it():
    data = memoryview(SHORT + OTHER + LONG + SHORT + TO_THE_END)
    assert [bytes(each) for each in _boxes(data, b"abcd")] == [b"1234", b"789", b"1234", b"the rest"]
    assert [bytes(each) for each in _boxes(data, b"efgh")] == [b"56"]
    assert list(_boxes(data[:7], b"abcd")) == []


@pytest.mark.parametrize(
    "size", [(7).to_bytes(4, "big") + b"abcd", (1).to_bytes(4, "big") + b"abcd" + (15).to_bytes(8, "big")]
)
def test_a_box_smaller_than_its_header_is_refused(size):
    with pytest.raises(ValueError, match="smaller than its own header"):
        list(_boxes(memoryview(size + bytes(20)), b"abcd"))
