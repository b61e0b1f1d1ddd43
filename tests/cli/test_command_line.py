import json
import re
import subprocess
import sys
from argparse import Namespace

import cv2
import numpy as np
import PIL.Image
import pytest

from masking_core import Edge, Image, KMeans, Recipe
from masking_core.cli.main import COMMANDS, main, parser
from masking_core.export import CONTENTS
from masking_core.methods import METHODS
from masking_core.parameters import parameters


@pytest.fixture
def photo(tmp_path):
    rgb = np.full((40, 60, 3), 230, np.uint8)
    cv2.circle(rgb, (30, 20), 12, (180, 30, 30), -1)
    path = tmp_path / "photo.png"
    PIL.Image.fromarray(rgb).save(path)
    return path


def read(path):
    return np.asarray(PIL.Image.open(path))


def test_a_picture_is_cut_as_the_library_cuts_it(photo, tmp_path):
    out, mask, labels = (tmp_path / name for name in ("cut.png", "mask.png", "labels.png"))
    code = main(
        f"mask {photo} --method kmeans --set objects=3 --set edge.feather=0 "
        f"--out {out} --mask-out {mask} --labels-out {labels}".split()
    )
    assert code == 0
    expected = Recipe(method=KMeans(objects=3), edge=Edge(feather=0.0)).run(Image.open(photo))
    assert np.array_equal(read(out), expected.rgba)
    assert np.array_equal(read(mask), expected.mask)
    assert np.array_equal(read(labels), expected.labels)


def test_a_recipe_file_and_settings_on_top_of_it(photo, tmp_path):
    recipe = tmp_path / "recipe.json"
    recipe.write_text(Recipe(method=KMeans(objects=5), edge=Edge(feather=0.0)).to_json())
    out = tmp_path / "cut.png"
    assert (
        main(
            [
                "mask",
                str(photo),
                "--recipe",
                str(recipe),
                "--set",
                "objects=2",
                "--background",
                "#00ff00",
                "--out",
                str(out),
            ]
        )
        == 0
    )
    pixels = read(out)
    assert (pixels[0, 0] == (0, 255, 0, 255)).all()
    assert (pixels[20, 30] == (180, 30, 30, 255)).all()


def test_another_picture_behind(photo, tmp_path):
    behind, out = tmp_path / "sky.png", tmp_path / "cut.png"
    PIL.Image.new("RGB", (5, 5), (1, 2, 200)).save(behind)
    assert main(["mask", str(photo), "--method", "kmeans", "--background", str(behind), "--out", str(out)]) == 0
    assert (read(out)[0, 0] == (1, 2, 200, 255)).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--method", "sorcery"], "method must be one of"),
        (["--method", "kmeans", "--set", "objects=99"], "objects must be a whole number from 2 to 12; 99 was given."),
        (["--method", "kmeans", "--set", "objects=many"], "objects must be a whole number"),
        (["--method", "kmeans", "--set", "objects"], "--set takes NAME=VALUE"),
        (["--method", "kmeans", "--set", "nothing=1"], "has no parameter 'nothing'"),
        (["--method", "kmeans", "--set", "heaven.x=1"], "one of the method's own"),
        (["--method", "kmeans", "--background", "#12"], "colour"),
        (["--recipe", "missing.json"], "missing.json"),
        (["--prompts", "a.json", "--trimap", "b.png"], "Give one of"),
        (["--wrong"], "Unrecognized arguments: --wrong"),
    ],
)
def test_whatever_is_wrong_is_exit_code_2_and_one_sentence(photo, tmp_path, capsys, arguments, words):
    assert main(["mask", str(photo), "--out", str(tmp_path / "cut.png"), *arguments]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_a_picture_that_is_not_there_is_one_sentence(tmp_path, capsys):
    assert main(["mask", "nowhere.png", "--method", "kmeans", "--out", str(tmp_path / "cut.png")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_methods_are_listed_with_bounds_and_defaults(capsys):
    assert main(["methods", "--json"]) == 0
    listed = {method["id"]: method for method in json.loads(capsys.readouterr().out)}
    assert set(listed) == set(METHODS)
    for id, method in METHODS.items():
        shown = {parameter["name"]: parameter for parameter in listed[id]["parameters"]}
        for parameter in parameters(method):
            assert shown[parameter.name]["default"] == parameter.default
            assert (shown[parameter.name]["low"], shown[parameter.name]["high"]) == (parameter.low, parameter.high)
    assert main(["methods"]) == 0
    text = capsys.readouterr().out
    for id, method in METHODS.items():
        lines = re.search(rf"^{id}: .*\n((?:    .*\n)*)", text, re.MULTILINE)[1]
        listed = dict(re.findall(r"^    (\w+)=(\S+)  ", lines, re.MULTILINE))
        for parameter in parameters(method):
            assert parameter.parse(listed[parameter.name]) == parameter.default


def test_letters_beyond_ascii_are_written_as_they_are(tmp_path, capsys):
    assert main(["methods", "--json"]) == 0
    assert "\\u" not in capsys.readouterr().out
    for folder in ("truth", "mine"):
        (tmp_path / folder).mkdir()
        PIL.Image.fromarray(np.eye(9, dtype=np.uint8) * 255).save(tmp_path / folder / "Größe.png")
    assert main(["score", str(tmp_path / "truth"), str(tmp_path / "mine"), "--json"]) == 0
    assert "Größe" in capsys.readouterr().out


def test_a_comparison_needs_a_file_to_be_written_to(photo, capsys):
    assert main(["compare", str(photo), "kmeans"]) == 2
    assert "--out" in capsys.readouterr().err


def test_only_the_command_that_is_asked_for_is_read_and_every_one_where_none_is():
    assert "score" not in parser(["mask", "--help"]).format_help()
    assert all(name in parser(["nothing"]).format_help() for name in COMMANDS)
    assert all(name in parser(["completion"]).format_help() for name in COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["nothing"]])
def test_without_a_command_the_sentence_names_them(arguments, capsys):
    assert main(arguments) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "COMMAND" in told


def test_the_help_says_what_every_file_holds(capsys):
    with pytest.raises(SystemExit):
        main(["mask", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "--out FILE the cut-out on its background .png" in told
    assert f"--mask-out FILE {CONTENTS['mask'].description}" in told


def test_a_reader_that_has_enough_ends_it_without_a_word():
    command = [sys.executable, "-m", "masking_core", "methods"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 1


def test_a_fault_of_no_file_is_told_without_one(monkeypatch, capsys):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("argparse.ArgumentParser.parse_args", lambda *_: Namespace(run=full))
    assert main(["methods"]) == 2
    assert capsys.readouterr().err == "No space left on device.\n"
