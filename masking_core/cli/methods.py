"""``masking methods``: the methods and their parameters."""

import argparse
import json
from typing import Any

from masking_core.methods import METHODS
from masking_core.parameters import Parameter, parameters
from masking_core.sharing.program import parameter_reference


def add(commands: Any) -> None:
    """Declare the command and its options."""
    methods = commands.add_parser("methods", help="list the methods and their parameters")
    methods.set_defaults(run=_methods)
    methods.add_argument("--json", action="store_true", help="as JSON")
    methods.add_argument("--markdown", action="store_true", help="with all other parameters, as docs/parameters.md")


def _methods(options: argparse.Namespace) -> None:
    if options.json:
        print(json.dumps([_describe(id) for id in METHODS], indent=2, ensure_ascii=False))
        return
    if options.markdown:
        print(parameter_reference(), end="")
        return
    for id, method in METHODS.items():
        print(f"{id}: {method.title}. {method.good_for}")
        for parameter in parameters(method):
            print(f"    {parameter.name}={_plain(parameter.default)}  {parameter.accepted}. {parameter.description}")


def _describe(id: str) -> dict[str, Any]:
    method = METHODS[id]
    return {
        "id": id,
        "title": method.title,
        "good_for": method.good_for,
        "uses": sorted(method.uses),
        "needs": method.needs,
        "parameters": [_fields(parameter) for parameter in parameters(method)],
    }


def _fields(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "kind": parameter.kind,
        "default": parameter.default,
        "low": parameter.low,
        "high": parameter.high,
        "choices": list(parameter.choices),
        "optional": parameter.optional,
        "unit": parameter.show.unit,
        "title": parameter.title,
        "description": parameter.description,
    }


def _plain(value: Any) -> str:
    if value is None:
        return "auto"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)
