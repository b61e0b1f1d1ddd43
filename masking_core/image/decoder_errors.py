"""The one place where what a foreign decoder raises becomes an error of ours."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import PIL.Image

from masking_core.errors import ImageError


@contextmanager
def foreign(subject: str) -> Iterator[None]:
    """Turn whatever Pillow, pi_heif or tifffile raises into one :class:`ImageError` about ``subject``.

    Wrap calls into those packages with it and nothing else: on bad files they raise exceptions of a dozen kinds,
    so every kind is caught here, and a mistake of our own would pass for a damaged file.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"(PIL|pi_heif|tifffile)\b")
            yield
    except (PIL.Image.DecompressionBombError, MemoryError) as error:
        raise ImageError("too-many-pixels", f"{subject} needs more memory than can be given to it.") from error
    except Exception as error:
        raise ImageError("damaged", f"{subject} is damaged, or of a rare kind that cannot be decoded.") from error
