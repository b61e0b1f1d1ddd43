"""``masking models``: the trained networks, their licences, and whether their files are at hand."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from masking_core.models import fetch, files
from masking_core.models.model import Model
from masking_core.progress import listening


def add(commands: Any) -> None:
    """Declare the command and its options."""
    models = commands.add_parser("models", help="list trained networks, fetch one, or accept a file for one")
    models.set_defaults(run=_list)
    models.add_argument("--json", action="store_true", help="as JSON")
    actions = models.add_subparsers(metavar="ACTION")
    getting = actions.add_parser("fetch", help="download a network's file and check it")
    getting.set_defaults(run=_fetch)
    getting.add_argument("name", metavar="NAME")
    getting.add_argument("--into", type=Path, metavar="FOLDER", help="where to; the first folder looked in by default")
    accepting = actions.add_parser("accept", help="use a file although its checksum is not the known one")
    accepting.set_defaults(run=_accept)
    accepting.add_argument("name", metavar="NAME")


def _list(options: argparse.Namespace) -> None:
    described = [_described(model) for model in files.known().values()]
    if options.json:
        print(json.dumps(described, indent=2, ensure_ascii=False))
        return
    for each in described:
        print(f"{each['name']}: {each['label']}. {each['good_for']}")
        print(f"    {each['state']}{': ' + each['path'] if each['path'] else ''}")
        licence = f"code {each['code_licence']}; weights {each['weights_licence']}"
        print(f"    {licence}{' (NOT FOR COMMERCIAL USE)' if each['non_commercial'] else ''}")
    print(f"Looked for in {', '.join(str(folder) for folder in files.folders())}.")


def _described(model: Model) -> dict[str, Any]:
    path = files.path_of(model)
    return {**model.model_dump(), "state": files.state(model), "path": "" if path is None else str(path)}


def _fetch(options: argparse.Namespace) -> None:
    with tqdm(total=100, unit="%", bar_format="{desc} {n:.0f} %", disable=not sys.stderr.isatty()) as bar:

        def hear(fraction: float, doing: str) -> bool:
            bar.set_description_str(doing, refresh=False)
            bar.update(100 * fraction - bar.n)
            return True

        with listening(hear):
            path = fetch.fetch(options.name, options.into)
    print(path)


def _accept(options: argparse.Namespace) -> None:
    print(files.accept(options.name))
