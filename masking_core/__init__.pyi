# What can be imported from here, each name loaded when it is first used: see __init__.py.

from . import export
from .errors import Cancelled, ImageError, MaskingError, ModelError, ParameterError, PromptError, SessionError
from .image import Image, Limits, Stack
from .method import Method, Segmentation, Stage
from .methods.clicks import Clicks
from .methods.clustering.fuzzy_cmeans import FuzzyCMeans
from .methods.clustering.kmeans import KMeans
from .methods.graph_cut.graph_cut import GraphCut
from .methods.manual import Manual
from .methods.subject.subject import Subject
from .methods.watershed.watershed import Watershed
from .prompts import Prompts
from .recipe import Area, Recipe
from .result import Layer, Result
from .session import Session
from .steps.backgrounds import Behind, Blurred, Colour, Dimmed, Gradient, Grey, Transparent
from .steps.clean import Clean
from .steps.compose import compose
from .steps.edge import Edge
from .steps.foreground import Foreground, Keep
from .version import __version__

__all__ = [
    "Area",
    "Behind",
    "Blurred",
    "Cancelled",
    "Clean",
    "Clicks",
    "Colour",
    "Dimmed",
    "Edge",
    "Foreground",
    "FuzzyCMeans",
    "Gradient",
    "GraphCut",
    "Grey",
    "Image",
    "ImageError",
    "KMeans",
    "Keep",
    "Layer",
    "Limits",
    "Manual",
    "MaskingError",
    "Method",
    "ModelError",
    "ParameterError",
    "PromptError",
    "Prompts",
    "Recipe",
    "Result",
    "Segmentation",
    "Session",
    "SessionError",
    "Stack",
    "Stage",
    "Subject",
    "Transparent",
    "Watershed",
    "__version__",
    "compose",
    "export",
]
