"""Pictures in folders, and executors that need no processes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from discs import disc, save

from masking_core.batch import executors


@pytest.fixture
def pictures(tmp_path):
    """Four discs in two folders, one of them called as another."""
    for seed, name in enumerate(("a.png", "b.png", "sub/a.png", "sub/deep/c.png")):
        save(tmp_path / "in" / name, disc(seed)[0])
    return tmp_path / "in"


@pytest.fixture
def in_threads(monkeypatch):
    """Batches of the command line run in threads of this process."""

    @contextmanager
    def threads(workers=None):
        with ThreadPoolExecutor(workers or 2) as pool:
            yield executors.Place(pool, 4)

    monkeypatch.setattr(executors, "local", threads)
