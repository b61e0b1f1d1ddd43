"""Results as files: pixels, and what is asked for beside them; never what the camera wrote."""

from masking_core.export.archive import file_name, zipped
from masking_core.export.cutout import animation, cutout_file, picture_of, pixels, stack_tiff
from masking_core.export.formats import FORMATS, Format, format_of
from masking_core.export.label_maps import labels_png
from masking_core.export.open_raster import layers_zip, open_raster
from masking_core.export.options import ExportOptions, Writing
from masking_core.export.writers import png

__all__ = [
    "FORMATS",
    "ExportOptions",
    "Format",
    "Writing",
    "animation",
    "cutout_file",
    "file_name",
    "format_of",
    "labels_png",
    "layers_zip",
    "open_raster",
    "picture_of",
    "pixels",
    "png",
    "stack_tiff",
    "zipped",
]
