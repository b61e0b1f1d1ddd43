"""A generated program makes the pixels that the studio makes; the table of parameters is up to date."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import tifffile

import masking_core
from masking_core import (
    Area,
    Behind,
    Blurred,
    Clean,
    Colour,
    Dimmed,
    Edge,
    Foreground,
    Image,
    KMeans,
    Manual,
    MaskingError,
    Prompts,
    Recipe,
    Stack,
    export,
)
from masking_core.cli.main import main
from masking_core.image.levels import Levels
from masking_core.methods import METHODS
from masking_core.parameters import parameters
from masking_core.prompts import Arc, Curve, Ellipse, Group, Pie, Point, Polygon, Rectangle, SeedMap, Stroke, Text
from masking_core.samples import sample
from masking_core.sharing.program import WIDTH, parameter_reference, python

ROOT = Path(__file__).parents[2]
WIDE, HIGH = 90, 60


@pytest.fixture
def photo(tmp_path, monkeypatch):
    """A red disc on grey noise, in the directory where the programs run."""
    monkeypatch.chdir(tmp_path)
    rows, columns = np.ogrid[:HIGH, :WIDE]
    disc = (rows - 30) ** 2 + (columns - 45) ** 2 < 400
    noise = np.random.default_rng(0).integers(0, 40, (HIGH, WIDE, 3))
    rgb = (noise + np.where(disc[..., None], (200, 40, 30), (90, 90, 90))).clip(0, 255).astype(np.uint8)
    path = tmp_path / "photo.png"
    path.write_bytes(export.png(rgb))
    return path


def test_it_says_what_it_was_made_with():
    program = python(Recipe(method=KMeans()), Prompts(), "photo.png")
    assert program.startswith(f"# Made with masking-studio {masking_core.__version__}.\n")


def seed_map():
    numbers = np.full((HIGH, WIDE), -1)
    numbers[28:32, 40:50] = 1
    numbers[:2] = 0
    return SeedMap.from_numbers(numbers)


MARKS = {
    "no marks": (),
    "box": (Rectangle(x=22.0, y=8.0, width=46.0, height=44.0, angle=1.5),),
    "ellipse": (Ellipse(x=20.25, y=6.0, width=48.0, height=47.0, name='it\'s "round" \\ \n'),),
    "lasso": (
        Polygon(
            points=tuple((45 + 24 * np.cos(t), 30 + 24 * np.sin(t)) for t in np.linspace(0, 6.2, 60).tolist()),
            rule="nonzero",
        ),
    ),
    "brush": (
        Stroke(points=((40.125, 30.0), (50.0, 31.0)), width=4.0),
        Stroke(points=((1.0, 1.0), (80.0, 2.0)), width=2.0, object=0),
        Point(x=45.0, y=30.0),
        Point(x=44.0, y=33.0, radius=1.0, operation="subtract"),
    ),
    "seeds": (seed_map(),),
    "odd shapes": (
        Pie(x=25.0, y=10.0, width=40.0, height=40.0, start=0.0, sweep=200.0),
        Arc(x=25.0, y=10.0, width=40.0, height=40.0, start=200.0, sweep=160.0),
        Curve(points=((25.0, 10.0), (60.0, 5.0), (70.0, 40.0), (60.0, 50.0), (30.0, 60.0), (20.0, 40.0))),
        Text(text="O", x=35.0, y=15.0, size=30.0),
        Group(
            marks=(
                Ellipse(x=25.0, y=10.0, width=40.0, height=40.0),
                Rectangle(x=40.0, y=25.0, width=4.0, height=4.0, operation="subtract"),
            )
        ),
    ),
}


def pixels(path):
    return np.asarray(PIL.Image.open(path).convert("RGBA"))


def run(program):
    """The program in a Python of its own names; what it wrote."""
    exec(compile(program, "program", "exec"), {"__name__": "__main__"})


def other_value(parameter):
    """A value that is not the default."""
    if parameter.kind == "bool":
        return not parameter.default
    number = int if parameter.kind == "int" else float
    allowed = parameter.choices or (number(parameter.low), number(parameter.high))
    return next(value for value in allowed if value != parameter.default)


@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_the_program_writes_the_pixels_of_the_recipe(photo, method, marks):
    recipe, prompts = Recipe(method=method()), Prompts(marks=marks)
    program = python(recipe, prompts, "photo.png")
    try:
        expected = recipe.run(Image.open(photo), prompts).rgba
    except MaskingError as error:  # what the studio refuses the program refuses alike
        with pytest.raises(type(error), match=re.escape(str(error))):
            run(program)
    else:
        run(program)
        assert np.array_equal(pixels("photo-cutout.png"), expected)


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_every_parameter_that_is_changed_is_written_and_no_other(photo, method):
    changed = {parameter.name: other_value(parameter) for parameter in parameters(method)}
    program = python(Recipe(method=method(**changed)), Prompts(marks=MARKS["box"]), "photo.png")
    scope = {}
    exec(program.split("result =")[0], scope)
    assert scope["recipe"].method == method(**changed)
    for parameter in parameters(method):
        assert (f"{parameter.name}=" in program.split("recipe =")[1]) == (parameter.name in changed)


@pytest.mark.parametrize(
    "background",
    [
        Colour(colour="#12aB34"),
        Dimmed(),
        Blurred(radius=7.5),
        Behind.holding(export.png(np.random.default_rng(1).integers(0, 255, (30, 40, 3), dtype=np.uint8))),
    ],
    ids=lambda background: background.kind,
)
def test_every_step_after_the_method_is_written(photo, background):
    recipe = Recipe(
        method=KMeans(objects=2),
        area=Area(x=5, y=6, width=70, height=50),
        clean=Clean(specks=9, pieces="largest"),
        foreground=Foreground(rule="picked", picked=(1, 2)),
        edge=Edge(feather=1.5),
        background=background,
    )
    run(python(recipe, Prompts(), "photo.png"))
    assert np.array_equal(pixels("photo-cutout.png"), recipe.run(Image.open(photo)).rgba)


def test_a_process_of_its_own_opens_a_sample_by_name(tmp_path):
    recipe = Recipe(method=KMeans())
    program = python(recipe, Prompts(), "rocket")
    subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True
    )
    assert np.array_equal(pixels(tmp_path / "rocket-cutout.png"), recipe.run(sample("rocket")).rgba)


def test_a_slice_of_a_stack_is_opened_by_its_place(photo, tmp_path):
    first = Image.open(photo).rgb
    (tmp_path / "stack.tif").write_bytes(export.stack_tiff([first, 255 - first]))
    recipe = Recipe(method=KMeans())
    run(python(recipe, Prompts(), "stack.tif", slice=1))
    assert np.array_equal(pixels("stack-cutout.png"), recipe.run(Stack.open(tmp_path / "stack.tif")[1]).rgba)


DEEP = [Levels(), Levels(mode="full"), Levels(mode="given", black=1_000, white=1_250)]


@pytest.mark.parametrize("levels", DEEP, ids=lambda levels: levels.mode)
@pytest.mark.parametrize("slice", [None, 0, 2])
def test_deep_pictures_are_shown_over_the_range_that_was_chosen(levels, slice, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows, columns = np.ogrid[:HIGH, :WIDE]
    disc = np.where((rows - 30) ** 2 + (columns - 45) ** 2 < 400, 1_180, 1_000)
    noise = np.random.default_rng(0).normal(0, 20, (HIGH, WIDE))
    frames = [(disc + noise + 40 * number).astype(np.uint16) for number in range(1 if slice is None else 3)]
    tifffile.imwrite("deep.tif", np.stack(frames), photometric="minisblack")
    recipe = Recipe(method=KMeans(objects=2))
    run(python(recipe, Prompts(), "deep.tif", slice, levels))
    opened = Stack.open("deep.tif", levels=levels)[slice or 0]
    assert np.array_equal(pixels("deep-cutout.png"), recipe.run(opened).rgba)


@pytest.mark.parametrize("levels", DEEP, ids=lambda levels: levels.mode)
@pytest.mark.parametrize(("picture", "slice"), [("cat", None), ("deep.tif", None), ("deep.tif", 1)])
@pytest.mark.parametrize("marks", MARKS.values(), ids=MARKS)
def test_what_is_imported_is_used_and_what_is_used_is_imported(marks, picture, slice, levels):
    recipe = Recipe(method=KMeans(objects=2), background=Behind.holding(export.png(np.zeros((2, 2, 3), np.uint8))))
    program = ast.parse(python(recipe, Prompts(marks=marks), picture, slice, levels))
    names = [node for node in ast.walk(program) if isinstance(node, ast.Name)]
    given = {alias.name for node in program.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    made = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    assert {node.id for node in names if isinstance(node.ctx, ast.Load)} == given | made


def test_it_is_readable():
    program = python(Recipe(method=KMeans(objects=4)), Prompts.from_box(10, 20, 30, 40), "holiday.jpg")
    assert 'image = Image.open("holiday.jpg")' in program
    assert "Rectangle(x=10.0, y=20.0, width=21.0, height=21.0)" in program
    assert "recipe = Recipe(method=KMeans(objects=4))" in program
    every = Prompts(marks=tuple(mark for marks in MARKS.values() for mark in marks))
    long = python(Recipe(method=Manual()), every, "holiday.jpg")
    assert max(map(len, long.splitlines())) <= WIDTH + 8


def test_a_hostile_file_name_stays_a_file_name(photo):
    name = "x\"); open('owned', 'w'); (\".png"
    (photo.parent / name).write_bytes(photo.read_bytes())
    run(python(Recipe(method=KMeans()), Prompts(), name))
    assert not (photo.parent / "owned").exists()


def test_the_table_of_parameters_is_up_to_date(capsys):
    assert main(["methods", "--markdown"]) == 0
    written = capsys.readouterr().out
    assert written == parameter_reference()
    kept = (ROOT / "docs" / "parameters.md").read_text()
    assert kept == written, "run: python -m masking_core methods --markdown > docs/parameters.md"


def test_the_table_names_every_parameter_with_its_bounds_and_sentence():
    table = parameter_reference()
    for id, method in METHODS.items():
        assert f"`{id}`" in table
        for parameter in parameters(method):
            row = next(line for line in table.split(f"`{id}`")[1].splitlines() if f"`{parameter.name}`" in line)
            assert parameter.accepted in row
            assert parameter.description.split("\n")[0] in row
