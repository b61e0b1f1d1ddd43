"""An experiment as one HTML file that needs nothing else, and as CSV."""

import csv
import io
from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import cv2
import numpy as np

from masking_core.arrays import Mask, Picture
from masking_core.batch import places
from masking_core.batch.experiment import MEASURES, Row, rows, worst
from masking_core.batch.record import Entry
from masking_core.errors import ParameterError
from masking_core.sharing.comparison_report import STYLE, versions

SHOWN = 24
"""Worst pictures in a report."""
SIDE = 360
"""Longest side of a picture in a report, in pixels."""
TITLES = {"iou": "IoU", "boundary_f": "Boundary F"}
PLOT = 560, 300
"""Width and height of the plot."""

RIGHT, WRONG, MISSING = (0, 158, 115), (213, 94, 0), (0, 114, 178)

Show = Callable[[Entry], Picture | None]
"""(H, W, 3) uint8 of what became of a picture; None where it cannot be shown."""


def check(path: Path) -> None:
    """Refuse a report of another kind than ``.html`` and ``.csv``.

    Raises:
        ParameterError: see above.
    """
    if path.suffix not in {".html", ".csv"}:
        raise ParameterError(f"A report is a file that ends in .html or .csv; {path.name} was given.")


def write(path: Path, entries: Sequence[Entry], show: Show) -> None:
    """Write the report of an experiment; how its name ends says which kind."""
    text = table_csv(entries) if path.suffix == ".csv" else html(entries, show)
    places.write(str(path.absolute()), text.encode())


def html(entries: Sequence[Entry], show: Show, *, title: str = "Experiment") -> str:
    """The ranking, quality over time, and the worst pictures; every text is escaped."""
    ranked = rows(entries)
    packages = "".join(f"<tr><th>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in versions().items())
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{STYLE}</style></head>
<body><h1>{escape(title)}</h1>
<p>{_sentence(ranked)}</p>
{_table(ranked)}
{_plot(ranked)}
<h2>Worst pictures</h2>
<p>Green is right, orange was taken wrongly, blue is missing.</p>
<main>{"".join(_section(entry, show(entry)) for entry in worst(entries, SHOWN))}</main>
<h2>Made with</h2><table>{packages}</table>
</body></html>
"""


def table_csv(entries: Sequence[Entry]) -> str:
    """One line a recipe: the figures of :class:`masking_core.batch.experiment.Row`."""
    listed = [as_columns(row) for row in rows(entries)]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in listed for name in row)))
    writer.writeheader()
    writer.writerows(listed)
    return text.getvalue()


def as_columns(row: Row) -> dict[str, str | float | int]:
    """A row by names of columns, for a table."""
    columns: dict[str, str | float | int] = {"recipe": row.recipe, "pictures": row.pictures, "failed": row.failed}
    for measure in MEASURES:
        columns |= {measure: row.scores[measure].mean, f"{measure} spread": row.scores[measure].deviation}
    if row.seconds is not None:
        columns |= {"seconds": row.seconds.mean, "seconds spread": row.seconds.deviation}
    behind = row.behind
    if behind is not None:
        columns |= {"behind the best": behind.mean, "from": behind.low, "to": behind.high, "p": behind.p}
    return columns | {"on the front": int(row.on_front)}


def errors_over(rgb: Picture, mask: Mask, truth: Mask) -> Picture:
    """A picture under what a mask has right (green), takes wrongly (orange) and misses (blue); (H, W) bool masks."""
    scale = min(1.0, SIDE / max(rgb.shape[:2]))
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    small = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    ours, theirs = (
        cv2.resize(each.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0 for each in (mask, truth)
    )
    shown = small // 2 + np.uint8(64)
    for where, colour in (
        (ours & theirs, (0, 158, 115)),
        (ours & ~theirs, (213, 94, 0)),
        (theirs & ~ours, (0, 114, 178)),
    ):
        shown[where] = small[where] // 2 + np.array(colour, np.uint8) // 2
    return shown


def _sentence(ranked: Sequence[Row]) -> str:
    if not ranked:
        return "No picture has a true mask."
    return (
        f"{ranked[0].pictures} pictures with a true mask. A failure counts as a score of 0. “Behind” is by how much "
        "the best recipe’s IoU is higher on the same pictures, with the 95 % interval of a paired bootstrap; p below "
        "0.05 is more than chance. ★ marks the Pareto front: no other recipe is both as good and as fast."
    )


def _table(ranked: Sequence[Row]) -> str:
    head = ["Recipe", *(TITLES[measure] for measure in MEASURES), "Seconds (median)", "Failed", "Behind", "p", ""]
    lines = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in _cells(row))}</tr>" for row in ranked)
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{lines}</table>"


def _cells(row: Row) -> list[str]:
    scores = [f"{row.scores[measure].mean:.3f} ± {row.scores[measure].deviation:.3f}" for measure in MEASURES]
    seconds = "–" if row.seconds is None else f"{row.seconds.mean:.3g} ± {row.seconds.deviation:.2g}"
    behind, apart = row.behind, ["best", ""]
    if behind is not None:
        apart = [f"{behind.mean:.3f} ({behind.low:.3f} to {behind.high:.3f})", f"{behind.p:.3g}"]
    return [escape(row.recipe), *scores, seconds, str(row.failed), *apart, "★" if row.on_front else ""]


def _plot(ranked: Sequence[Row]) -> str:
    """Mean IoU over mean seconds (logarithmic), with the Pareto front joined."""
    timed = [(row, row.seconds.mean) for row in ranked if row.seconds is not None]
    if len(timed) < 2:
        return ""
    width, height = PLOT
    logs = np.log10([seconds for _, seconds in timed])
    low, high = float(logs.min()) - 0.1, float(logs.max()) + 0.1
    floor = min(row.scores["iou"].mean for row, _ in timed) - 0.05
    dots, front = [], []
    for (row, seconds), log in sorted(zip(timed, logs, strict=True), key=lambda item: float(item[1])):
        x = 50 + (width - 200) * (float(log) - low) / (high - low)
        y = height - 30 - (height - 50) * (row.scores["iou"].mean - floor) / (1.0 - floor)
        words = f"{escape(row.recipe)} ({row.scores['iou'].mean:.3f}, {seconds:.3g} s)"
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5"/><text x="{x + 9:.1f}" y="{y + 4:.1f}">{words}</text>')
        front += [f"{x:.1f},{y:.1f}"] if row.on_front else []
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-label="IoU over seconds" '
        'fill="currentColor" font-size="12">'
        f'<polyline points="{" ".join(front)}" fill="none" stroke="#0072b2"/>{"".join(dots)}'
        f'<text x="50" y="{height - 6}">seconds a picture, logarithmic →</text><text x="4" y="12">IoU ↑</text></svg>'
    )


def _section(entry: Entry, picture: Picture | None) -> str:
    words = "failed: " + entry["problem"] if entry["problem"] else f"IoU {entry['scores']['iou']:.3f}"
    shown = "" if picture is None else f'<img alt="{escape(entry["picture"])}" src="{_data(picture)}">'
    about = f"{escape(entry['recipe'])}, {escape(words)}"
    return f"<section><h3>{escape(entry['picture'])}</h3>{shown}<p>{about}</p></section>"


def _data(picture: Picture) -> str:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 85])
    return f"data:image/jpeg;base64,{b64encode(data.tobytes()).decode()}"
