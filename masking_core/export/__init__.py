"""Results as files: pixels, and what is asked for beside them; never what the camera wrote."""

from masking_core.archive import file_name, zipped
from masking_core.export.contents import CONTENTS, Content, Kind
from masking_core.export.cutout import animation, composed_picture, cutout_file, cutout_picture, pixels, stack_tiff
from masking_core.export.files import write_whole
from masking_core.export.formats import FORMATS, Format, format_of
from masking_core.export.label_maps import coloured_labels, labels_file, labels_png
from masking_core.export.open_raster import layers_tiff, layers_zip, open_raster
from masking_core.export.options import ExportOptions, Writing
from masking_core.export.writers import png

__all__ = [
    "CONTENTS",
    "FORMATS",
    "Content",
    "ExportOptions",
    "Format",
    "Kind",
    "Writing",
    "animation",
    "coloured_labels",
    "composed_picture",
    "cutout_file",
    "cutout_picture",
    "file_name",
    "format_of",
    "labels_file",
    "labels_png",
    "layers_tiff",
    "layers_zip",
    "open_raster",
    "pixels",
    "png",
    "stack_tiff",
    "write_whole",
    "zipped",
]
