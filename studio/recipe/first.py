"""What a visitor finds chosen before choosing anything."""

from masking_core import Recipe
from masking_core.methods import METHODS


def method() -> str:
    """The id of the method that a visitor finds chosen."""
    return "graph_cut"


def recipe() -> Recipe:
    """The recipe that a visitor finds: that method, and everything else as it is declared."""
    return Recipe(method=METHODS[method()]())
