"""One table for each thing that grows: methods, backgrounds, edge steps."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, Generic, TypeVar

from masking_core.errors import ParameterError
from masking_core.parameters import Declared

T = TypeVar("T", bound=Declared)


class Registry(Mapping[str, type[T]], Generic[T]):
    """The classes below a folder, by the name that each declares as the default of one of its fields.

    The files are loaded when the first entry is looked for; a new file is a new entry. A program of one's own adds a
    class with :meth:`add`. Entries come in the order of their ``place``, then of their names.

    Args:
        package: the folder, as it is imported.
        base: what every entry is a subclass of.
        key: the field whose default is the name; a base that several entries share leaves it empty.
        noun: what an entry is called in an error.
    """

    def __init__(self, package: str, base: type[T], key: str, noun: str) -> None:
        self._package, self._base, self._key, self._noun = package, base, key, noun

    @cached_property
    def _entries(self) -> dict[str, type[T]]:
        found: dict[str, type[T]] = {}
        for module in walk_packages(import_module(self._package).__path__, f"{self._package}."):
            for item in vars(import_module(module.name)).values():
                if isinstance(item, type) and issubclass(item, self._base) and self._name(item):
                    found[self._name(item)] = item
        return self._sorted(found)

    def _name(self, entry: type[T]) -> str:
        return str(entry.model_fields[self._key].default or "")

    def _sorted(self, entries: dict[str, type[T]]) -> dict[str, type[T]]:
        return dict(sorted(entries.items(), key=lambda pair: (pair[1].place, pair[0])))

    def add(self, entry: type[T]) -> type[T]:
        """Add a class; can stand above it as a decorator. A class of the same name is replaced."""
        self._entries = self._sorted({**self._entries, self._name(entry): entry})
        return entry

    def remove(self, name: str) -> None:
        """Take an entry away."""
        self._entries = {other: entry for other, entry in self._entries.items() if other != name}

    def __getitem__(self, name: str) -> type[T]:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def named(self, name: Any) -> type[T]:
        """The class of that name.

        Raises:
            ParameterError: there is none.

        >>> from masking_core.methods import METHODS
        >>> METHODS.named("kmeans")(objects=4).title
        'K-means'
        """
        if not isinstance(name, str) or name not in self:
            raise ParameterError(f"{self._noun} must be one of {', '.join(self)}; {str(name)[:40]!r} was given.")
        return self[name]

    def read(self, value: Any) -> T:
        """An entry from itself or from its fields, its name among them.

        Raises:
            ParameterError: there is none of that name, or a parameter is outside its declaration.
        """
        if isinstance(value, self._base):
            return value
        if not isinstance(value, dict) or self._key not in value:
            given = repr(value)[:60]
            raise ParameterError(f'{self._noun} must be one or its fields with "{self._key}"; {given} was given.')
        return self.named(value[self._key]).model_validate(value)
