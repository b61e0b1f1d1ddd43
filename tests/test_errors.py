"""A sentence is as long as people read, whatever is quoted in it."""

from masking_core.errors import LONGEST, MaskingError


def test_a_sentence_is_cut_where_it_is_longer_than_the_longest():
    longest = "a" * LONGEST
    assert str(MaskingError(longest)) == longest
    assert str(MaskingError(longest + "b")) == "a" * (LONGEST - 1) + "…"
