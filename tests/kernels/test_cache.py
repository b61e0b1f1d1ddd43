"""Kernels run, and run alike, whatever became of the folder in which they are kept; it is said once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import FunctionCache

from masking_core.kernels.cache import KernelCache, _kept
from masking_core.kernels.raster import raster

ROOT = Path(__file__).parents[2]
CODE = """
import numpy as np
from masking_core.kernels.raster import outline, raster
box = outline.rectangle(1, 1, 3, 2)
print(raster.area(box, (9, 9))[1].sum(), raster.area(box, (9, 9), "nonzero")[1].sum())
"""
SAID = "Compiled kernels cannot be kept: they are compiled in memory, and the first run of each takes longer."


def run(folder, code=CODE, **options):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NUMBA_CACHE_DIR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["6", "6"]
    return done.stderr


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """A folder with these kernels."""
    folder = tmp_path_factory.mktemp("kept")
    assert SAID not in run(folder)
    assert list(folder.rglob("*.nbi"))
    assert list(folder.rglob("*.nbc"))
    return folder


@pytest.mark.parametrize("damage", [lambda _: b"", lambda data: data[:20], lambda data: data[: len(data) // 2],
                                    lambda _: b"nonsense\n" * 9, lambda data: b"\x00" * len(data)])  # fmt: skip
@pytest.mark.parametrize("kind", ["*.nbi", "*.nbc"])
def test_a_damaged_folder_is_said_once_and_mended(kept, tmp_path, kind, damage):
    folder = tmp_path / "kept"
    shutil.copytree(kept, folder)
    for path in folder.rglob(kind):
        path.write_bytes(damage(path.read_bytes()))
    assert run(folder).count(SAID) == 1
    assert SAID not in run(folder)


def test_no_folder_at_all_is_said_once():
    code = f"import numba.core.caching as c; c.CacheImpl._locator_classes = []\n{CODE}"
    assert run("/dev/null/none", code).count(SAID) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Files of any size can be refused elsewhere only.")
def test_a_full_disk_is_said_once(tmp_path):
    code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n{CODE}"
    assert run(tmp_path, code).count(SAID) == 1
    assert not [path for path in tmp_path.rglob("*") if "tmp" in path.name]


def test_kernels_of_others_are_none_of_our_business():
    assert isinstance(raster._fill._cache, KernelCache)
    assert type(_kept(json.dumps)) is FunctionCache


def test_everything_runs_on_one_processor_without_a_home_or_a_right_to_write():
    code = f"""
import os
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
os.access = lambda *_: False
import numpy as np
from masking_core import KMeans, Prompts, Recipe
from masking_core.processors import count
from masking_core.samples import sample
assert count() == 1
assert 0 < Recipe(method=KMeans(objects=2)).run(sample("coffee"), pixels=10_000).alpha.mean() < 1
{CODE}"""
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == ["6", "6"], done.stderr
