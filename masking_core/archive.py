"""Several files as one."""

import re
from collections.abc import Iterable
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile, ZipInfo


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Named files as a ZIP that is the same, byte for byte, whenever it is made; PNGs are not compressed again."""
    file = BytesIO()
    with ZipFile(file, "w", ZIP_STORED) as archive:
        for name, data in files:
            archive.writestr(ZipInfo(name), data)
    return file.getvalue()


def file_name(text: str) -> str:
    """What is left of ``text`` when everything that means something to a file system is taken out."""
    return re.sub(r"[^\w .-]", "_", text).strip(" .")[:60] or "unnamed"
