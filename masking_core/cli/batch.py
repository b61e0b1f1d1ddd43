"""``masking batch``: many pictures are cut, and what was done is done once."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, get_args

from tqdm import tqdm

from masking_core.arrays import Picture
from masking_core.batch import executors, frames, places, report
from masking_core.batch.find import Files, pictures_of
from masking_core.batch.item import Item
from masking_core.batch.marks import FILES, RELATIVE, read_marks
from masking_core.batch.outputs import contents_named, kinds_named
from masking_core.batch.plan import Settings, plan, resumed
from masking_core.batch.recipes import read_recipes
from masking_core.batch.record import NAME, Entry, Record, as_csv
from masking_core.batch.run import run
from masking_core.batch.showing import show_item
from masking_core.batch.summary import flagged
from masking_core.batch.watch import arrivals
from masking_core.batch.work import cut
from masking_core.cli import given
from masking_core.errors import MaskingError, ParameterError
from masking_core.export import CONTENTS
from masking_core.image import Limits

SOME_FAILED = 1
STOPPED = 130
"""Exit code after Ctrl+C, as shells have it."""


def add(commands: Any) -> None:
    """Declare the command and its options."""
    batch = commands.add_parser(
        "batch",
        help="cut many pictures",
        description="Cut many pictures. The same command goes on where it was interrupted. Exit code 0: all are done; "
        "1: some failed; 2: nothing was run; 130: stopped with Ctrl+C.",
    )
    batch.set_defaults(run=_batch)
    batch.add_argument("recipe", metavar="RECIPE", help="a method, a recipe in JSON, a list of them, or a link")
    batch.add_argument("inputs", nargs="+", metavar="IN", help="files, folders, globs, ZIPs and addresses")
    batch.add_argument("--out", required=True, metavar="DIR", help="folder or address for the results")
    batch.add_argument("--also", action="append", default=[], metavar="RECIPE", help="one more recipe; repeatable")
    batch.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    batch.add_argument("--sweep", action="append", default=[], metavar="NAME=VALUE,VALUE", dest="sweeps")
    batch.add_argument("--write", default="composed", metavar="WHAT,WHAT", help=f"some of {', '.join(CONTENTS)}")
    batch.add_argument(
        "--format", default="png", metavar="ID,ID", help="kinds of files; each content takes the first that it can be"
    )
    batch.add_argument("--range", metavar="RANGE", help=given.RANGE)
    batch.add_argument("--pattern", default="", help="names of the results, usually {folder}/{stem}.{ext}")
    batch.add_argument(
        "--marks", default="none", help=f"for pictures without their own: {', '.join(RELATIVE)} or box:10,10,90,90 (%%)"
    )
    for kind in FILES:
        batch.add_argument(f"--{kind}", metavar="DIR", help=f"folder with a file of {kind} for each picture")
    batch.add_argument(
        "--frames",
        choices=get_args(frames.How),
        help="the pictures of a folder follow one another and some have marks: the others get regions between those "
        "(interpolate), or what is certain of the result before (carry)",
    )
    batch.add_argument("--truth", default="", metavar="DIR", help="folder with true masks; results are scored")
    batch.add_argument("--workers", type=int, metavar="N", help="processes; one a core by default")
    batch.add_argument("--cluster", metavar="ADDRESS", help="run on a Dask scheduler, such as tcp://host:8786")
    batch.add_argument("--record", metavar="FILE", help=f"what was done; {NAME} in the output folder by default")
    batch.add_argument("--overwrite", action="store_true", help="write over files that no batch wrote")
    batch.add_argument("--watch", action="store_true", help="wait for more pictures until Ctrl+C")
    batch.add_argument("--dry-run", action="store_true", help="say what would be done")
    batch.add_argument("--json", action="store_true", help="one line of JSON for each picture on standard output")
    batch.add_argument("--csv", type=Path, metavar="FILE", help="also write a table of the pictures")
    batch.add_argument(
        "--report", type=Path, metavar="FILE", help="with --truth: ranking and worst pictures, as .html or .csv"
    )


@dataclass
class _Told:
    """What was told of so far."""

    json: bool
    entries: list[Entry] = field(default_factory=list)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    begun: float = field(default_factory=time.monotonic)

    def tell(self, item: Item, entry: Entry) -> None:
        self.entries.append(entry)
        self.items[item.name, item.recipe_name] = item
        if self.json:
            print(json.dumps(entry, ensure_ascii=False), flush=True)

    def count(self, state: str) -> int:
        return sum(entry["state"] == state for entry in self.entries)


def _batch(options: argparse.Namespace) -> int:
    if options.frames and options.watch:
        raise ParameterError("--frames needs all pictures at once: leave out --watch.")
    settings, inputs = _settings(options), options.inputs
    out = "" if places.is_address(settings.out) else settings.out
    if options.dry_run:
        return _dry_run(plan(pictures_of(inputs, out=out), settings), json_lines=options.json)
    first = None if options.watch else _linked(plan(pictures_of(inputs, out=out), settings), options)
    told = _Told(options.json)
    with Record(_record(options, settings.out), settings.out) as record:
        planned: Iterable[list[Item]] = (
            _arriving(arrivals(inputs, out=out), settings, record, overwrite=options.overwrite)
            if first is None
            else [resumed(first, record, overwrite=options.overwrite)]
        )
        places.sweep_parts(settings.out)
        with _executor(options) as (executor, ahead):
            # What is carried on from one frame to the next is cut in this order.
            where = executors.Place(executor, 1 if options.frames == "carry" else ahead)
            stopped = _run(planned, where, record, told)
    _summary(told, stopped=stopped and not options.watch)
    if options.frames and not stopped:
        _tell_flicker(told)
    if options.csv:
        places.write(str(options.csv), as_csv(flagged(told.entries)).encode())
    if options.report:
        report.write(options.report, told.entries, partial(_shown, told))
    if stopped and not options.watch:
        return STOPPED
    return SOME_FAILED if told.count("failed") else 0


def _linked(items: list[Item], options: argparse.Namespace) -> list[Item]:
    return frames.linked(items, options.frames) if options.frames else items


def _tell_flicker(told: _Told) -> None:
    done = [told.items[entry["picture"], entry["recipe"]] for entry in told.entries if entry["state"] != "failed"]
    for sequence in frames.sequences(done):
        share = frames.flicker(frames.masks_of(sequence))
        name = f"{Path(sequence[0].name).parent} ({sequence[0].recipe_name})"
        print(f"{name}: {share:.3%} of the pixels flicker.", file=sys.stderr)


def _settings(options: argparse.Namespace) -> Settings:
    if options.report:
        report.check(options.report)
    return Settings(
        recipes=read_recipes([options.recipe, *options.also], options.settings, options.sweeps),
        out=options.out if places.is_address(options.out) else os.path.abspath(options.out),
        kinds=contents_named(options.write),
        form=kinds_named(options.format),
        levels=given.levels(options.range),
        pattern=options.pattern,
        marks=read_marks(options.marks),
        marks_in={kind: folder for kind in FILES if (folder := getattr(options, kind))},
        truth=options.truth,
        limits=Limits.from_environment(),
    )


def _record(options: argparse.Namespace, out: str) -> str:
    if options.record is None and places.is_address(out):
        raise ParameterError("--record FILE is needed where the results go to an address.")
    return options.record or f"{out}/{NAME}"


def _executor(options: argparse.Namespace) -> AbstractContextManager[executors.Place]:
    if options.workers is not None and options.workers < 1:
        raise ParameterError(f"workers must be a whole number of 1 or more; {options.workers} was given.")
    return executors.cluster(options.cluster) if options.cluster else executors.local(options.workers)


def _arriving(looks: Iterable[Files], settings: Settings, record: Record, *, overwrite: bool) -> Iterator[list[Item]]:
    for files in looks:
        planned: list[Item] = []
        with _errors_told():
            planned = plan(files, settings) if files.pictures else []
        found: list[Item] = []
        for item in planned:
            with _errors_told():
                found += resumed([item], record, overwrite=overwrite)
        yield found


@contextmanager
def _errors_told() -> Iterator[None]:
    """Tell of an error and go on: the others, and what arrives next, may be in order."""
    try:
        yield
    except MaskingError as error:
        print(error, file=sys.stderr)


def _run(planned: Iterable[list[Item]], where: executors.Place, record: Record, told: _Told) -> bool:
    """Run what is planned; whether it was stopped with Ctrl+C."""
    try:
        for items in planned:
            outcomes = closing(run(items, where.executor, cut, ahead=where.ahead, begun=record.begun))
            with outcomes as done, _bar(len(items), told) as bar:
                for item, outcome in done:
                    entry = record.finished(item, outcome)
                    told.tell(item, entry)
                    bar.update()
    except KeyboardInterrupt:
        return True
    return False


def _bar(total: int, told: _Told) -> Any:
    hidden = True if told.json or not total else None  # None: hidden where nobody looks at a terminal
    return tqdm(total=total, unit=" pictures", disable=hidden, dynamic_ncols=True, file=sys.stderr)


def _shown(told: _Told, entry: Entry) -> Picture | None:
    return show_item(told.items[entry["picture"], entry["recipe"]])


def _dry_run(items: list[Item], *, json_lines: bool) -> int:
    for item in items:
        about = {"picture": item.name, "recipe": item.recipe_name, "files": dict(item.writes)}
        if json_lines:
            print(json.dumps({**about, "marks": str(item.marks), "truth": item.truth and str(item.truth)}))
        else:
            print(f"{item.source} → {', '.join(item.writes.values())} ({item.recipe_name})")
    return 0


def _summary(told: _Told, *, stopped: bool) -> None:
    done, unchanged, failed = (told.count(state) for state in ("done", "unchanged", "failed"))
    seconds = time.monotonic() - told.begun
    if told.json:
        counts = {"done": done, "unchanged": unchanged, "failed": failed, "stopped": stopped}
        print(json.dumps({**counts, "seconds": round(seconds, 3)}))
        return
    print(f"{done} done, {unchanged} done before, {failed} failed in {seconds:.1f} s.", file=sys.stderr)
    if stopped:
        print("Stopped: the same command goes on from here.", file=sys.stderr)
    for entry in told.entries:
        if entry["state"] == "failed":
            print(f"{entry['picture']} ({entry['recipe']}): {entry['problem']}", file=sys.stderr)
    marked = [entry for entry in flagged(told.entries) if entry["flags"]]
    if marked:
        print(f"{len(marked)} to look at:", file=sys.stderr)
    for entry in marked:
        print(f"{entry['picture']} ({entry['recipe']}): {', '.join(entry['flags'])}", file=sys.stderr)
