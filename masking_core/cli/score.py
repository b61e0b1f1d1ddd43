"""``masking score``: folders of masks are compared with the true ones."""

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from masking_core.arrays import Picture
from masking_core.batch import report
from masking_core.batch.experiment import rows
from masking_core.batch.find import by_stem
from masking_core.batch.places import Place
from masking_core.batch.record import Entry
from masking_core.batch.run import run
from masking_core.batch.scoring import Pair, entry_of, pairs, score
from masking_core.batch.showing import show_pair
from masking_core.image import Limits


def add(commands: Any) -> None:
    """Declare the command and its options."""
    found = commands.add_parser(
        "score",
        help="compare folders of masks with the true ones",
        description="Compare folders of masks with the true ones, and rank them. A mask that is missing counts as 0. "
        "Exit code 0: all were compared; 1: some are missing or cannot be read; 2: nothing was run.",
    )
    found.set_defaults(run=_score)
    found.add_argument("truth", metavar="TRUTH", help="folder, ZIP or address with the true masks")
    found.add_argument("masks", nargs="+", metavar="MASKS", help="folders or ZIPs with masks of the same names")
    found.add_argument("--pictures", metavar="DIR", help="the pictures, to be shown in the report")
    found.add_argument("--report", type=Path, metavar="FILE", help="ranking and worst pictures, as .html or .csv")
    found.add_argument("--json", action="store_true", help="one line of JSON for each mask on standard output")


def _score(options: argparse.Namespace) -> int:
    if options.report:
        report.check(options.report)
    todo = pairs(options.truth, options.masks, Limits.from_environment())
    pictures = by_stem(options.pictures, options.pictures) if options.pictures else {}
    entries = _compared(todo)
    if options.json:
        for entry in entries:
            print(json.dumps(entry, ensure_ascii=False))
    else:
        _print(entries)
    if options.report:
        by_name = {(pair.name, pair.group): pair for pair in todo}
        report.write(options.report, entries, partial(_shown, by_name, pictures))
    return int(any(entry["state"] == "failed" for entry in entries))


def _compared(todo: list[Pair]) -> list[Entry]:
    found: dict[Pair, Entry] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool, tqdm(total=len(todo), unit=" masks", disable=None) as bar:
        for pair, outcome in run(todo, pool, score):
            found[pair] = entry_of(pair, outcome)
            bar.update()
    return [found[pair] for pair in todo]


def _print(entries: list[Entry]) -> None:
    listed = [report.as_columns(row) for row in rows(entries)]
    shown = ("recipe", "iou", "boundary_f", "behind the best", "p", "failed")
    cells = [[_cell(row.get(name, "")) for name in shown] for row in listed]
    titles = ["masks", "IoU", "boundary F", "behind", "p", "failed"]
    widths = [max(len(row[column]) for row in [titles, *cells]) for column in range(len(titles))]
    for row in [titles, *cells]:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for entry in entries:
        if entry["problem"]:
            print(f"{entry['recipe']}: {entry['problem']}", file=sys.stderr)


def _cell(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _shown(todo: dict[tuple[str, str], Pair], pictures: dict[str, Place], entry: Entry) -> Picture | None:
    pair = todo[entry["picture"], entry["recipe"]]
    return show_pair(pair, pictures.get(pair.name))
