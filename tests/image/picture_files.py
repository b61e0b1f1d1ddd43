"""Picture files made by code, for the tests of what opens them."""

import base64
import io
import itertools
import struct
import zlib

import numpy as np
import PIL.Image
import tifffile
from PIL import ImageCms


def picture(width=24, height=16, seed=0):
    """(H, W, 3) uint8: coarse noise, which survives lossy formats well enough to be recognised."""
    cells = np.random.default_rng(seed).integers(0, 256, (-(-height // 8), -(-width // 8), 3), dtype=np.uint8)
    return np.ascontiguousarray(np.kron(cells, np.ones((8, 8, 1), np.uint8))[:height, :width])


def saved(array, form, **options):
    """The bytes of a file; ``array`` may be a Pillow picture too, and ``append_images`` arrays."""
    as_pillow = [
        each if isinstance(each, PIL.Image.Image) else PIL.Image.fromarray(each)
        for each in (array, *options.pop("append_images", ()))
    ]
    if len(as_pillow) > 1:
        options |= {"save_all": True, "append_images": as_pillow[1:]}
    buffer = io.BytesIO()
    as_pillow[0].save(buffer, form, **options)
    return buffer.getvalue()


def tiff(array, **options):
    """The bytes of a TIFF of any samples, by tifffile."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, **options)
    return buffer.getvalue()


def png(samples, *, depth, colour_type, transparent=None, size=None):
    """A PNG of any depth: ``samples`` (H, W) or (H, W, C); ``transparent`` is the colour in the tRNS chunk.

    ``size`` may claim another (width, height) than there is.
    """
    rows = samples.reshape(len(samples), -1)
    if depth == 16:
        packed = [row.astype(">u2").tobytes() for row in rows]
    else:
        bits = (rows[..., None].astype(np.uint8) >> np.arange(depth - 1, -1, -1)) & 1
        packed = [np.packbits(row).tobytes() for row in bits.reshape(len(rows), -1)]
    width, height = size or (samples.shape[1], samples.shape[0])
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0))]
    if transparent is not None:
        chunks.append((b"tRNS", struct.pack(f">{len(transparent)}H", *transparent)))
    chunks += [(b"IDAT", zlib.compress(b"".join(b"\0" + row for row in packed))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
DISPLAY_P3 = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
"""XYZ (D50) of the red, green and blue primaries."""


def icc_profile(gamma, primaries=None):
    """The bytes of an ICC profile (version 2.1): RGB with a matrix and one gamma, or grey if there are no primaries."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    if primaries is None:
        return _assembled(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve})
    tags = {}
    for colour, xyz in zip("rgb", primaries, strict=True):
        tags[f"{colour}XYZ".encode()] = b"XYZ " + bytes(4) + _fixed(*xyz)
        tags[f"{colour}TRC".encode()] = curve
    return _assembled(b"mntr", b"RGB ", b"XYZ ", tags)


def cmyk_profile(colour_of):
    """The bytes of an ICC profile of a printer whose inks, each 0 or 1, give ``colour_of(c, m, y, k)`` in sRGB."""
    corners = np.array([[colour_of(*inks) for inks in itertools.product((0, 1), repeat=4)]], np.uint8)
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    in_lab = ImageCms.profileToProfile(PIL.Image.fromarray(corners), srgb, lab, outputMode="LAB")
    cube = np.asarray(in_lab) ^ np.array([0, 128, 128], np.uint8)  # a profile counts a and b from 128, a TIFF from 0
    ramp = bytes(range(256))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    return _assembled(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table + ramp * 4 + cube.tobytes() + ramp * 3})


def _fixed(*numbers):
    return b"".join(struct.pack(">i", round(number * 65536)) for number in numbers)


def _assembled(device, space, connection, tags):
    text = b"a profile\0"
    white = _fixed(0.9642, 1.0, 0.8249)
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": b"XYZ " + bytes(4) + white,
        **tags,
    }
    start, table, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        table += name + struct.pack(">II", start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    about = struct.pack(">I4sI4s4s4s", start + len(body), b"none", 0x02100000, device, space, connection)
    header = about + bytes(12) + b"acsp" + bytes(28) + white + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + body


HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAAAA"
    "AERAAAIAAQAAAAAB7AABAAAAAAAAAGcAAgAAAAACUwABAAAAAAAAACQAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVpbmZl"
    "AgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH/"
    "/wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29s"
    "cm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAADAAAAABAAAAIAAAAAH////wAAAAAv///+AAAAACAAAAEHBpeGkAAAAA"
    "AwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEAAQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAJNtZGF0AAAAYygBrwng40ec"
    "VP/3HH/+WDsvbywlUCDzLoDkn/7iJQa4SGt0nwSELAf8BRAeqcV/o6qckZTv5HIfcoatIWmhoJQQSABYKzeOQFtQS0emi2YkYNGR+MT//otkSsP1"
    "LJJ7r2hK4AAAAAZFeGlmAABNTQAqAAAACAABARIAAwAAAAEABgAAAAAAAA=="
)
"""48 × 32 pixels, red and green above blue and yellow, to be turned clockwise by an irot box (and EXIF's 6)."""


def one_of_each():
    """A small file of every format and of every kind that has a path of its own, by name."""
    first, second = picture(), picture(seed=1)
    deep = first.astype(np.uint16) * 257
    see_through = np.dstack([first, picture(seed=2)[..., 0]])
    return {
        "png": saved(see_through, "PNG"),
        "apng": saved(first, "PNG", append_images=[second], duration=[100, 250]),
        "jpeg": saved(first, "JPEG"),
        "cmyk-jpeg": saved(PIL.Image.fromarray(first).convert("CMYK"), "JPEG"),
        "mpo": saved(first, "MPO", append_images=[second]),
        "webp": saved(see_through, "WEBP", lossless=True),
        "animated-webp": saved(first, "WEBP", append_images=[second], duration=[100, 250], lossless=True),
        "tiff": saved(first, "TIFF", append_images=[second]),
        "lzw-tiff": saved(first, "TIFF", compression="tiff_lzw"),
        "float-tiff": tiff(first.astype(np.float32) / 255, photometric="rgb"),
        "deflated-tiff": tiff(deep.transpose(2, 0, 1), photometric="rgb", planarconfig="separate", compression="zlib"),
        "bmp": saved(first, "BMP"),
        "gif": saved(PIL.Image.fromarray(first).quantize(), "GIF", append_images=[second], duration=[100, 250], loop=0),
        "avif": saved(see_through, "AVIF"),
        "heic": HEIC,
    }
