"""The masking methods, one file each; a new file here is a new method everywhere."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from masking_core.errors import ParameterError
from masking_core.method import Method


def _discover() -> dict[str, type[Method]]:
    found: dict[str, type[Method]] = {}
    for module in iter_modules(__path__):
        for item in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(item, type) and issubclass(item, Method) and "id" in item.model_fields:
                found[item.model_fields["id"].default] = item
    return found


METHODS: dict[str, type[Method]] = _discover()
"""Every method by its id, ordered by file name."""


def method_named(id: str) -> type[Method]:
    """The method of that id.

    Raises:
        ParameterError: there is none.
    """
    try:
        return METHODS[id]
    except (KeyError, TypeError):
        raise ParameterError(f"method must be one of {', '.join(METHODS)}; {id!r} was given.") from None


def read_method(value: Any) -> Method:
    """A method from itself or from its fields, the "id" among them.

    Raises:
        ParameterError: there is no such method, or a parameter is outside its declaration.
    """
    if isinstance(value, Method):
        return value
    if not isinstance(value, dict) or "id" not in value:
        raise ParameterError(f'method must be a method or its fields with an "id"; {value!r} was given.')
    return method_named(value["id"]).model_validate(value)
