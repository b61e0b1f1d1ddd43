"""The batch page: what was dropped is cut in the background, found again after a reload, looked through and mended."""

import csv
import io
import json
import time
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from discs import disc
from streamlit.testing.v1 import AppTest

from masking_core import GraphCut, Image, KMeans, ParameterError, Prompts, Recipe, export
from studio.batch import folder as folders
from studio.batch import running
from studio.batch.folder import Folder

ROOT = Path(__file__).parents[2]
RECIPES = {"few": Recipe(method=KMeans(objects=2)), "cut": Recipe(method=GraphCut())}


@pytest.fixture(autouse=True)
def own_root(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "ROOT", tmp_path / "batches")
    running._every.clear()


def files(*names, truth=False):
    return [
        (name, export.png(disc(n)[1].astype(np.uint8) * 255 if truth else disc(n)[0])) for n, name in enumerate(names)
    ]


def create(*names, recipes=None, contents=("composed", "mask"), marks="none", truth=()):
    return Folder.create(files(*names), files(*truth, truth=True), recipes or RECIPES, marks, contents)


def settled(batch, state="done"):
    for _ in range(600):
        if batch.state == state and not (batch._thread and batch._thread.is_alive()):
            return batch
        time.sleep(0.05)
    raise AssertionError(f"still {batch.state}: {batch.problem}")


def page(id=""):
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=180)
    if id:
        app.session_state["batch"] = id
    return app.switch_page("pages/batch.py").run()


def test_all_is_cut_as_the_library_cuts_it_and_flagged_and_scored():
    batch = settled(running.begin(create("a.png", "b.png", truth=("a.png",))))
    assert batch.counts == {"done": 4, "failed": 0, "left": 0}
    for item in batch.items:
        expected = item.recipe.run(Image.open(item.source.path)).mask
        assert np.array_equal(cv2.imread(item.writes["mask"], cv2.IMREAD_UNCHANGED), expected)
    table = batch.table()
    assert [entry["picture"] for entry in table] == ["a.png", "a.png", "b.png", "b.png"]
    assert all(entry["scores"]["iou"] > 0.9 for entry in table[:2])
    assert table[2]["scores"] == {}
    assert all(thumbnail.startswith("data:image/jpeg") for thumbnail in batch.thumbnails.values())


def test_it_is_found_again_by_its_id_alone_and_goes_on_where_it_was():
    made = create("a.png", "b.png", "c.png")
    batch = settled(running.begin(made))
    assert running.find(made.id) is batch
    running._every.clear()  # as after a restart
    again = running.find(made.id)
    assert again is not batch
    assert again.state == "paused"
    before = {path: path.stat().st_mtime_ns for path in made.results.rglob("*.png")}
    again.begin()
    settled(again)
    assert {path: path.stat().st_mtime_ns for path in made.results.rglob("*.png")} == before
    assert {entry["state"] for entry in again.table()} == {"unchanged"}
    for id in ("", "../../etc", "x" * 22):
        assert running.find(id) is None


def test_a_pause_loses_nothing():
    batch = running.begin(create(*(f"{n}.png" for n in range(12))))
    while not batch.entries:
        time.sleep(0.01)
    batch.halt("paused")
    settled(batch, "paused")
    held = len(batch.entries)
    assert 0 < held < 24
    batch.begin()
    settled(batch)
    assert batch.counts == {"done": 24, "failed": 0, "left": 0}


def test_a_picture_is_mended_by_its_own_marks_and_settings():
    batch = settled(running.begin(create("a.png", "b.png", recipes={"few": RECIPES["few"]})))
    before = {item.name: Path(item.writes["mask"]).read_bytes() for item in batch.items}
    other = Recipe(method=GraphCut())
    box = Prompts.from_box(0, 0, 63, 20)
    batch.folder.mend(batch.item("a.png", "few"), other, box)
    batch.begin()
    settled(batch)
    item = batch.item("a.png", "few")
    expected = export.png(other.run(Image.open(item.source.path), box).mask)
    assert Path(item.writes["mask"]).read_bytes() == expected != before["a.png"]
    assert Path(batch.item("b.png", "few").writes["mask"]).read_bytes() == before["b.png"]


def test_the_zip_has_the_results_and_a_manifest():
    batch = settled(running.begin(create("a.png", "b.png")))
    with zipfile.ZipFile(batch.folder.pack(batch.table())) as archive:
        names = archive.namelist()
        assert sorted(names) == sorted(
            [f"{recipe}/{stem}-{what}.png" for recipe in RECIPES for stem in "ab" for what in ("composed", "mask")]
            + ["manifest.csv", "manifest.json"]
        )
        rows = list(csv.DictReader(io.StringIO(archive.read("manifest.csv").decode())))
        assert {row["mask"] for row in rows} <= set(names)
        assert len(json.loads(archive.read("manifest.json"))) == 4
        for item in batch.items:
            assert archive.read(f"{item.recipe_name}/{item.name[0]}-mask.png") == Path(item.writes["mask"]).read_bytes()


def test_a_zip_of_pictures_keeps_its_folders():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files("x/a.png", "y/a.png"):
            archive.writestr(name, data)
    made = Folder.create([("all.zip", packed.getvalue())], [], {"few": RECIPES["few"]}, "none", ["mask"])
    settled(running.begin(made))
    assert sorted(str(path.relative_to(made.results)) for path in made.results.rglob("*.png")) == ["x/a.png", "y/a.png"]


def test_what_cannot_run_is_refused_and_leaves_no_folder(monkeypatch):
    for names, words in ((("a.png", "a.png"), "Two files are called a.png"), ((), "no picture")):
        with pytest.raises(ParameterError, match=words):
            create(*names)
    monkeypatch.setattr(folders, "MOST", 3)
    with pytest.raises(ParameterError, match="at most 3 results; these would be 4"):
        create("a.png", "b.png")
    assert list(folders.ROOT.iterdir()) == []


def test_a_folder_is_removed_a_day_after_its_last_use():
    made = create("a.png")
    folders.sweep(now=time.time() + folders.LIFE - 60)
    assert made.path.is_dir()
    folders.sweep(now=time.time() + folders.LIFE + 60)
    assert not made.path.exists()


def test_the_page_begins_with_choices_and_says_when_a_batch_is_gone():
    app = page()
    assert not app.exception
    assert app.button(key="batch.start").disabled
    assert "no longer here" in page("x" * 22).info[0].value


def test_the_page_shows_every_line_and_filters_them():
    made = create("a.png", "b.png", truth=("a.png", "b.png"))
    (made.path / folders.PICTURES / "bad.png").write_bytes(b"no picture")
    settled(running.begin(made))
    app = page(made.id)
    assert not app.exception
    frame = app.dataframe[0].value
    assert list(frame["Picture"]) == ["a.png", "a.png", "b.png", "b.png", "bad.png", "bad.png"]
    assert list(frame["Status"]) == ["Done"] * 4 + ["Failed"] * 2
    assert (frame["IoU"][:4] > 0.9).all()
    assert "is not a PNG" in frame["Remarks"][4]
    assert all(frame.proto.HasField("placeholder") for frame in app.dataframe), "what is not known yet is left empty"
    ranking = app.dataframe[1].value
    assert set(ranking["Settings"]) == set(RECIPES)
    assert (ranking["IoU"] > 0.6).all()
    app.button_group(key="batch.filter").set_value(["Failed"]).run()
    assert list(app.dataframe[0].value["Picture"]) == ["bad.png"] * 2
