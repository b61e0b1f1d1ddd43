"""The masking methods; a new file below this folder is a new method everywhere."""

from masking_core.method import Method
from masking_core.registry import Registry

METHODS: Registry[Method] = Registry(__name__, Method, "id", "method")
"""Every method by its id."""
