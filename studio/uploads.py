"""What a file uploader holds, whatever became of the connection meanwhile."""

from collections import deque
from dataclasses import dataclass

from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from masking_core import ImageError
from studio import state
from studio.compute.room import NO_ROOM

TYPES = [
    *("png", "apng", "jpg", "jpeg", "webp", "tif", "tiff", "bmp", "gif", "avif", "heic", "heif"),
    *("ico", "qoi", "tga", "ppm", "pgm", "pbm", "pnm"),
]
"""Endings of the files that an uploader offers; what is in them is what counts."""


@dataclass(frozen=True)
class Upload:
    """A file that a visitor handed over: its ``id``, which no other upload has, its name and its bytes."""

    id: str
    name: str
    data: bytes


_refused: deque[str] = deque(maxlen=1000)


def refuse(id: str) -> None:
    """Note that the server had no memory for a file, which the browser takes for handed over."""
    _refused.append(id)


def listed(key: str) -> list[Upload]:
    """All files in the uploader of that key, in their order.

    Raises:
        ImageError: the browser names a file that the server refused, or no longer has, as after a restart.
    """
    value = state.get(key)
    files = value if isinstance(value, list) else [] if value is None else [value]
    here = [file for file in files if isinstance(file, UploadedFile)]
    if any(isinstance(file, DeletedFile) and file.file_id in _refused for file in files):
        raise ImageError("too-many-bytes", NO_ROOM)
    if not here and any(isinstance(file, DeletedFile) for file in files):
        raise ImageError("not-found", "The connection was lost and the file with it. Please choose the file again.")
    return [Upload(file.file_id, file.name, file.getvalue()) for file in here]
