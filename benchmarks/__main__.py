"""``python -m benchmarks speed|accuracy|matting|load|kills|batch [--data DIR] [--json FILE] [--only NAME]``: tables."""

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from benchmarks.datasets import DataError

SPEED = (
    *("imports", "clustering", "cut", "strokes", "watershed"),
    *("raster", "reports", "latency", "first_minute", "first_start", "sweep"),
)
"""Modules whose ``rows()`` measure speed and memory."""
DOCS = Path(__file__).parents[1] / "docs"
WRITTEN = ("accuracy", "matting")
"""Suites that write their tables into the page of their name, between the two marks; part of one, its own alone."""
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"

Tables = dict[str, list[dict[str, Any]]]


def main() -> int:
    """Run one suite, print its tables as Markdown and, on demand, write them as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the library.")
    parser.add_argument("suite", choices=["speed", "accuracy", "matting", "load", "kills", "batch"])
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of pictures with ground truth, for accuracy and matting"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the tables here")
    parser.add_argument(
        "--only",
        action="append",
        metavar="NAME",
        help=f"of speed: {', '.join(SPEED)}; of accuracy: a set, network-SET or agreement; of matting: alpha, "
        "sizes, colours, whole; of load: visitors, successive, together, attacked, ceiling; "
        "of batch: rate, cluster, kills, start, large",
    )
    options = parser.parse_args()
    try:
        tables = _measured(options.suite, options.data, options.only)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    sections = {name: f"{machine()}\n\n{markdown(rows)}" for name, rows in tables.items()}
    print(report(sections))
    if options.suite in WRITTEN:
        page = DOCS / f"{options.suite}.md"
        page.write_text(with_tables(page.read_text(), sections, part=bool(options.only)))
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "tables": tables}, indent=2) + "\n")
    return 0


def report(sections: dict[str, str]) -> str:
    """Markdown of what was measured, and on what, below each name."""
    return "\n\n".join(f"## {name}\n\n{text}" for name, text in sections.items())


def with_tables(page: str, sections: dict[str, str], *, part: bool) -> str:
    """A page with new tables between its two marks; of those that were there, a ``part`` leaves the others in place."""
    head, _, rest = page.partition(BEGIN)
    old, _, tail = rest.partition(END)
    if part:
        kept = old.strip().removeprefix("## ").split("\n\n## ")
        sections = {**dict(section.split("\n\n", 1) for section in kept), **sections}
    return f"{head}{BEGIN}\n\n{report(sections)}\n\n{END}{tail}"


def _measured(suite: str, data: Path | None, only: list[str] | None) -> Tables:
    if suite == "accuracy":
        from benchmarks import accuracy

        return accuracy.tables(data, only)
    if suite == "matting":
        from benchmarks import matting

        return matting.tables(data, only)
    if suite == "load":
        from benchmarks import load

        return load.rows_by_table(only)
    if suite == "kills":
        from benchmarks import kills

        return {"kills": kills.rows()}
    if suite == "batch":
        from benchmarks import batch

        return batch.tables(only)
    return {name: importlib.import_module(f"benchmarks.{name}").rows() for name in only or SPEED}


def machine() -> str:
    """What the figures were measured on."""
    model = next((line.split(":")[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")), "")
    return f"{model or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def markdown(rows: list[dict[str, Any]]) -> str:
    """Rows as a Markdown table."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    table = [columns, ["---"] * len(columns), *([_cell(row.get(column)) for column in columns] for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in table)


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
