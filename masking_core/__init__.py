"""Cut objects out of pictures: clustering, watershed and graph cut on any picture, one contract for all of them.

>>> from masking_core import Image, KMeans, Recipe
>>> from masking_core.samples import sample
>>> result = Recipe(method=KMeans(objects=3)).run(sample("coffee"))
>>> result.rgba.shape
(400, 600, 4)
"""

from masking_core.errors import Cancelled, ImageError, MaskingError, ParameterError, PromptError, SessionError
from masking_core.image import Image, Limits, Stack
from masking_core.method import Method, Segmentation, Stage
from masking_core.methods.clustering.fuzzy_cmeans import FuzzyCMeans
from masking_core.methods.clustering.kmeans import KMeans
from masking_core.methods.graph_cut.graph_cut import GraphCut
from masking_core.methods.manual import Manual
from masking_core.methods.watershed.watershed import Watershed
from masking_core.prompts import Prompts
from masking_core.recipe import Area, Recipe
from masking_core.result import Layer, Result
from masking_core.session import Session
from masking_core.steps.background import Behind, Blurred, Colour, Dimmed, Transparent, compose
from masking_core.steps.clean import Clean
from masking_core.steps.edge import Edge
from masking_core.steps.foreground import Keep

__all__ = [
    "Area",
    "Behind",
    "Blurred",
    "Cancelled",
    "Clean",
    "Colour",
    "Dimmed",
    "Edge",
    "FuzzyCMeans",
    "GraphCut",
    "Image",
    "ImageError",
    "KMeans",
    "Keep",
    "Layer",
    "Limits",
    "Manual",
    "MaskingError",
    "Method",
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
    "Transparent",
    "Watershed",
    "compose",
]
