"""A contact sheet shows every result, and a report needs nothing but itself and takes no orders from names."""

import json
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO

import cv2
import numpy as np
import PIL.Image
import pytest

import masking_core
from masking_core import Image, KMeans, Manual, Recipe
from masking_core.sharing import comparison_report
from masking_core.sharing.comparison_report import Entry

NASTY = '<script>alert("x")</script>&\'"'


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self.sources = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.sources += [value for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def picture():
    rgb = np.full((60, 90, 3), 220, np.uint8)
    rgb[15:45, 30:60] = (180, 20, 30)
    return Image.from_array(rgb, name=NASTY)


@pytest.fixture(scope="module")
def entries(picture):
    recipe = Recipe(method=KMeans(objects=2))
    return [
        Entry(f"A {NASTY}", recipe, recipe.run(picture), figures={"seconds": 0.25, NASTY: 0.5}),
        Entry("B", Recipe(method=Manual()), problem=f"Draw something. {NASTY}"),
    ]


def test_a_contact_sheet_is_a_picture_of_original_and_results(picture, entries):
    sheet = PIL.Image.open(BytesIO(comparison_report.contact_sheet(picture, entries)))
    tile, height = comparison_report.TILE, round(comparison_report.TILE * 60 / 90)
    assert sheet.size[0] == comparison_report.MARGIN + 3 * (tile + comparison_report.MARGIN)
    assert sheet.size[1] >= height + 3 * comparison_report.MARGIN + 2 * comparison_report.LINE
    pixels = np.asarray(sheet)
    middle = comparison_report.MARGIN + height // 2
    first, second, third = (comparison_report.MARGIN + k * (tile + comparison_report.MARGIN) for k in range(3))
    assert tuple(pixels[middle, first + tile // 2]) == (180, 20, 30)
    assert tuple(pixels[middle, second + tile // 2]) == (180, 20, 30)
    assert set(pixels[middle, second : second + tile // 5].ravel()) <= {245, 205}  # the board means transparent
    assert (pixels[middle, third : third + tile] == 255).all()  # nothing to show but its sentence


@pytest.mark.parametrize(("columns", "across", "down"), [(1, 1, 3), (2, 2, 2), (3, 3, 1), (9, 3, 1)])
def test_a_contact_sheet_goes_on_in_the_next_row(picture, entries, columns, across, down):
    red = Entry("", entries[0].recipe, entries[0].result)
    sheet = np.asarray(PIL.Image.open(BytesIO(comparison_report.contact_sheet(picture, [red, red], columns))))
    reds, _, stats, middles = cv2.connectedComponentsWithStats(
        (np.abs(sheet.astype(int) - (180, 20, 30)).max(axis=2) < 9).astype(np.uint8)
    )
    assert reds == 1 + 3
    row_height = (sheet.shape[0] - comparison_report.MARGIN) / down
    rows = (middles[1:, 1] - comparison_report.MARGIN) // row_height
    assert sheet.shape[1] == comparison_report.MARGIN + across * (comparison_report.TILE + comparison_report.MARGIN)
    assert sorted(rows.tolist()) == [number // across for number in range(3)]
    assert np.ptp(stats[1:, cv2.CC_STAT_AREA]) <= stats[1:, cv2.CC_STAT_AREA].max() / 50


@pytest.mark.parametrize("title", ["W" * 500, "W W " * 250])
def test_captions_stay_below_their_picture(picture, entries, title):
    sheets = [
        comparison_report.contact_sheet(picture, [Entry(text, entries[0].recipe, entries[0].result)])
        for text in ("", title)
    ]
    short, sheet = (np.asarray(PIL.Image.open(BytesIO(data))) for data in sheets)
    assert (sheet[:, -comparison_report.MARGIN :] == 255).all()
    gap = slice(
        comparison_report.MARGIN + comparison_report.TILE, 2 * comparison_report.MARGIN + comparison_report.TILE
    )
    assert (sheet[:, gap] == 255).all()
    assert (sheet[-comparison_report.MARGIN :] == 255).all()
    assert sheet.shape[0] > short.shape[0] or " " not in title


def test_every_line_of_a_caption_has_its_own_place(picture, entries):
    shown = Entry(("W" * 9 + " ") * 20, entries[0].recipe, entries[0].result)
    sheet = np.asarray(PIL.Image.open(BytesIO(comparison_report.contact_sheet(picture, [shown]))))
    below = comparison_report.MARGIN + round(comparison_report.TILE * 60 / 90)
    caption = sheet[below:, comparison_report.TILE + 2 * comparison_report.MARGIN :]
    inked = (caption < 200).any(axis=(1, 2))
    lines = np.flatnonzero(np.diff(inked.astype(int)) == 1)
    assert len(lines) > 3
    assert np.allclose(np.diff(lines), comparison_report.LINE)


def test_a_report_holds_all_it_shows(picture, entries):
    page = Reader(comparison_report.html_report(picture, entries, title=NASTY, note=NASTY))
    assert page.tags.count("img") == 2  # the original and the one result
    assert all(source.startswith("data:image/jpeg;base64,") for source in page.sources)
    text = " ".join(page.texts)
    for wanted in ("Number of objects", "0.25", "Python", "Draw something."):
        assert wanted in text
    for package, version in {"masking-studio": masking_core.__version__, "numpy": np.__version__}.items():
        assert f"{package} {version}" in " ".join(text.split())


@pytest.mark.parametrize(("most", "size"), [(5400, (90, 60)), (600, (30, 20)), (1350, (45, 30))])
def test_a_picture_in_a_report_has_so_many_pixels_at_most(picture, entries, most, size, monkeypatch):
    monkeypatch.setattr(comparison_report, "REPORT_PIXELS", most)
    sources = Reader(comparison_report.html_report(picture, entries, title="", note="")).sources
    assert {PIL.Image.open(BytesIO(b64decode(each.partition(",")[2]))).size for each in sources} == {size}


def test_whatever_somebody_called_something_is_text(picture, entries):
    html = comparison_report.html_report(picture, entries, title=NASTY, note=NASTY)
    page = Reader(html)
    assert "script" not in page.tags
    assert " ".join(page.texts).count('alert("x")') >= 6
    assert "<script" not in html


def test_recipes_come_back_from_their_json(entries):
    listed = json.loads(comparison_report.recipes_json(entries))
    assert [item["title"] for item in listed] == [entry.title for entry in entries]
    read = [Recipe.from_json(json.dumps(item["recipe"])) for item in listed]
    assert read == [entry.recipe for entry in entries]


def test_settings_are_what_is_not_as_usual(entries):
    assert comparison_report.settings(entries[0].recipe) == {"Number of objects": "2"}
    assert comparison_report.settings(Recipe(method=KMeans())) == {}
    every = comparison_report.settings(Recipe(method=KMeans()), every=True)
    assert every["Number of objects"] == "3"
    assert every["Distance"] == "Colour"
    assert every["Precision"] == "0.1 colour units"
    assert "Compactness" not in every  # has no effect with this distance


@pytest.mark.parametrize(
    ("figure", "shown"),
    [
        (0.12345, "0.123"),
        (12.345, "12.3"),
        (99.96, "100"),
        (100.4, "100"),
        (999.6, "1,000"),
        (-1234.5, "-1,234"),
        (3, "3"),
    ],
)
def test_figures_have_three_digits_or_are_whole(figure, shown):
    assert comparison_report._figure(figure) == shown
