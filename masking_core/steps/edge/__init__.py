"""The edge of a cut-out: one file a step; a new file here is a new step everywhere."""

from masking_core.steps.edge.edge import EDGE_STEPS, STYLES, Edge
from masking_core.steps.edge.step import EdgeStep, Seen

__all__ = ["EDGE_STEPS", "STYLES", "Edge", "EdgeStep", "Seen"]
