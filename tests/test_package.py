"""The package as somebody installs it: what it declares, what it holds, and that it runs with that and nothing else."""

import ast
import re
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterator
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import masking_core

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
CORE = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
DEV = PROJECT["dependency-groups"]["dev"]
OURS = {"app", "benchmarks", "masking_core", "pages", "studio", "tests"}


def names(requirements) -> set[str]:
    return {plain(Requirement(text).name) for text in requirements}


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(*places: str) -> set[str]:
    """The packages that files import, wherever in the file, by the names they are installed under."""
    files = [
        file for place in places for file in ((ROOT / place).rglob("*.py") if "." not in place else [ROOT / place])
    ]
    helpers = {file.stem for file in (ROOT / "tests").rglob("*.py")}
    modules = {module for file in files for module in _modules(ast.parse(file.read_text()))}
    owners = packages_distributions()
    others = modules - OURS - helpers - sys.stdlib_module_names
    return {plain(owners.get(module, [module])[0]) for module in others}


def _modules(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module).partition(".")[0]


def test_what_the_library_imports_is_what_it_declares():
    optional = names(EXTRAS["models"] + EXTRAS["cluster"])
    assert imported("masking_core") - optional == names(CORE)


def test_what_the_pages_import_is_declared_and_used():
    used = imported("app.py", "pages", "studio")
    assert used <= names(CORE + EXTRAS["studio"])
    assert names(EXTRAS["studio"]) <= used


def test_what_the_tests_import_is_declared():
    assert imported("tests") <= names([*CORE, *DEV, *(one for extra in EXTRAS.values() for one in extra)])


def test_the_readme_says_why_each_package_is_there():
    listed = re.findall(r"^\| ([\w, -]+) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    every = {plain(name) for line in listed for name in line.split(", ")}
    assert names([*CORE, *(one for extra in EXTRAS.values() for one in extra)]) <= every


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The Python of an environment with the wheel, and of all other packages those that the wheel says it needs."""
    place = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", place / "dist", cwd=ROOT)
    venv.create(place / "env", with_pip=False, symlinks=True)
    python = place / "env" / "bin" / "python"
    (wheel,) = (place / "dist").glob("*.whl")
    pip = ("-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel)
    run(sys.executable, *pip)
    (packages,) = (place / "env").glob("lib/*/site-packages")
    for name in closure("masking-studio", packages):
        link(name, packages)
    return python


def closure(name: str, packages: Path) -> set[str]:
    """What a package in ``packages`` needs, and what that needs."""
    (metadata,) = packages.glob(f"{name.replace('-', '_')}-*.dist-info")
    waiting, found = metadata.joinpath("METADATA").read_text().splitlines(), set()
    waiting = [line.removeprefix("Requires-Dist: ") for line in waiting if line.startswith("Requires-Dist: ")]
    while waiting:
        requirement = Requirement(waiting.pop())
        wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if wanted and plain(requirement.name) not in found:
            found.add(plain(requirement.name))
            waiting += distribution(requirement.name).requires or []
    return found


def link(name: str, packages: Path) -> None:
    """Let the environment have the files of a package that is installed here."""
    files = distribution(name).files or []
    for top in {file.parts[0] for file in files} - {"..", "__pycache__"}:
        (packages / top).symlink_to(distribution(name).locate_file(top))


def run(*words, cwd=None) -> str:
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_cuts_a_picture(installed, tmp_path):
    picture, cut = tmp_path / "picture.png", tmp_path / "cut.png"
    disc = "np.hypot(*np.mgrid[-20:20, -30:30]) < 15"
    write = f"import cv2, numpy as np; cv2.imwrite({str(picture)!r}, 255 * np.uint8({disc}))"
    run(installed, "-c", write, cwd=tmp_path)
    run(installed.parent / "masking", "mask", picture, "--set", "objects=2", "--out", cut, cwd=tmp_path)
    opacity = masking_core.Image.open(cut).alpha
    assert opacity is not None
    assert opacity[20, 30] == 255
    assert opacity[2, 2] == 0


def test_the_package_is_typed_and_says_its_version(installed, tmp_path):
    code = (
        "import masking_core, importlib.resources as r, importlib.metadata as m; "
        "print(masking_core.__version__, m.version('masking-studio'), "
        "(r.files('masking_core') / 'py.typed').is_file(), (r.files('masking_core') / '__init__.pyi').is_file())"
    )
    version = masking_core.__version__
    assert run(installed, "-c", code, cwd=tmp_path).split() == [version, version, "True", "True"]
    assert run(installed.parent / "masking", "--version").split() == ["masking-studio", version]


@pytest.mark.parametrize("package", ["streamlit", "pandas", "altair", "studio", "pages", "tests"])
def test_the_package_does_without(installed, tmp_path, package):
    find = f"import importlib.util; print(importlib.util.find_spec({package!r}))"
    assert run(installed, "-c", find, cwd=tmp_path).strip() == "None"
