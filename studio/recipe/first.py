"""What a visitor finds chosen before choosing anything."""

from masking_core import Recipe
from masking_core.methods import METHODS
from masking_core.methods.subject.subject import Subject
from masking_core.models.files import is_ready
from masking_core.steps.edge import STYLES

EDGE = STYLES["automatic"]
"""The edge that a visitor finds chosen."""


def method() -> str:
    """The id of the method that a visitor finds chosen: the trained network where its file is there."""
    return "subject" if is_ready(Subject().model) else "graph_cut"


def recipe() -> Recipe:
    """The recipe that a visitor finds: that method, and everything else as it is declared."""
    return Recipe(method=METHODS[method()](), edge=EDGE)
