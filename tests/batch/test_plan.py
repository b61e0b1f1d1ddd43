import os

import pytest
from discs import disc, save

from masking_core import KMeans, ParameterError, Recipe
from masking_core.batch.find import pictures_of
from masking_core.batch.marks import UNMARKED, Box, MarksFile, read_marks
from masking_core.batch.outputs import contents_named, named, usual_pattern
from masking_core.batch.places import Place
from masking_core.batch.plan import Settings, plan, resumed
from masking_core.batch.record import Record
from masking_core.export import CONTENTS, FORMATS

TWO = {"few": Recipe(method=KMeans(objects=2)), "many": Recipe(method=KMeans(objects=5))}
ONE = {"few": TWO["few"]}


def planned(folder, out="/out", **options):
    return plan(pictures_of([str(folder)]), Settings(**{"recipes": ONE, "out": out, **options}))


def targets(items):
    return [path for item in items for path in item.writes.values()]


def test_every_picture_meets_every_recipe_and_nothing_has_one_name(pictures):
    items = planned(pictures, recipes=TWO, kinds=("cutout", "mask"))
    assert [(item.name, item.recipe_name) for item in items[:2]] == [("a.png", "few"), ("a.png", "many")]
    assert len(items) == 8
    assert len(set(targets(items))) == 16
    assert items[-1].writes == {
        "cutout": "/out/many/sub/deep/c-cutout.png",
        "mask": "/out/many/sub/deep/c-mask.png",
    }


@pytest.mark.parametrize(
    ("recipes", "kinds", "path"),
    [
        (["few"], ["cutout"], "sub/a.png"),
        (["few"], ["cutout", "mask"], "sub/a-mask.png"),
        (["few", "many"], ["mask"], "few/sub/a.png"),
    ],
)
def test_the_usual_pattern_says_no_more_than_is_needed(recipes, kinds, path):
    assert named(usual_pattern(recipes, kinds), "sub/a.jpg", "few", "mask", "png") == path


def test_a_pattern_is_filled():
    pattern = "{what}/{recipe}/{folder}/{name}.{ext}"
    assert named(pattern, "x/y/a.b.jpg", "few", "layers", "ora") == "layers/few/x/y/a.b.jpg.ora"
    assert named("{folder}/{stem}.{ext}", "a.b.jpg", "few", "cutout", "png") == "a.b.png"


@pytest.mark.parametrize("pattern", ["../{stem}.png", "/{stem}.png", "{weather}.png", "/", "a/../../{stem}.png"])
def test_a_pattern_that_leads_away_is_refused(pictures, pattern):
    with pytest.raises(ParameterError, match="pattern must be a path below the output folder"):
        planned(pictures, pattern=pattern)


def test_two_results_of_one_name_are_refused_with_both_pictures(pictures):
    save(pictures / "a.tif", disc()[0])
    with pytest.raises(ParameterError, match=r"^a\.tif \(few\) and a\.png \(few\) would both be written to a\.png"):
        planned(pictures)
    assert len(planned(pictures, pattern="{folder}/{name}.{ext}")) == 5
    for options in ({"pattern": "{stem}.png"}, {"pattern": "{folder}/{stem}.png", "kinds": ("cutout", "mask")}):
        with pytest.raises(ParameterError, match="would both be written to"):
            planned(pictures / "sub", **options, recipes=TWO)


@pytest.mark.parametrize("out", ["memory://shelf/out", "/a folder below the root, which has no letter to turn"])
def test_names_that_differ_in_case_are_two_where_nothing_says_that_they_are_one(pictures, out):
    save(pictures / "A.png", disc()[0])
    if len(list(pictures.glob("[aA].png"))) == 2:
        assert len(planned(pictures, out=out)) == 5


def test_a_picture_is_never_written_over(pictures):
    with pytest.raises(ParameterError, match="would be written over a picture"):
        planned(pictures / "a.png", out=str(pictures))
    with pytest.raises(ParameterError, match="cannot be the output folder"):
        pictures_of([str(pictures)], out=str(pictures))


def test_without_a_picture_there_is_no_batch(tmp_path):
    with pytest.raises(ParameterError, match="no picture"):
        planned(tmp_path)


def test_marks_come_from_folders_then_from_beside_then_for_all(pictures, tmp_path):
    save(tmp_path / "trimaps" / "sub" / "a.tif", disc()[0])
    save(pictures / "b.mask.png", disc()[0])
    box = read_marks("box:10,20,90,80")
    items = planned(pictures, marks_in={"trimap": str(tmp_path / "trimaps")}, marks=box)
    assert [item.marks for item in items] == [
        box,
        MarksFile("mask", Place(str(pictures / "b.mask.png"))),
        MarksFile("trimap", Place(str(tmp_path / "trimaps" / "sub" / "a.tif"))),
        box,
    ]
    assert planned(pictures / "sub")[0].marks == UNMARKED


def test_marks_in_two_files_are_refused(pictures):
    save(pictures / "b.mask.png", disc()[0])
    (pictures / "b.json").write_text("{}")
    with pytest.raises(ParameterError, match=r"b\.png has marks in several files"):
        planned(pictures)


def test_truths_go_by_the_path_without_the_suffix(pictures, tmp_path):
    save(tmp_path / "truth" / "sub" / "a.bmp", disc()[0])
    truths = [item.truth for item in planned(pictures, truth=str(tmp_path / "truth"))]
    assert truths == [None, None, Place(str(tmp_path / "truth" / "sub" / "a.bmp")), None]


def test_a_file_that_no_batch_wrote_is_not_overwritten(pictures, tmp_path):
    out = str(tmp_path / "out")
    items = planned(pictures, out=out)
    with Record(f"{out}/batch.jsonl", out) as record:
        assert resumed(items, record) == items
        os.makedirs(f"{out}/sub")
        open(f"{out}/sub/a.png", "w").close()
        with pytest.raises(ParameterError, match=r"sub/a\.png is there already"):
            resumed(items, record)
        assert resumed(items, record, overwrite=True) == items
        record.begun(items[2])
        assert resumed(items, record) == items


def test_kinds_are_named_once_each():
    assert contents_named("mask,cutout") == ("mask", "cutout")
    for text in ("", "mask,mask", "mask,hat"):
        with pytest.raises(ParameterError, match=f"write must name some of {', '.join(CONTENTS)}"):
            contents_named(text)


@pytest.mark.parametrize("text", ["box:1,2,3", "box:90,0,10,100", "box:0,0,101,100", "box:a,b,c,d", "magic", ""])
def test_marks_for_all_pictures_are_checked(text):
    with pytest.raises(ParameterError, match="was given"):
        read_marks(text)
    assert read_marks("box:0,0,100,100") == Box(0, 0, 100, 100)


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_that_a_kind_cannot_have_is_replaced_by_its_first(pictures, form):
    (item, *_) = planned(pictures, kinds=tuple(CONTENTS), form=form)
    suffixes = {kind: "." + path.rsplit(".")[-1] for kind, path in item.writes.items()}
    assert suffixes["cutout"] == FORMATS[form].suffix
    assert suffixes["mask"] == (FORMATS[form].suffix if form in ("png", "webp", "tiff", "bmp") else ".png")
    assert suffixes["labels"] == (".tif" if form == "tiff" else ".png")
