"""Several files as one."""

import re
from collections.abc import Sequence
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from masking_core.progress import reporting


def zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Named files as a ZIP that is the same, byte for byte, whenever it is made; PNGs are not compressed again."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, data in reporting(files, "Writing the file"):
            archive.writestr(ZipInfo(name), data)
    return file.getvalue()


def file_name(text: str) -> str:
    """What is left of ``text`` when everything that means something to a file system is taken out."""
    return re.sub(r"[^\w .-]", "_", text).strip(" .")[:60] or "unnamed"
