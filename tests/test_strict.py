"""What is said of a wrong value is short, on one line, and names it."""

import pytest

from masking_core.strict import brief, sentence, shown


@pytest.mark.parametrize(("text", "kept"), [("abcd", "abcd"), ("abcde", "abcd…"), ("a\n b", "a b"), ("", "")])
def test_a_brief_text_is_cut_only_where_it_is_too_long(text, kept):
    assert brief(text, 4) == kept


def test_a_value_is_shown_on_one_line_and_not_long():
    assert shown("x") == "'x'"
    assert len(shown("\n" * 10_000)) <= 61
    assert "\n" not in shown(["\n"] * 10)


def complaint(message, kind="value", value=7):
    return {"msg": message, "type": kind, "input": value, "loc": ()}


@pytest.mark.parametrize(
    ("given", "allowed", "told"),
    [
        (complaint("Input should be less than 5"), "", "size must be less than 5; 7 was given."),
        (complaint("Value error, No such thing"), "", "size: no such thing; 7 was given."),
        (complaint("Input should be a number"), "from 1 to 5", "size must be from 1 to 5; 7 was given."),
        (complaint("Field required", "missing"), "", "size: field required."),
    ],
)
def test_a_sentence_says_where_what_is_allowed_and_what_was_given(given, allowed, told):
    assert sentence("size", given, allowed) == told
