"""What a process keeps for ever is not searched for garbage; what is let go later is still found."""

import gc
import weakref

import pytest

from masking_core import allocator


class Ring:
    """Refers to itself, so that only a collection frees it."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture(autouse=True)
def as_before():
    yield
    gc.unfreeze()


def test_what_is_there_is_spared_and_later_garbage_is_not():
    lasting, early = [Ring() for _ in range(100)], weakref.ref(Ring())
    allocator.spare()
    assert early() is None
    assert gc.get_freeze_count() > len(lasting)
    assert not any(item is lasting for item in gc.get_objects())
    late = weakref.ref(Ring())
    allocator.give_back()
    assert late() is None
