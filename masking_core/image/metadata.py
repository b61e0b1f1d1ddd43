"""What a camera wrote into a file: read only for those who ask for it."""

from io import BytesIO

import PIL.Image
from PIL import ExifTags

from masking_core.image.decoder_errors import foreign
from masking_core.image.reading import FORMATS

_OF_THE_PIXELS = (  # what described the pixels of the file, and not those that are written now
    ExifTags.Base.Orientation,
    ExifTags.Base.ImageWidth,
    ExifTags.Base.ImageLength,
    ExifTags.Base.BitsPerSample,
    ExifTags.Base.Compression,
    ExifTags.Base.PhotometricInterpretation,
    ExifTags.Base.StripOffsets,
    ExifTags.Base.StripByteCounts,
    ExifTags.Base.SamplesPerPixel,
    ExifTags.Base.RowsPerStrip,
)


def exif_of(data: bytes) -> bytes:
    """The EXIF data of a file as they may go into another one, without what described its pixels; empty if none.

    Raises:
        ImageError: the file cannot be read.
    """
    with foreign("The EXIF data of the picture"), PIL.Image.open(BytesIO(data), formats=FORMATS) as picture:
        exif = picture.getexif()
        for tag in _OF_THE_PIXELS:
            exif.pop(tag, None)
        return exif.tobytes() if len(exif) else b""
