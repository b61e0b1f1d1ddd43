"""What a declared parameter is, and reading declarations back.

A parameter is declared once, as an annotated field of a :class:`Declared` model. Widgets, error messages, sweeps, the
command line, the manual and the contract tests all read that declaration through :func:`parameters`.
"""

import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, ClassVar, Literal, Self, Union, get_args, get_origin

import annotated_types
from PIL import ImageColor
from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic.fields import FieldInfo

from masking_core.errors import MaskingError, ParameterError
from masking_core.strict import Strict, sentence, shown

Kind = Literal["int", "float", "bool", "choice", "colour"]
Value = int | float | bool | str | None


def number_text(value: float) -> str:
    """A number as people write it: "1,000,000", "0.001"; never an exponent."""
    return f"{int(value):,}" if float(value).is_integer() else f"{Decimal(f'{value:.6g}'):,f}"


@dataclass(frozen=True)
class Show:
    """How a parameter is presented, beside what pydantic's ``Field`` already says.

    ``unit`` "px" (a length) and "px²" (an area) mean pixels of the full picture: :meth:`Declared.scaled` carries
    them to a smaller copy of it. ``when`` names another parameter and the values of it for which this one matters.
    """

    unit: str = ""
    step: float | None = None
    log: bool = False
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)
    when: tuple[str, tuple[Value, ...]] | None = None
    advanced: bool = False


class _IsColour:
    """Marks a text that is a colour."""


HexColour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$"), _IsColour()]
"""Red, green and blue as #rrggbb."""


@dataclass(frozen=True)
class Parameter:
    """One declared parameter, read back from its model."""

    name: str
    kind: Kind
    default: Value
    title: str
    description: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    optional: bool
    show: Show

    @property
    def allowed(self) -> str:
        """What may be chosen, as a page says it: "2 to 12", "0 to 1,000,000 px²", "Largest or Picked by hand"."""
        match self.kind:
            case "choice":
                return " or ".join(self.label(choice) for choice in self.choices)
            case "bool":
                return "on or off"
            case "colour":
                return "a colour"
        bounds = self._bounds.removeprefix(" from ").removeprefix(" of ")
        return f"{bounds} {self.show.unit}".strip() + (", or automatic" if self.optional else "")

    def label(self, choice: str) -> str:
        """What a choice is called on a page."""
        return self.show.labels.get(choice, choice.replace("_", " ").capitalize())

    def written(self, value: Value) -> str:
        """A value as people read it: with its unit, a choice by its label."""
        if value is None:
            return "automatic"
        if isinstance(value, bool):
            return "on" if value else "off"
        if isinstance(value, str):
            return self.label(value) if self.kind == "choice" else value
        return f"{number_text(value)} {self.show.unit}".strip()

    @property
    def accepted(self) -> str:
        """What may be given, as a program or an address must write it: "a whole number from 2 to 12"."""
        match self.kind:
            case "choice":
                words = "one of " + ", ".join(self.choices)
            case "bool":
                words = "true or false"
            case "colour":
                words = "a colour such as white or #ffffff"
            case number:
                words = f"a {'whole ' if number == 'int' else ''}number{self._bounds}"
        unit = f" ({self.show.unit})" if self.show.unit else ""
        return words + unit + (", or nothing for automatic" if self.optional else "")

    @property
    def _bounds(self) -> str:
        low, high = (None if bound is None else number_text(bound) for bound in (self.low, self.high))
        if low is None or high is None:
            return f" of {low} or more" if low else f" of {high} or less" if high else ""
        return f" from {low} to {high}"

    @property
    def step(self) -> float:
        """The step of a slider: the declared one, or a hundredth of the range."""
        if self.show.step is not None or self.low is None or self.high is None:
            return self.show.step or 1
        return 1 if self.kind == "int" else (self.high - self.low) / 100

    def matters(self, values: Mapping[str, Any]) -> bool:
        """Whether this parameter has an effect, given the values of the others."""
        return self.show.when is None or values.get(self.show.when[0]) in self.show.when[1]

    def parse(self, text: str) -> Value:
        """The value that ``text`` (from a command line or an address) stands for.

        Raises:
            ParameterError: the text does not read as this kind of value. Bounds are checked by the model.
        """
        readers: dict[Kind, Callable[[str], Value]] = {
            "int": int,
            "float": float,
            "choice": str,
            "bool": lambda word: {"true": True, "false": False}[word.lower()],
            "colour": hex_colour,
        }
        if self.optional and text.lower() in {"", "auto", "none"}:
            return None
        try:
            return readers[self.kind](text)
        except (ValueError, KeyError):
            raise ParameterError(f"{self.name} must be {self.accepted}; {text!r} was given.") from None


def hex_colour(text: str) -> str:
    """A CSS colour (``white``, ``#fff``, ``rgb(255, 255, 255)``) as #rrggbb.

    Raises:
        ValueError: it is none, or one that is partly transparent.
    """
    channels = ImageColor.getrgb(text)
    if len(channels) != 3:
        raise ValueError(f"{text} is not opaque.")
    return "#" + bytes(channels).hex()


def one_sentence(error: ValidationError, wrong: type[MaskingError], model: type[BaseModel]) -> MaskingError:
    """The first complaint of a pydantic error as one sentence: the name, what is allowed, what was given."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"]) or model.__name__
    if first["type"] == "extra_forbidden":
        known = ", ".join(model.model_fields)
        return wrong(f"{model.__name__} has no parameter {shown(name)}; it has {known}.")
    declared = {parameter.name: parameter for parameter in parameters(model)}.get(name)
    return wrong(sentence(name, first, declared.accepted if declared else ""))


class Declared(Strict):
    """Base of methods, refinements, backgrounds and recipes: strict, immutable values that speak in one sentence.

    Raises:
        ParameterError: on construction, when a value is outside its declaration.
    """

    title: ClassVar[str] = ""
    """What it is called on a page."""
    place: ClassVar[int] = 0
    """Where it stands among its like in menus; the same number: by name."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    @model_validator(mode="wrap")
    @classmethod
    def _speak_in_one_sentence(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            raise one_sentence(error, ParameterError, cls) from None

    def changed(self, **values: Any) -> Self:
        """A copy with other values, checked like any other.

        Raises:
            ParameterError: a value is outside its declaration.
        """
        return type(self).model_validate({**dict(self), **values})

    def scaled(self, factor: float) -> Self:
        """The same for a picture resized by ``factor``: lengths (px) times factor, areas (px²) times its square."""
        powers = {"px": 1, "px²": 2}
        values: dict[str, Value] = {}
        for parameter in parameters(type(self)):
            value = getattr(self, parameter.name)
            if parameter.show.unit in powers and value is not None:
                scaled = value * factor ** powers[parameter.show.unit]
                values[parameter.name] = round(scaled) if parameter.kind == "int" else scaled
        return self.model_copy(update=values)


@cache
def parameters(model: type[BaseModel]) -> tuple[Parameter, ...]:
    """The declared parameters of a model, in order: its fields that are numbers, switches or choices."""
    return tuple(_read(model))


def _read(model: type[BaseModel]) -> Iterator[Parameter]:
    for name, info in model.model_fields.items():
        kind, choices, optional = _kind(info.annotation)
        if any(isinstance(item, _IsColour) for item in info.metadata):
            kind = "colour"
        if kind is None or len(choices) == 1:
            continue
        low, high = _bounds(info)
        yield Parameter(
            name=name,
            kind=kind,
            default=info.get_default(call_default_factory=False),
            title=info.title or name.replace("_", " ").capitalize(),
            description=info.description or "",
            low=low,
            high=high,
            choices=choices,
            optional=optional,
            show=next((item for item in info.metadata if isinstance(item, Show)), Show()),
        )


def _kind(annotation: Any) -> tuple[Kind | None, tuple[str, ...], bool]:
    optional = False
    if get_origin(annotation) in {Union, types.UnionType}:
        arms = [arm for arm in get_args(annotation) if arm is not types.NoneType]
        optional = len(arms) < len(get_args(annotation))
        if len(arms) != 1:
            return None, (), optional
        annotation = arms[0]
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation), optional
    kinds: dict[Any, Kind] = {int: "int", float: "float", bool: "bool"}
    return kinds.get(annotation), (), optional


def _bounds(info: FieldInfo) -> tuple[float | None, float | None]:
    low = next((item.ge for item in info.metadata if isinstance(item, annotated_types.Ge)), None)
    high = next((item.le for item in info.metadata if isinstance(item, annotated_types.Le)), None)
    return low, high  # type: ignore[return-value]
