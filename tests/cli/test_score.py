import json
import subprocess
import sys
import zipfile

import numpy as np
import PIL.Image
import pytest
from discs import disc, save

from masking_core import KMeans, Recipe
from masking_core.cli.main import main
from masking_core.image.image import ONE_OF_SEVERAL

NAMES = ("a.png", "sub/b.png", "c.png")


@pytest.fixture
def masks(tmp_path):
    """True masks; a class of three: one right, one shifted, one with a mask missing and one of another size."""
    for seed, name in enumerate(NAMES):
        inside = disc(seed)[1]
        save(tmp_path / "truth" / name, inside.astype(np.uint8) * 255)
        save(tmp_path / "ada" / name, inside.astype(np.uint8))
        save(tmp_path / "bob" / name, np.roll(inside, 6, axis=1).astype(np.uint8) * 255)
    save(tmp_path / "eve" / "a.png", disc(0)[1][1:].astype(np.uint8) * 255)
    save(tmp_path / "eve" / "c.png", disc(2)[1].astype(np.uint8) * 255)
    return tmp_path


def test_folders_are_ranked_and_what_is_missing_counts_as_nought(masks, capsys):
    groups = [str(masks / name) for name in ("bob", "eve", "ada")]
    assert main(["score", str(masks / "truth"), *groups]) == 1
    told = capsys.readouterr()
    table = [line.split() for line in told.out.splitlines()]
    assert [row[0] for row in table] == ["masks", "ada", "bob", "eve"]
    assert table[1][1:3] == ["1.0000", "1.0000"]
    assert table[3][1] == f"{1 / 3:.4f}"
    assert [row[-1] for row in table[1:]] == ["0", "0", "2"]
    assert "eve: There is no mask of sub/b." in told.err
    assert "eve: a.png has 64 × 47 pixels; a mask must be as large as the picture, 64 × 48." in told.err


def test_a_zip_is_a_folder_and_json_has_every_score(masks, capsys):
    with zipfile.ZipFile(masks / "bob.zip", "w") as archive:
        for name in NAMES:
            archive.write(masks / "bob" / name, name)
    assert main(["score", str(masks / "truth"), str(masks / "bob.zip"), "--json"]) == 0
    zipped = [json.loads(line)["scores"] for line in capsys.readouterr().out.splitlines()]
    assert main(["score", str(masks / "truth"), str(masks / "bob"), "--json"]) == 0
    assert [json.loads(line)["scores"] for line in capsys.readouterr().out.splitlines()] == zipped
    assert 0 < zipped[0]["iou"] < 1


def test_the_report_shows_the_worst(masks, capsys):
    page = masks / "report.html"
    arguments = ["score", str(masks / "truth"), str(masks / "bob"), "--report", str(page)]
    assert main(arguments) == 0
    assert page.read_text().count("data:image/jpeg") == 3
    assert main([*arguments[:-1], str(masks / "report.doc")]) == 2
    assert "ends in .html or .csv; report.doc was given" in capsys.readouterr().err


def test_what_is_not_there_is_one_sentence(masks, capsys):
    for arguments in (["nowhere", str(masks / "ada")], [str(masks / "truth"), "nowhere"], [str(masks / "truth")]):
        assert main(["score", *arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    (masks / "x" / "ada").mkdir(parents=True)
    assert main(["score", str(masks / "truth"), str(masks / "ada"), str(masks / "x" / "ada")]) == 2
    assert "have the same name" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".png", ".html"])
def test_recipes_are_compared_on_one_picture(tmp_path, suffix):
    rgb, inside = disc(0)
    picture, truth = save(tmp_path / "a.png", rgb), save(tmp_path / "t.png", inside.astype(np.uint8) * 255)
    saved = tmp_path / "mine.json"
    saved.write_text(Recipe(method=KMeans(objects=2)).to_json())
    out = tmp_path / f"sheet{suffix}"
    arguments = ["compare", str(picture), "kmeans", "graph_cut", str(saved), "--out", str(out), "--truth", str(truth)]
    assert main(arguments) == 0
    if suffix == ".png":
        assert PIL.Image.open(out).size[0] > 3 * 420
    else:
        assert out.read_text().count("<section>") == 4
        assert "IoU" in out.read_text()


def test_a_recipe_that_does_not_run_is_a_sentence_on_the_sheet_and_exit_code_1(tmp_path, capsys):
    picture = save(tmp_path / "a.png", disc(0)[0])
    out = tmp_path / "sheet.html"
    assert main(["compare", str(picture), "kmeans", "manual", "--out", str(out)]) == 1
    assert "Draw a rectangle" in out.read_text()
    assert main(["compare", str(picture), "kmeans", "--out", str(tmp_path / "sheet.doc")]) == 2
    assert "ends in .png or .html; sheet.doc was given" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command_and_option(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for name in ("mask", "batch", "score", "compare", "methods"):
        assert name in script
    assert "watch" in script


@pytest.mark.skipif(sys.platform == "win32", reason="no bash")
def test_bash_completes_an_option(capsys):
    main(["completion", "bash"])
    script = capsys.readouterr().out
    script += "COMP_WORDS=(masking batch --dry); COMP_CWORD=2; _masking; echo ${COMPREPLY[*]}\n"
    script += "COMP_WORDS=(masking sc); COMP_CWORD=1; _masking; echo ${COMPREPLY[*]}\n"
    done = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["--dry-run", "score"]


def test_a_comparison_says_that_a_file_holds_several_pictures(tmp_path, capsys):
    frames = [PIL.Image.new("RGB", (30, 20), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "pages.tif", save_all=True, append_images=frames[1:])
    main(["compare", str(tmp_path / "pages.tif"), "kmeans", "--out", str(tmp_path / "sheet.png")])
    assert ONE_OF_SEVERAL in capsys.readouterr().err
