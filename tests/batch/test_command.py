import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from discs import disc, save

from masking_core import Image, KMeans, Recipe
from masking_core.batch import watch
from masking_core.batch.record import NAME, entries
from masking_core.cli.main import main
from masking_core.image.image import ONE_OF_SEVERAL
from masking_core.image.levels import Levels

ROOT = Path(__file__).parents[2]


def batch(*arguments):
    return main(["batch", "kmeans", *map(str, arguments)])


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.suffix == ".png"}


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("in_threads")
class TestInThreads:
    def test_a_folder_becomes_a_folder(self, pictures, tmp_path, capsys):
        assert batch(pictures, "--out", tmp_path / "out", "--set", "objects=2") == 0
        made = files(tmp_path / "out")
        assert sorted(made) == ["a.png", "b.png", "sub/a.png", "sub/deep/c.png"]
        expected = Recipe(method=KMeans(objects=2)).run(Image.open(pictures / "b.png")).rgba
        assert np.array_equal(np.asarray(PIL.Image.open(tmp_path / "out" / "b.png")), expected)
        assert "4 done, 0 done before, 0 failed" in capsys.readouterr().err

    def test_the_same_command_does_nothing_twice_and_mends_what_is_missing(self, pictures, tmp_path, capsys):
        out = tmp_path / "out"
        assert batch(pictures, "--out", out, "--json") == 0
        made, stamps = files(out), {path: path.stat().st_mtime_ns for path in out.rglob("*.png")}
        record = (out / NAME).read_bytes()
        capsys.readouterr()
        assert batch(pictures, "--out", out, "--json") == 0
        told = lines(capsys)
        assert told[-1] | {"done": 0, "unchanged": 4, "failed": 0, "stopped": False} == told[-1]
        assert {path: path.stat().st_mtime_ns for path in out.rglob("*.png")} == stamps
        assert (out / NAME).read_bytes() == record
        (out / "b.png").unlink()
        (out / "a.png").write_bytes(b"half")
        assert batch(pictures, "--out", out, "--json") == 0
        assert lines(capsys)[-1]["done"] == 2
        assert files(out) == made
        save(pictures / "b.png", disc(9)[0])
        assert batch(pictures, "--out", out, "--json") == 0
        assert lines(capsys)[-1]["done"] == 1
        assert batch(pictures, "--out", out, "--set", "objects=2", "--json") == 0
        assert lines(capsys)[-1]["done"] == 4

    def test_each_content_takes_the_first_format_that_it_can_be(self, pictures, tmp_path):
        out = tmp_path / "out"
        assert batch(pictures, "--out", out, "--write", "cutout,mask,outlines", "--format", "geojson,webp") == 0
        made = {path.name for path in out.iterdir() if path.stem.startswith("a")}
        assert made == {"a-cutout.webp", "a-mask.webp", "a-outlines.geojson"}

    def test_an_unknown_format_is_refused_with_those_that_there_are(self, pictures, tmp_path, capsys):
        assert batch(pictures, "--out", tmp_path / "out", "--format", "png,psd") == 2
        assert "format must name some of png, webp, " in capsys.readouterr().err

    def test_deep_pictures_are_cut_over_the_range_that_is_given(self, tmp_path):
        deep = np.where(disc()[1], 1_200, 1_000).astype(np.uint16)
        deep[0, 0] = 65_535  # one bright pixel that the full range is spent on
        save(tmp_path / "in" / "deep.png", deep)
        for text, levels in (("full", Levels(mode="full")), ("900,1300", Levels(mode="given", black=900, white=1300))):
            out = tmp_path / text
            assert batch(tmp_path / "in", "--out", out, "--range", text, "--set", "objects=2") == 0
            image = Image.open(tmp_path / "in" / "deep.png", levels=levels)
            made = np.asarray(PIL.Image.open(out / "deep.png"))
            assert np.array_equal(made, Recipe(method=KMeans(objects=2)).run(image).rgba)
            assert batch(tmp_path / "in", "--out", out, "--range", "automatic", "--set", "objects=2") == 0
            assert not np.array_equal(np.asarray(PIL.Image.open(out / "deep.png")), made)

    def test_a_file_of_several_pictures_is_told_of(self, tmp_path, capsys):
        frames = [PIL.Image.fromarray(disc(seed)[0]) for seed in range(3)]
        (tmp_path / "in").mkdir()
        frames[0].save(tmp_path / "in" / "pages.tif", save_all=True, append_images=frames[1:])
        assert batch(tmp_path / "in", "--out", tmp_path / "out", "--json") == 0
        assert lines(capsys)[0]["notes"] == [ONE_OF_SEVERAL]

    def test_ctrl_c_is_told_by_the_exit_code(self, pictures, tmp_path, monkeypatch):
        def stopped(*_, **__):
            raise KeyboardInterrupt
            yield

        monkeypatch.setattr("masking_core.cli.batch.run", stopped)
        assert batch(pictures, "--out", tmp_path / "out") == 130

    def test_a_failure_is_listed_with_its_sentence_and_stops_nothing(self, pictures, tmp_path, capsys):
        (pictures / "bad.jpg").write_bytes(b"no picture")
        assert batch(pictures, "--out", tmp_path / "out") == 1
        error = capsys.readouterr().err
        assert "4 done, 0 done before, 1 failed" in error
        assert "bad.jpg (kmeans): bad.jpg is not a PNG" in error
        assert "Traceback" not in error
        save(pictures / "bad.jpg", disc()[0])
        assert batch(pictures, "--out", tmp_path / "out") == 0

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["nowhere", "--out", "{out}"], "nowhere is not there"),
            (["{in}"], "--out"),
            (["{in}", "--out", "{in}"], "is read and cannot be the output folder"),
            (["{in}", "--out", "{out}", "--pattern", "{{stem}}.png"], "would both be written to a.png"),
            (["{in}", "--out", "{out}", "--set", "objects=99"], "objects must be"),
            (["{in}", "--out", "{out}", "--write", "hat"], "write must name some of"),
            (["{in}", "--out", "{out}", "--marks", "hat"], "marks must be one of"),
            (["{in}", "--out", "{out}", "--also", "hat"], "A recipe is"),
            (["{in}", "--out", "{out}", "--workers", "0"], "workers must be"),
            (["{in}", "--out", "memory://out"], "--record FILE is needed"),
            (["{in}", "--out", "{out}", "--truth", "nowhere"], "nowhere is not there"),
        ],
    )
    def test_what_cannot_run_is_refused_before_the_first_picture(self, pictures, tmp_path, capsys, arguments, words):
        filled = [text.format(**{"in": pictures, "out": tmp_path / "out"}) for text in arguments]
        assert batch(*filled) == 2
        error = capsys.readouterr().err
        assert words in error
        assert error.count("\n") == 1
        assert not list(tmp_path.glob("out/**/*.png"))

    def test_several_recipes_and_kinds(self, pictures, tmp_path):
        saved = tmp_path / "mine.json"
        saved.write_text(Recipe(method=KMeans(objects=4)).to_json())
        out = tmp_path / "out"
        code = batch(
            pictures / "sub", "--out", out, "--also", saved, "--sweep", "objects=2,3", "--write", "mask,labels"
        )
        assert code == 0
        recipes = {name.split("/")[0] for name in files(out)}
        assert recipes == {"kmeans objects=2", "kmeans objects=3", "mine objects=2", "mine objects=3"}
        assert len(files(out)) == 2 * 4 * 2

    def test_a_dry_run_writes_nothing(self, pictures, tmp_path, capsys):
        assert batch(pictures, "--out", tmp_path / "out", "--dry-run") == 0
        assert f"{pictures}/b.png → {tmp_path}/out/b.png (kmeans)" in capsys.readouterr().out
        assert not (tmp_path / "out").exists()

    def test_a_dry_run_tells_which_truth_it_would_compare_with(self, pictures, tmp_path, capsys):
        save(tmp_path / "truth" / "b.png", disc(1)[1])
        assert batch(pictures / "b.png", "--out", tmp_path / "out", "--dry-run", "--json") == 0
        with_truth = pictures / "b.png", "--truth", tmp_path / "truth"
        assert batch(*with_truth, "--out", tmp_path / "out", "--dry-run", "--json") == 0
        assert [line["truth"] for line in lines(capsys)] == [None, str(tmp_path / "truth" / "b.png")]

    def test_the_table_has_scores_and_flags(self, pictures, tmp_path):
        for seed, name in enumerate(("a.png", "b.png", "sub/a.png", "sub/deep/c.png")):
            save(tmp_path / "truth" / name, disc(seed)[1])
        table, page = tmp_path / "table.csv", tmp_path / "report.html"
        options = ["--truth", tmp_path / "truth", "--csv", table, "--report", page, "--sweep", "objects=2,3"]
        assert batch(pictures, "--out", tmp_path / "out", *options) == 0
        rows = list(csv.DictReader(table.read_text().splitlines()))
        assert len(rows) == 8
        assert "<td>kmeans objects=3</td>" in page.read_text()
        assert page.read_text().count("data:image/jpeg") == 8
        assert all(0 <= float(row["iou"]) <= 1 for row in rows)

    def test_results_at_an_address(self, pictures, tmp_path):
        arguments = ["--out", "memory://results/x", "--record", tmp_path / "record.jsonl", "--json"]
        assert batch(pictures, *arguments) == 0
        from masking_core.batch import places

        assert places.is_there("memory://results/x/sub/deep/c.png")

    def test_a_folder_that_fills_is_watched_until_it_is_stopped(self, pictures, tmp_path, monkeypatch, capsys):
        looks = []

        def pause(_):
            looks.append(1)
            if len(looks) == 3:
                save(pictures / "late.png", disc(5)[0])
            if len(looks) == 6:
                raise KeyboardInterrupt

        monkeypatch.setattr(watch.time, "sleep", pause)
        assert batch(pictures, "--out", tmp_path / "out", "--watch", "--json") == 0
        told = lines(capsys)[-1]
        assert (told["done"], told["failed"]) == (5, 0)
        assert "late.png" in files(tmp_path / "out")

    @pytest.mark.parametrize("overwrite", [False, True])
    def test_while_watching_what_another_wrote_stays_unless_it_is_said(
        self, pictures, tmp_path, monkeypatch, capsys, overwrite
    ):
        looks = []

        def pause(_):
            looks.append(1)
            if len(looks) == 3:
                save(pictures / "late.png", disc(5)[0])
                save(pictures / "later.png", disc(6)[0])
            if len(looks) == 6:
                raise KeyboardInterrupt

        monkeypatch.setattr(watch.time, "sleep", pause)
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "late.png").write_bytes(b"another's")
        words = ["--overwrite"] if overwrite else []
        assert batch(pictures, "--out", tmp_path / "out", "--watch", *words) == 0
        assert {"b.png", "later.png"} <= files(tmp_path / "out").keys()  # what came with it is cut all the same
        kept = (tmp_path / "out" / "late.png").read_bytes() == b"another's"
        assert kept is not overwrite
        assert ("late.png is there already and was not written by this batch" in capsys.readouterr().err) is kept

    def test_a_watched_picture_that_changed_is_cut_again(self, pictures, tmp_path, monkeypatch):
        looks = []

        def pause(_):
            looks.append(1)
            if len(looks) == 3:
                (pictures / "a.png").write_bytes((pictures / "b.png").read_bytes())
            if len(looks) == 6:
                raise KeyboardInterrupt

        monkeypatch.setattr(watch.time, "sleep", pause)
        assert batch(pictures, "--out", tmp_path / "out", "--watch") == 0
        made = files(tmp_path / "out")
        assert made["a.png"] == made["b.png"] != made["sub/a.png"]

    def test_ctrl_c_ends_with_a_sentence_and_the_same_command_goes_on(self, pictures, tmp_path, monkeypatch, capsys):
        from masking_core.batch.record import Record

        finished = Record.finished

        def interrupted(self, item, outcome):
            finished(self, item, outcome)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(Record, "finished", interrupted)
            assert batch(pictures, "--out", tmp_path / "out") == 130
        assert "the same command goes on from here" in capsys.readouterr().err
        assert batch(pictures, "--out", tmp_path / "out", "--json") == 0
        told = lines(capsys)[-1]
        assert told["done"] + told["unchanged"] == 4
        assert told["unchanged"] >= 1


def test_killed_at_random_moments_nothing_is_lost_and_nothing_done_twice(pictures, tmp_path):
    for seed in range(10, 40):
        save(pictures / f"{seed}.png", disc(seed, (200, 300), 60)[0])
    out = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "masking_core",
        "batch",
        "kmeans",
        str(pictures),
        "--out",
        str(out),
        "--workers",
        "2",
    ]
    moments = random.Random(0)
    for _ in range(3):
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)
        before = len(files(out)) if out.exists() else 0
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline and len(files(out)) <= before:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0
    done = [entry["picture"] for entry in entries((out / NAME).read_bytes()) if entry["state"] == "done"]
    assert sorted(set(done)) == sorted(str(path.relative_to(pictures)) for path in pictures.rglob("*.png"))
    assert not list(out.rglob("*.part"))
    fresh = tmp_path / "fresh"
    command[command.index(str(out))] = str(fresh)
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0
    assert files(fresh) == files(out)
    shutil.rmtree(fresh)
