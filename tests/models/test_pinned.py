"""A recipe names the checksum of its network: it may be absent, and no other than the one known here."""

import pytest

from masking_core.errors import ParameterError
from masking_core.models.pinned import checksum_of, without_checksum
from masking_core.models.registry import REGISTRY

NAME = next(iter(REGISTRY))


@pytest.mark.parametrize(
    "fields",
    [
        {"model": NAME, "checksum": REGISTRY[NAME].checksum},
        {"model": NAME, "checksum": ""},
        {"model": "of-my-own", "checksum": "sha256:" + 64 * "0"},
        {"checksum": ""},
    ],
)
def test_what_does_not_contradict_is_left_out(fields):
    assert without_checksum(fields) == {name: value for name, value in fields.items() if name != "checksum"}


def test_another_one_is_refused():
    assert checksum_of(NAME) == REGISTRY[NAME].checksum != ""
    with pytest.raises(ParameterError, match=f"checksum must be {checksum_of(NAME)} for the network {NAME}; 'md5:0'"):
        without_checksum({"model": NAME, "checksum": "md5:0"})


@pytest.mark.parametrize("fields", [{"model": NAME}, {}, "text", None])
def test_what_names_none_stays_as_it_is(fields):
    assert without_checksum(fields) == fields
