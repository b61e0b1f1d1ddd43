"""A picture that is enlarged and moved together with all others of its group on the page."""

import re
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from studio import state
from studio.components.before_after import address
from studio.components.folder import register
from studio.early import Line

HINT = "Double-click, Ctrl + wheel or + enlarges, dragging moves: all pictures together."
Box = tuple[float, float, float, float]
"""Left, top, width and height of a part of a picture, in shares of it."""

_SEEN = re.compile(r"([01]\.\d{4}) ([01]\.\d{4}) ([01]\.\d{4}) ([01]\.\d{4}) (\d{2,6})")


@dataclass(frozen=True)
class Seen:
    """What is seen of a picture: from where to where, in shares of it, were all of it ``across`` pixels wide."""

    left: float
    top: float
    right: float
    bottom: float
    across: int


@st.cache_resource(show_spinner=False)
def _component() -> ComponentRenderer:
    return register(Path(__file__).parent, isolate_styles=False)


def linked_picture(jpeg: bytes, size: tuple[int, int], alt: str, key: str, group: str = "compare") -> None:
    """Show a JPEG picture of ``size`` (width, height); every picture of ``group`` shows the same part of itself."""
    data = {"picture": address(jpeg), "size": list(size), "alt": alt, "group": group, "beside": False}
    _component()(data=data, key=key)


def picture_beside(
    jpeg: bytes, size: tuple[int, int], alt: str, key: str, *, group: str, full: int, name: str, early: Line
) -> None:
    """Show a JPEG picture as large as the one beside it, which says how large its group is shown.

    Args:
        jpeg: the picture.
        size: its width and height.
        alt: what it shows.
        key: the widget's key, see :func:`seen`.
        group: whose part of the picture it shows.
        full: the width of the full picture that it is a smaller copy of; the page is run when more of it is seen.
        name: what :func:`~studio.components.sharp_part.sharp_part` calls it.
        early: what it was sent ahead with; a browser that is not connected to it finds the picture in the page.
    """
    data = {
        "picture": "" if early.is_open else address(jpeg),
        "size": list(size),
        "alt": alt,
        "group": group,
        "beside": True,
    }
    _component()(
        data={**data, "full": full, "name": name, "early": early.ticket},
        key=key,
        default={"seen": ""},
        on_seen_change=lambda: None,
    )


def seen(key: str) -> Seen | None:
    """The part of a :func:`picture_beside` of which the browser could show more pixels than it has."""
    held = state.get(key)
    text = held.get("seen") if hasattr(held, "get") else None
    match = _SEEN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    left, top, right, bottom = map(float, match.groups()[:4])
    return Seen(left, top, right, bottom, int(match[5])) if left < right <= 1 and top < bottom <= 1 else None
