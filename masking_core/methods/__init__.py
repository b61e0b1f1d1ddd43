"""The masking methods; a new file below this folder is a new method everywhere."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from masking_core.errors import ParameterError
from masking_core.method import Method


class _Methods(Mapping[str, type[Method]]):
    """Every method by its id, in alphabetical order; the files are loaded when the first one is looked for."""

    @cached_property
    def _by_id(self) -> dict[str, type[Method]]:
        found: dict[str, type[Method]] = {}
        for module in walk_packages(__path__, f"{__name__}."):
            for item in vars(import_module(module.name)).values():
                if isinstance(item, type) and issubclass(item, Method) and (id := item.model_fields["id"].default):
                    found[str(id)] = item
        return dict(sorted(found.items()))

    def __getitem__(self, id: str) -> type[Method]:
        return self._by_id[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)


METHODS: Mapping[str, type[Method]] = _Methods()


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
