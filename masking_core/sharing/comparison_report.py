"""Results side by side on paper: a contact sheet as a picture, and a report as one self-contained HTML file."""

import json
import platform
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.metadata import version
from io import BytesIO

import cv2
import PIL.Image
from PIL import ImageDraw, ImageFont

from masking_core import export
from masking_core.arrays import Picture
from masking_core.image import Image
from masking_core.kernels import sizes
from masking_core.parameters import parameters
from masking_core.recipe import Recipe
from masking_core.result import Result
from masking_core.steps.compose import on_checkerboard
from masking_core.version import __version__

TILE = 420
"""Width of a picture on the contact sheet, in pixels."""
REPORT_PIXELS = 500_000
"""Pixels of each picture in the report."""
MARGIN, LINE, TEXT = 16, 22, 16
INK, PALE = "#17202a", "#5a6470"
PACKAGES = ("numpy", "scikit-image", "opencv-python-headless", "Pillow")

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 1400px; margin: 2rem auto; padding: 0 1rem; }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 1.5rem; }
img { max-width: 100%; border-radius: 6px; }
table { border-collapse: collapse; font-size: .9rem; } td, th { padding: .1rem .8rem .1rem 0; text-align: left; }
td { font-variant-numeric: tabular-nums; } pre { overflow: auto; font-size: .8rem; }
.problem { padding: .6rem 1rem; border-left: 4px solid #d55e00; }
"""


@dataclass(frozen=True)
class Entry:
    """One recipe in a comparison: a ``result`` or the ``problem`` that kept it from one, and ``figures`` by name."""

    title: str
    recipe: Recipe
    result: Result | None = None
    problem: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


def settings(recipe: Recipe, *, every: bool = False) -> dict[str, str]:
    """What is set in the method of ``recipe``: title and value of the parameters that are not as usual, or of all."""
    values = dict(recipe.method)
    return {
        item.title: item.written(values[item.name])
        for item in parameters(type(recipe.method))
        if item.matters(values) and (every or values[item.name] != item.default)
    }


def contact_sheet(image: Image, entries: Sequence[Entry], columns: int = 3) -> bytes:
    """The original and every result on a checkerboard, with captions, as a PNG.

    Args:
        image: the picture that was cut.
        entries: what is shown, in order; one without a result has its problem written in its place.
        columns: pictures in a row, the original among them.
    """
    height = sizes.scaled(image.size, TILE / image.size[0])[1]
    size = f"{image.size[0]} by {image.size[1]} pixels"
    tiles: list[tuple[Picture | None, list[str]]] = [
        (export.pixels(image), [*_wrapped(image.name), size]),
        *((_cutout(entry), _wrapped(entry.title) + _wrapped(_summary(entry))) for entry in entries),
    ]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    cell = TILE + MARGIN, height + LINE * max(len(lines) for _, lines in tiles) + 2 * MARGIN
    sheet = PIL.Image.new("RGB", (MARGIN + columns * cell[0], MARGIN + rows * cell[1]), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(TEXT)
    for number, (picture, lines) in enumerate(tiles):
        left, top = MARGIN + number % columns * cell[0], MARGIN + number // columns * cell[1]
        if picture is not None:
            sheet.paste(_tile(picture, (TILE, height)), (left, top))
        for index, line in enumerate(lines):
            draw.text((left, top + height + 4 + index * LINE), line, fill=INK if index == 0 else PALE, font=font)
    file = BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def html_report(image: Image, entries: Sequence[Entry], *, title: str = "Comparison", note: str = "") -> str:
    """Pictures, parameters, figures, times and versions as one HTML page that needs nothing else.

    Args:
        image: the picture that was cut.
        entries: what is shown, in order.
        title, note: heading, and a sentence below it. Every text is escaped.
    """
    original = f"<section><h2>Original</h2>{_picture(export.pixels(image), 'The original')}</section>"
    body = "\n".join([original, *map(_section, entries)])
    packages = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in versions().items())
    width, height = image.size
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body><h1>{escape(title)}</h1>
<p>{escape(image.name)}, {width} × {height} pixels. {escape(note)}</p>
<main>
{body}
</main>
<h2>Made with</h2><table>{packages}</table>
</body></html>
"""


def recipes_json(entries: Sequence[Entry]) -> str:
    """The recipes and their titles as JSON; each ``recipe`` is what :meth:`Recipe.from_json` reads."""
    listed = [{"title": entry.title, "recipe": entry.recipe.model_dump(mode="json")} for entry in entries]
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def versions() -> dict[str, str]:
    """This library, Python and the packages that results depend on, with their versions."""
    ours = {"masking-studio": __version__, "Python": platform.python_version()}
    return ours | {package: version(package) for package in PACKAGES}


def _figure(figure: float) -> str:
    return f"{figure:,.0f}" if isinstance(figure, int) or abs(figure) >= 100 else f"{figure:.3g}"


def _cutout(entry: Entry) -> Picture | None:
    return None if entry.result is None else entry.result.cutout


def _summary(entry: Entry) -> str:
    if entry.result is None:
        return entry.problem
    return ", ".join(f"{name} {_figure(figure)}" for name, figure in entry.figures.items())


def _tile(picture: Picture, size: tuple[int, int]) -> PIL.Image.Image:
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return PIL.Image.fromarray(small if small.shape[2] == 3 else on_checkerboard(small))


def _wrapped(text: str) -> list[str]:
    """``text`` in lines that are no wider than a picture; a single word that is wider is cut short."""
    font = ImageFont.load_default(TEXT)
    lines: list[str] = []
    for word in text.split():
        if lines and font.getlength(f"{lines[-1]} {word}") <= TILE:
            lines[-1] += f" {word}"
        else:
            while font.getlength(word) > TILE:
                word = word[:-2] + "…"  # noqa: PLW2901
            lines.append(word)
    return lines


def _picture(picture: Picture, alt: str) -> str:
    scale = min(1.0, (REPORT_PIXELS / (picture.shape[0] * picture.shape[1])) ** 0.5)
    size = sizes.scaled((picture.shape[1], picture.shape[0]), scale)
    file = BytesIO()
    _tile(picture, size).save(file, "JPEG", quality=88)
    return f'<img alt="{escape(alt)}" src="data:image/jpeg;base64,{b64encode(file.getvalue()).decode()}">'


def _section(entry: Entry) -> str:
    figures = {name: _figure(figure) for name, figure in entry.figures.items()}
    rows = {**figures, **settings(entry.recipe, every=True)}
    table = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows.items())
    shown = f'<p class="problem">{escape(entry.problem)}</p>'
    if entry.result is not None:
        shown = _picture(entry.result.cutout, f"The result of {entry.title}")
    recipe = escape(entry.recipe.to_json())
    return (
        f"<section><h2>{escape(entry.title)}</h2>{shown}<table>{table}</table>"
        f"<details><summary>Recipe</summary><pre>{recipe}</pre></details></section>"
    )
