"""Text from outside, shown as it is: of links, files, sessions and whatever quotes them."""

import re

SIGNS = re.compile(r"[\\`*_\[\]<>:$~|@&#]|^[-+]|(?<=www)\.")
"""What Markdown, or Streamlit's additions to it, could take for formatting, a picture or a link."""


def plain(text: object) -> str:
    """The text for a label or a sentence on a page, with nothing in it that would be taken for formatting."""
    return SIGNS.sub(lambda sign: f"\\{sign[0]}", " ".join(str(text).split()))
