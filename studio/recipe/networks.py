"""Whose network is asked: its name, the licences of its code and weights, and where it comes from."""

from urllib.parse import urlsplit

import streamlit as st

from masking_core.errors import MaskingError
from masking_core.method import Method
from masking_core.models import files
from masking_core.models.model import Model
from masking_core.models.registry import DEFAULT
from masking_core.steps.foreground import Foreground
from studio.foreign import plain


def credit(part: Method | Foreground) -> None:
    """Say it below the widgets of a method or of the rule of what is kept, where one of these asks a network."""
    name = _asked(part)
    if not name:
        return
    try:
        model = files.known().get(name)
    except MaskingError as error:  # somebody's own declaration of a network cannot be read
        st.caption(plain(error))
        return
    if model is not None:
        st.caption(words(model))


def words(model: Model) -> str:
    """Name, licences and source in one line."""
    parts = [f"**{plain(model.label)}**"]
    if model.non_commercial:
        parts.append(":material/warning: **not for commercial use**")
    parts += [f"code: {plain(model.code_licence)}", f"weights: {plain(model.weights_licence)}", _source(model.source)]
    return " · ".join(parts)


def _asked(part: Method | Foreground) -> str:
    if isinstance(part, Foreground):
        return DEFAULT if part.rule == "subject" else ""
    if getattr(part, "prior", "") == "subject":
        return DEFAULT
    return str(getattr(part, "model", ""))


def _source(source: str) -> str:
    address = urlsplit(source)
    owner = "/".join(address.path.split("/")[1:3])
    return f"from {plain(f'{address.netloc}/{owner}' if address.netloc else source)}"
