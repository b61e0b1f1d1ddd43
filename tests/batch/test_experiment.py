import csv
import io
import re

import numpy as np
import pytest
from scipy import stats

from masking_core.batch import report
from masking_core.batch.experiment import Spread, _parts, paired_bootstrap, pareto, rows, worst


def entry(recipe, picture, iou=None, seconds=1.0):
    """One line of a record; without a score, a failure."""
    scores = {} if iou is None else {"iou": iou, "boundary_f": iou / 2}
    problem = "No." if iou is None else ""
    return {
        "recipe": recipe, "picture": picture, "truth": "t", "scores": scores, "seconds": seconds, "problem": problem,
        "files": [],
    }  # fmt: skip


def experiment(seed=0, count=30):
    random = np.random.default_rng(seed)
    base = random.uniform(0.5, 0.8, count)
    noise = random.normal(0, 0.02, (2, count))
    return [
        *(entry("good", str(n), base[n] + 0.1 + noise[0, n], 4.0) for n in range(count)),
        *(entry("fast", str(n), base[n] + noise[1, n], 1.0) for n in range(count)),
        *(entry("bad", str(n), base[n] - 0.1, 2.0) for n in range(count)),
    ]


def test_rows_are_ranked_with_the_mean_and_spread_of_every_measure():
    entries = experiment()
    found = rows(entries)
    assert [row.recipe for row in found] == ["good", "fast", "bad"]
    values = [each["scores"]["iou"] for each in entries if each["recipe"] == "fast"]
    assert found[1].scores["iou"] == Spread(pytest.approx(np.mean(values)), pytest.approx(np.std(values, ddof=1)))
    assert found[1].scores["boundary_f"].mean == pytest.approx(np.mean(values) / 2)
    assert (found[1].pictures, found[1].failed, found[1].seconds) == (30, 0, Spread(1.0, 0.0))
    assert found[0].behind is None
    assert found[1].behind.mean == pytest.approx(found[0].scores["iou"].mean - found[1].scores["iou"].mean)


def test_a_failure_counts_as_nought_and_takes_no_time():
    found = rows([entry("a", "1", 0.8), entry("a", "2"), entry("b", "1", 0.7), entry("b", "2", 0.7)])
    assert [(row.recipe, row.failed, row.scores["iou"].mean) for row in found] == [("b", 0, 0.7), ("a", 1, 0.4)]
    assert found[1].seconds == Spread(1.0, 0.0)


def test_a_picture_that_one_recipe_never_saw_is_a_failure_of_it():
    found = {row.recipe: row for row in rows([entry("a", "1", 0.8), entry("a", "2", 0.8), entry("b", "1", 0.9)])}
    assert (found["b"].failed, found["b"].scores["iou"].mean) == (1, 0.45)


def test_a_slow_first_picture_does_not_count_as_the_speed_of_a_recipe():
    times = [30.0, 1.0, 1.2, 0.8, 1.1]
    (row,) = rows([entry("a", str(n), 0.8, seconds) for n, seconds in enumerate(times)])
    assert row.seconds == Spread(1.1, pytest.approx(0.1))


def test_pictures_without_a_truth_do_not_count():
    assert rows([{**entry("a", "1", 0.8), "truth": ""}]) == []
    assert rows([]) == []


def test_a_clear_difference_is_told_from_chance():
    random = np.random.default_rng(0)
    base = random.uniform(0.5, 0.8, 40)
    clear = paired_bootstrap(base + 0.05 + random.normal(0, 0.02, 40), base)
    assert clear.low > 0
    assert clear.p < 0.001
    chance = paired_bootstrap(base + random.normal(0, 0.02, 40), base)
    assert chance.low < 0 < chance.high
    assert chance.p > 0.05
    assert paired_bootstrap(base, base).p == 1.0


def test_the_interval_is_that_of_an_independent_bootstrap():
    random = np.random.default_rng(1)
    better, other = random.uniform(0.4, 0.9, 25), random.uniform(0.4, 0.8, 25)
    ours = paired_bootstrap(better, other, rounds=20_000)
    theirs = stats.bootstrap((better - other,), np.mean, n_resamples=20_000, method="percentile", rng=2)
    assert ours.mean == pytest.approx((better - other).mean())
    assert (ours.low, ours.high) == (
        pytest.approx(theirs.confidence_interval.low, abs=0.003),
        pytest.approx(theirs.confidence_interval.high, abs=0.003),
    )
    assert ours == paired_bootstrap(better, other, rounds=20_000)


def test_swapping_the_two_swaps_the_interval():
    random = np.random.default_rng(3)
    one, other = random.uniform(0, 1, 30), random.uniform(0, 1, 30)
    there, back = paired_bootstrap(one, other), paired_bootstrap(other, one)
    assert (there.low, there.high, there.p) == pytest.approx((-back.high, -back.low, back.p))


def test_the_front_is_what_no_other_beats():
    points = {"best": (0.9, 3.0), "fast": (0.7, 1.0), "beaten": (0.7, 2.0), "same": (0.9, 3.0), "slow": (0.8, 4.0)}
    assert pareto(points) == {"best", "fast", "same"}


def test_failures_come_first_then_the_lowest():
    listed = [entry("a", "1", 0.5), entry("a", "2", 0.0), entry("a", "3"), entry("a", "4", 0.2)]
    assert [each["picture"] for each in worst(listed, 3)] == ["3", "2", "4"]


def test_the_report_says_all_that_was_measured_and_escapes_what_it_is_told():
    entries = [*experiment(), entry("<b>", "<img src=x>", 0.1)]
    page = report.html(entries, lambda _: np.zeros((4, 6, 3), np.uint8))
    for row in rows(entries):
        assert f"{row.scores['iou'].mean:.3f} ± {row.scores['iou'].deviation:.3f}" in page
    assert "<img src=x>" not in page
    assert "&lt;b&gt;" in page
    assert page.count("data:image/jpeg") == report.SHOWN
    assert page.count("<circle") == 4
    assert "http" not in page


def test_stars_are_given_to_those_on_the_front():
    rowed = re.findall(r"<tr>(<td>.*?)</tr>", report.html(experiment(), lambda _: None))
    assert [row.split("</td>")[0][4:] for row in rowed if "★" in row] == ["good", "fast"]


def test_one_value_does_not_deviate():
    assert Spread.of([0.5]) == Spread(0.5, 0.0)


def test_a_report_of_nothing_says_so():
    assert "No picture has a true mask." in report.html([], lambda _: None)


def test_the_csv_has_a_line_for_every_recipe():
    listed = list(csv.DictReader(io.StringIO(report.table_csv(experiment()))))
    assert [row["recipe"] for row in listed] == ["good", "fast", "bad"]
    assert [row["on the front"] for row in listed] == ["1", "1", "0"]
    assert listed[0]["p"] == ""
    assert float(listed[2]["p"]) == pytest.approx(1e-4)


def test_the_colours_say_what_is_right_wrong_and_missing():
    rgb = np.full((2, 4, 3), 200, np.uint8)
    ours = np.array([[True, True, False, False]] * 2)
    true = np.array([[True, False, True, False]] * 2)
    shown = report.errors_over(rgb, ours, true)[0]
    for pixel, colour in zip(shown, (report.RIGHT, report.WRONG, report.MISSING), strict=False):
        assert pixel.tolist() == [100 + part // 2 for part in colour]
    assert shown[3].tolist() == [164] * 3  # half of what it was, on a middle grey


def test_the_line_of_the_plot_joins_what_no_other_beats():
    listed = [*experiment(), *(entry("beaten", str(n), 0.2, 9.0) for n in range(30))]
    page = report.html(listed, lambda _: None)
    places = dict(re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', page))
    line = re.search(r'<polyline points="(.*?)"', page)[1].split()
    assert len(line) == sum(row.on_front for row in rows(listed)) == 2
    assert all(tuple(point.split(",")) in places.items() for point in line)


def test_of_the_worst_pictures_the_score_or_the_failure_is_told():
    page = report.html([entry("a", "1", 0.25), entry("a", "2"), entry("a", "3", 0.5)], lambda _: None)
    assert re.findall(r"<p>a, (.*?)</p>", page) == ["failed: No.", "IoU 0.250", "IoU 0.500"]


@pytest.mark.parametrize("low", [0.2, 0.8])
def test_in_the_plot_up_is_better_one_is_the_top_and_right_is_slower(low):
    listed = [entry("right", "1", 1.0, 1.0), entry("lower", "1", low, 10.0), entry("between", "1", (1 + low) / 2, 3.0)]
    places = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)".*?>(\w+) \(', report.html(listed, lambda _: None))
    xy = {name: (float(x), float(y)) for x, y, name in places}
    width, height = report.PLOT
    assert 50 < xy["right"][0] < xy["between"][0] < xy["lower"][0] < width
    assert 20 == xy["right"][1] < xy["between"][1] < xy["lower"][1] < height - 30


def test_without_times_the_front_is_the_best_alone():
    found = rows([entry("a", "1", 0.8, None), entry("b", "1", 0.9, None)])
    assert [(row.recipe, row.seconds, row.on_front) for row in found] == [("b", None, True), ("a", None, False)]


@pytest.mark.parametrize(("width", "parts"), [(40, [10_000]), (250, [4000, 4000, 2000]), (3_000_000, [1] * 10_000)])
def test_a_bootstrap_is_drawn_in_as_few_parts_as_memory_allows(width, parts):
    assert _parts(10_000, width) == parts
