import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from discs import disc, save

from masking_core import Image, KMeans, Limits, Recipe, export
from masking_core.batch.find import pictures_of
from masking_core.batch.item import Item, Outcome
from masking_core.batch.outputs import kind_of
from masking_core.batch.places import Place
from masking_core.batch.plan import Settings, plan
from masking_core.batch.run import run
from masking_core.batch.work import cut
from masking_core.export import CONTENTS, FORMATS
from masking_core.export.options import PLAIN

RECIPE = Recipe(method=KMeans(objects=2))


def planned(folder, out, **options):
    return plan(pictures_of([str(folder)]), Settings(**{"recipes": {"kmeans": RECIPE}, "out": str(out), **options}))


def items(count):
    return [Item(Place(f"/in/{n}"), str(n), RECIPE, "kmeans", {"mask": f"/out/{n}"}) for n in range(count)]


def test_every_kind_of_result_is_what_the_library_makes(pictures, tmp_path):
    outcomes = list(run(planned(pictures, tmp_path / "out", kinds=tuple(CONTENTS)), ThreadPoolExecutor(2), cut))
    assert [outcome.state for _, outcome in outcomes] == ["done"] * 4
    for item, outcome in outcomes:
        result = RECIPE.run(Image.open(item.source.path))
        for kind, path in item.writes.items():
            assert Path(path).read_bytes() == kind_of(kind, "png").make(result, PLAIN)
        assert outcome.seconds > 0
        assert outcome.figures.share == pytest.approx(float((result.alpha >= 0.5).mean()))
    written = {path for item, _ in outcomes for path in item.writes.values()}
    assert {str(path) for path in (tmp_path / "out").rglob("*") if path.is_file()} == written


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_written(pictures, tmp_path, form):
    kinds = ("cutout", "mask")
    first = planned(pictures, tmp_path / "out", form=form, kinds=kinds)[0]
    outcome = cut(first)
    assert outcome.problem == ""
    result = RECIPE.run(Image.open(first.source.path))
    assert Path(first.writes["cutout"]).read_bytes() == export.cutout_file(result, FORMATS[form])
    assert np.array_equal(np.asarray(PIL.Image.open(first.writes["mask"]).convert("L")), result.mask)


def test_what_is_done_is_found_unchanged_and_anything_else_is_done_again(pictures, tmp_path):
    first = next(iter(planned(pictures, tmp_path / "out")))
    outcome = cut(first)
    again = replace(first, key=outcome.key, digests=outcome.digests)
    assert cut(again).state == "unchanged"
    (path,) = first.writes.values()
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[:-1])
    assert cut(again).state == "done"
    assert Path(path).read_bytes() == data
    others = [
        replace(again, recipe=Recipe(method=KMeans(objects=3))),
        replace(again, source=Place(str(pictures / "b.png"))),
        replace(again, key=outcome.key[::-1]),
    ]
    assert [cut(other).state for other in others] == ["done"] * 3


def test_a_picture_with_a_truth_is_scored(pictures, tmp_path):
    _, inside = disc(0)
    save(tmp_path / "truth" / "a.png", inside.astype(np.uint8))
    outcome = cut(planned(pictures, tmp_path / "out", truth=str(tmp_path / "truth"))[0])
    assert outcome.scores["iou"] > 0.98
    assert cut(planned(pictures, tmp_path / "out")[0]).scores == {}
    save(tmp_path / "truth" / "a.png", inside[:-1])
    problem = cut(planned(pictures, tmp_path / "out", truth=str(tmp_path / "truth"))[0]).problem
    assert problem == "a.png has 64 × 47 pixels; a mask must be as large as the picture, 64 × 48."


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda path: path.write_bytes(b"no picture"), "is not a PNG"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(path.read_bytes()[:60]), "damaged"),
        (lambda path: path.unlink(), "cannot be found"),
        (lambda path: PIL.Image.new("RGB", (3000, 3000)).save(path), "the limit is 5 megapixels"),
    ],
)
def test_a_bad_picture_is_a_sentence_and_the_others_are_cut(pictures, tmp_path, spoil, words):
    todo = planned(pictures, tmp_path / "out", limits=Limits(max_megapixels=5))
    spoil(pictures / "b.png")
    found = {item.name: outcome for item, outcome in run(todo, ThreadPoolExecutor(2), cut)}
    assert found.pop("b.png").state == "failed"
    assert {outcome.state for outcome in found.values()} == {"done"}
    assert words in cut(todo[1]).problem
    assert cut(todo[1]).problem.endswith(".")


def test_a_folder_that_cannot_be_written_is_a_sentence_with_the_file(pictures, tmp_path):
    (tmp_path / "out").write_text("a file where a folder should be")
    outcome = cut(planned(pictures, tmp_path / "out")[0])
    assert outcome.state == "failed"
    assert outcome.problem.startswith(str(tmp_path / "out"))


@pytest.mark.parametrize("error", [ValueError("odd"), MemoryError(), KeyError("x")])
def test_what_nobody_expected_is_a_failure_of_its_picture(pictures, tmp_path, monkeypatch, error):
    def broken(*_):
        raise error

    monkeypatch.setattr("masking_core.batch.outputs.kind_of", broken)
    outcome = cut(planned(pictures, tmp_path / "out")[0])
    assert (outcome.state, bool(outcome.problem)) == ("failed", True)


def test_everything_is_done_once_however_few_are_handed_over_at_once():
    for ahead in (1, 3, 100):
        done, held, most = [], threading.Semaphore(ahead), []

        def work(item, done=done, held=held, most=most):
            most.append(held.acquire(blocking=False))
            time.sleep(0.001)
            done.append(item.name)
            held.release()
            return Outcome("done")

        told = [item.name for item, _ in run(items(20), ThreadPoolExecutor(30), work, ahead=ahead)]
        assert sorted(told, key=int) == sorted(done, key=int) == [str(n) for n in range(20)]
        assert all(most)


def test_items_are_asked_for_as_there_is_room():
    asked = []

    def endless():
        for item in items(1000):
            asked.append(item.name)
            yield item

    running = run(endless(), ThreadPoolExecutor(1), lambda _: Outcome("done"), ahead=4)
    list(islice(running, 3))
    assert len(asked) < 20


def test_every_item_is_told_of_before_it_is_handed_over():
    told = []

    def work(item):
        return Outcome("done", key=str(item.name in told))

    outcomes = run(items(10), ThreadPoolExecutor(3), work, begun=lambda item: told.append(item.name))
    assert {outcome.key for _, outcome in outcomes} == {"True"}


def test_who_stops_asking_stops_the_batch():
    begun = []
    pool = ThreadPoolExecutor(1)

    def work(item):
        begun.append(item.name)
        time.sleep(0.02)
        return Outcome("done")

    running = run(items(100), pool, work, ahead=50)
    next(running)
    running.close()
    pool.shutdown()
    assert len(begun) <= 3


def test_an_executor_that_loses_a_task_loses_one_picture():
    class Lossy(Executor):
        def submit(self, fn, /, *args, **kwargs):
            future = Future()
            if args[0].name == "3":
                future.set_exception(RuntimeError("gone"))
            else:
                future.set_result(fn(*args))
            return future

    found = {item.name: outcome for item, outcome in run(items(6), Lossy(), lambda _: Outcome("done"))}
    assert {name for name, outcome in found.items() if outcome.state == "failed"} == {"3"}
    assert found["3"].problem.endswith(".")


def test_the_same_files_make_the_same_bytes(pictures, tmp_path):
    made = []
    for name in ("one", "two"):
        list(run(planned(pictures, tmp_path / name), ThreadPoolExecutor(2), cut))
        made.append({path.name: path.read_bytes() for path in (tmp_path / name / "sub").glob("*.png")})
    assert made[0] == made[1]
    assert export.png(RECIPE.run(Image.open(str(pictures / "sub/a.png"))).rgba) == made[0]["a.png"]
