"""What is loaded when, and which way imports point."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import masking_core

ROOT = Path(__file__).parents[1]


def loaded_after(code: str) -> set[str]:
    """The modules of a fresh Python after ``code``."""
    words = [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"]
    return set(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout.split())


def test_imports_point_down():
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout


def test_the_front_loads_nothing():
    loaded = loaded_after("import masking_core")
    assert {name for name in loaded if name.startswith("masking_core")} == {"masking_core"}
    assert not loaded & {"numpy", "cv2", "pydantic", "numba", "scipy", "skimage", "PIL", "pandas"}


@pytest.mark.parametrize("names", ["Image, Prompts", "Recipe", "KMeans", "GraphCut, Watershed, Manual, FuzzyCMeans"])
def test_what_computes_is_loaded_when_it_computes(names):
    loaded = loaded_after(f"from masking_core import {names}")
    heavy = {"scipy.ndimage", "scipy.sparse", "scipy.special", "skimage.color", "skimage.segmentation"}
    assert not loaded & {*heavy, "pandas", "streamlit", "altair", "tifffile"}


def test_the_command_line_loads_no_statistics(tmp_path):
    picture = str(tmp_path / "small.png")
    PIL.Image.fromarray(np.zeros((8, 9, 3), np.uint8)).save(picture)
    arguments = ["mask", picture, "--out", str(tmp_path / "out.png")]
    loaded = loaded_after(f"from masking_core.cli.main import main; main({arguments!r})")
    assert not loaded & {"scipy.signal", "scipy.stats", "skimage.measure", "pandas", "streamlit", "tifffile"}


def test_where_the_library_cannot_be_written_to_its_folder_for_kernels_goes_with_it():
    code = (
        "import os; os.environ.pop('NUMBA_CACHE_DIR', None); os.access = lambda *_: False\n"
        "import masking_core.kernels; folder = os.environ['NUMBA_CACHE_DIR']; print(folder, os.path.isdir(folder))"
    )
    words = [sys.executable, "-c", code]
    folder, there = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert there == "True"
    assert not Path(folder).exists()


def test_one_method_does_not_load_another():
    loaded = loaded_after("from masking_core import KMeans, Recipe; Recipe(method=KMeans())")
    assert "masking_core.methods.clustering.kmeans" in loaded
    assert not {
        name for name in loaded if name.startswith(("masking_core.methods.graph_cut.", "masking_core.kernels.min"))
    }


def test_every_public_name_is_there_and_typed():
    stub = ast.parse((ROOT / "masking_core" / "__init__.pyi").read_text())
    typed = {alias.name for node in stub.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    (listed,) = (node.value for node in stub.body if isinstance(node, ast.Assign))
    assert typed == set(ast.literal_eval(listed)) == set(masking_core.__all__)
    for name in masking_core.__all__:
        assert getattr(masking_core, name) is not None
    with pytest.raises(AttributeError):
        _ = masking_core.no_such_name
