from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError

from masking_core.errors import ParameterError
from masking_core.parameters import Declared, Show, hex_colour, parameters


class Brush(Declared):
    id: Literal["brush"] = "brush"
    bristles: Annotated[int, Field(ge=2, le=12, title="Bristles", description="How many.")] = 3
    width: Annotated[float, Field(ge=0, le=10, description="How wide."), Show(unit="px", step=0.5)] = 4.0
    spot: Annotated[int, Field(ge=0, le=1000), Show(unit="px²")] = 100
    tip: Annotated[Literal["round", "flat"], Field(title="Tip")] = "round"
    wet: bool = False
    load: Annotated[float | None, Field(ge=0, le=1), Show(when=("wet", (True,)))] = None


def declared(name):
    return next(parameter for parameter in parameters(Brush) if parameter.name == name)


def test_every_declared_field_is_read_back_and_the_id_is_none_of_them():
    assert [parameter.name for parameter in parameters(Brush)] == ["bristles", "width", "spot", "tip", "wet", "load"]
    assert [parameter.kind for parameter in parameters(Brush)] == ["int", "float", "int", "choice", "bool", "float"]
    bristles = declared("bristles")
    assert (bristles.low, bristles.high, bristles.default, bristles.title) == (2, 12, 3, "Bristles")
    assert declared("tip").choices == ("round", "flat")
    assert declared("load").optional
    assert not declared("width").optional


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"bristles": 40}, "bristles must be a whole number from 2 to 12; 40 was given."),
        ({"bristles": "3"}, "bristles must be a whole number from 2 to 12; '3' was given."),
        ({"bristles": 2.5}, "bristles must be a whole number from 2 to 12; 2.5 was given."),
        ({"bristles": True}, "bristles must be a whole number from 2 to 12; True was given."),
        ({"width": float("nan")}, "width must be a number from 0 to 10 (px); nan was given."),
        ({"tip": "pointed"}, "tip must be one of round, flat; 'pointed' was given."),
        ({"wet": "yes"}, "wet must be true or false; 'yes' was given."),
        ({"load": 7.0}, "load must be a number from 0 to 1, or nothing for automatic; 7.0 was given."),
        ({"hair": 1}, "Brush has no parameter 'hair'; it has id, bristles, width, spot, tip, wet, load."),
    ],
)
def test_a_wrong_value_is_one_sentence_with_name_range_and_value(given, sentence):
    with pytest.raises(ParameterError) as caught:
        Brush(**given)
    assert str(caught.value) == sentence
    with pytest.raises(ParameterError, match=r"must be|has no parameter"):
        Brush().changed(**given)


def test_an_error_inside_another_model_is_the_same_sentence():
    class Box(Declared):
        brush: Brush = Brush()

    with pytest.raises(ParameterError, match=r"^bristles must be a whole number from 2 to 12; 77 was given\.$"):
        Box(brush={"bristles": 77})


def test_models_are_values():
    assert Brush(bristles=4) == Brush(bristles=4)
    assert hash(Brush(bristles=4)) == hash(Brush(bristles=4))
    with pytest.raises(ValidationError, match="frozen"):
        Brush().bristles = 3
    assert Brush.model_validate_json(Brush(wet=True, load=0.5).model_dump_json()) == Brush(wet=True, load=0.5)


def test_scaling_carries_lengths_and_areas_and_nothing_else():
    assert Brush(width=4.0, spot=100).scaled(0.5) == Brush(width=2.0, spot=25)


def test_scaled_lengths_may_be_fractions_and_whole_numbers_stay_whole():
    scaled = Brush(width=3.0, spot=101).scaled(0.5)
    assert (scaled.width, scaled.spot) == (1.5, 25)
    assert isinstance(scaled.spot, int)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("bristles", "5", 5),
        ("width", "2.5", 2.5),
        ("tip", "flat", "flat"),
        ("wet", "TRUE", True),
        ("load", "auto", None),
    ],
)
def test_text_is_read_as_the_declared_kind(name, text, value):
    assert declared(name).parse(text) == value


def test_unreadable_text_is_one_sentence():
    with pytest.raises(ParameterError, match=r"^bristles must be a whole number from 2 to 12; 'many' was given\.$"):
        declared("bristles").parse("many")


def test_a_parameter_matters_only_when_the_other_says_so():
    assert declared("load").matters({"wet": True})
    assert not declared("load").matters({"wet": False})
    assert declared("width").matters({})


def test_a_bound_on_one_side_is_said_as_such():
    class OneSided(Declared):
        """Bounded below only, above only, or not at all."""

        width: Annotated[int, Field(ge=1)] = 1

        depth: Annotated[int, Field(le=9)] = 1
        height: float = 1.0

    with pytest.raises(ParameterError, match=r"^width must be a whole number of 1 or more; 0 was given\.$"):
        OneSided(width=0)
    with pytest.raises(ParameterError, match=r"^depth must be a whole number of 9 or less; 10 was given\.$"):
        OneSided(depth=10)
    with pytest.raises(ParameterError, match=r"^height must be a number; 'x' was given\.$"):
        OneSided(height="x")


@pytest.mark.parametrize(("name", "step"), [("bristles", 1), ("width", 0.5), ("spot", 1), ("load", 0.01), ("tip", 1)])
def test_a_step_is_the_declared_one_or_one_or_a_hundredth_of_a_range_of_fractions(name, step):
    assert declared(name).step == step


def test_a_range_is_from_its_lower_to_its_upper_end():
    class Ranged(Declared):
        """A range that does not begin at nothing."""

        share: Annotated[float, Field(ge=0.5, le=2.5)] = 1.0

    assert parameters(Ranged)[0].step == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("name", "allowed", "value", "written"),
    [
        ("bristles", "2 to 12", 7, "7"),
        ("width", "0 to 10 px", 2.5, "2.5 px"),
        ("spot", "0 to 1,000 px²", 1000, "1,000 px²"),
        ("tip", "Round or Flat", "flat", "Flat"),
        ("wet", "on or off", True, "on"),
        ("wet", "on or off", False, "off"),
        ("load", "0 to 1, or automatic", None, "automatic"),
    ],
)
def test_a_page_says_what_is_allowed_and_what_is_set(name, allowed, value, written):
    assert declared(name).allowed == allowed
    assert declared(name).written(value) == written


@pytest.mark.parametrize("text", ["white", "#fff", "#ffffff", "rgb(255, 255, 255)"])
def test_a_colour_is_kept_in_one_way_of_writing(text):
    assert hex_colour(text) == "#ffffff"


@pytest.mark.parametrize("text", ["#ffffff80", "rgba(1, 2, 3, 4)", "no colour"])
def test_what_is_no_opaque_colour_is_refused(text):
    with pytest.raises(ValueError, match=r"not opaque|unknown color"):
        hex_colour(text)
