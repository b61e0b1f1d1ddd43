import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from masking_core import KMeans, ParameterError, Recipe
from masking_core.batch.flags import Figures
from masking_core.batch.item import Item, Outcome
from masking_core.batch.places import Place
from masking_core.batch.record import Record, as_csv, entries, latest
from masking_core.batch.summary import flagged

FIGURES = Figures(0.25, 0.0, 0.01, 1, 0.5, 0.5)


def item(name="a.png", out="/out"):
    writes = {"cutout": f"{out}/{name}", "mask": f"{out}/m/{name}"}
    return Item(Place(f"/in/{name}"), name, Recipe(method=KMeans()), "kmeans", writes)


def done(this, key="k1"):
    return Outcome("done", key, {path: f"d-{path}" for path in this.writes.values()}, 0.5, figures=FIGURES)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "out" / "batch.jsonl")


def test_what_is_finished_is_known_to_the_next_record(path):
    this = item()
    with Record(path, "/out") as record:
        assert record.of(this.writes) == ("", {})
        record.begun(this)
        assert record.of(this.writes) == ("", {})
        assert record.knows("/out/a.png")
        record.finished(this, done(this))
    with Record(path, "/out") as record:
        assert record.of(this.writes) == ("k1", done(this).digests)
        assert not record.knows("/out/b.png")


def test_the_output_folder_may_be_moved(path):
    with Record(path, "/out") as record:
        record.finished(item(), done(item()))
    moved = item(out="/elsewhere")
    with Record(path, "/elsewhere") as record:
        assert record.of(moved.writes) == (
            "k1",
            {path: f"d-{path}".replace("/elsewhere", "/out") for path in moved.writes.values()},
        )


def test_a_failure_or_a_beginning_forgets_nothing_that_was_done(path):
    this = item()
    with Record(path, "/out") as record:
        record.finished(this, done(this))
        record.begun(this)
        record.finished(this, Outcome("failed", problem="No."))
        assert record.of(this.writes)[0] == "k1"
        assert record.finished(this, Outcome("unchanged", "k1"))["figures"]["share"] == 0.25
    with Record(path, "/out") as record:
        assert record.of(this.writes)[0] == "k1"


def test_files_of_one_item_under_two_keys_are_not_done(path):
    one, other = item(), item("b.png")
    mixed = {"cutout": one.writes["cutout"], "mask": other.writes["mask"]}
    with Record(path, "/out") as record:
        record.finished(one, done(one, "k1"))
        record.finished(other, done(other, "k2"))
        assert record.of(mixed) == ("", {})


@pytest.mark.parametrize("cut", [1, 20, -1])
def test_a_line_that_was_cut_short_says_nothing(path, cut):
    one, other = item(), item("b.png")
    with Record(path, "/out") as record:
        record.finished(one, done(one))
        record.finished(other, done(other))
    lines = Path(path).read_bytes().splitlines(keepends=True)
    Path(path).write_bytes(lines[0] + lines[1][:cut])
    with Record(path, "/out") as record:
        assert record.of(one.writes)[0] == "k1"
        assert (record.of(other.writes)[0] == "k1") == (cut == -1 and lines[1][:cut].endswith(b"}"))
        record.finished(other, done(other, "k3"))
    with Record(path, "/out") as record:
        assert (record.of(one.writes)[0], record.of(other.writes)[0]) == ("k1", "k3")


def test_lines_that_are_no_entries_are_left_out():
    good = json.dumps({"picture": "a", "recipe": "r", "key": "k", "files": []})
    assert [entry["picture"] for entry in entries(f'\n{{}}\n[1]\n"x"\n{good}\n{good[:-3]}'.encode())] == ["a"]


def test_two_batches_never_write_one_record(path):
    code = f"from masking_core.batch.record import Record; Record({path!r}, '/out')"
    with Record(path, "/out"):
        other = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
        assert "Another batch is writing" in other.stderr
        with pytest.raises(ParameterError, match="Another batch is writing"):
            Record(path, "/out")
    with Record(path, "/out"):
        pass


def test_the_last_entry_of_a_picture_counts():
    told = [{"picture": "a", "recipe": "r", "state": state} for state in ("failed", "done")]
    other = {"picture": "a", "recipe": "s", "state": "failed"}
    assert [entry["state"] for entry in latest([*told, other])] == ["done", "failed"]


def test_the_table_has_a_line_for_each_and_runs_no_formula(path):
    with Record(path, "/out") as record:
        listed = [record.finished(each, done(each)) for each in (item("=SUM(A1).png"), item("b.png"))]
        failed = record.finished(item("c.png"), Outcome("failed", problem="No, it is not."))
    rows = list(csv.DictReader(as_csv(flagged([*listed, failed])).splitlines()))
    assert [row["picture"] for row in rows] == ["'=SUM(A1).png", "b.png", "c.png"]
    assert rows[1] | {"cutout": "b.png", "share": "0.25", "seconds": "0.5", "flags": ""} == rows[1]
    assert (rows[2]["problem"], rows[2]["share"]) == ("No, it is not.", "")
