"""ONNX files of a few layers, written byte by byte, so that no test needs a network somebody trained."""

from hashlib import sha256

import numpy as np

SIZE = 32


def _varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def _field(number, value):
    """One field of a message: a whole number, or bytes."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _tensor(name, array):
    array = np.asarray(array, "<f4")
    dims = b"".join(_field(1, size) for size in array.shape)
    return dims + _field(2, 1) + _field(8, name) + _field(9, array.tobytes())


def _about(name, shape):
    dims = b"".join(_field(1, _field(1, size)) for size in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, dims)))


def _node(kind, inputs, output):
    names = b"".join(_field(1, name) for name in inputs)
    return names + _field(2, output) + _field(3, f"{kind}_{output}") + _field(4, kind)


def graph(nodes, weights, inputs, outputs):
    """A file: nodes (kind, inputs, output), arrays by name, and shapes of inputs and outputs by name."""
    body = b"".join(_field(1, _node(*node)) for node in nodes) + _field(2, "test")
    body += b"".join(_field(5, _tensor(name, array)) for name, array in weights.items())
    body += b"".join(_field(11, _about(name, shape)) for name, shape in inputs.items())
    body += b"".join(_field(12, _about(name, shape)) for name, shape in outputs.items())
    return _field(1, 7) + _field(7, body) + _field(8, _field(2, 11))


def brightness(slope=20.0, level=0.3, size=SIZE):
    """A subject network: how bright a pixel is; its side output says how dark it is."""
    one = (1, 1, size, size)
    return graph(
        [
            ("Conv", ("picture", "weights", "offset"), "bright"),
            ("Sigmoid", ("bright",), "map"),
            ("Conv", ("picture", "against", "upset"), "dark"),
            ("Sigmoid", ("dark",), "side"),
        ],
        {
            "weights": np.full((1, 3, 1, 1), slope / 3),
            "offset": [-slope * level],
            "against": np.full((1, 3, 1, 1), -slope / 3),
            "upset": [slope * level],
        },
        {"picture": (1, 3, size, size)},
        {"map": one, "side": one},
    )


def clicks(size=SIZE, seen=20.0, level=0.3, clicked=20.0, before=0.0):
    """A click network: bright pixels and clicks on the object are it, clicks on the background are not."""
    return graph(
        [
            ("Conv", ("image", "weights", "offset"), "bright"),
            ("Conv", ("coord_features", "marks"), "told"),
            ("Add", ("bright", "told"), "both"),
            ("Sigmoid", ("both",), "mask"),
        ],
        {
            "weights": np.full((1, 3, 1, 1), seen / 3),
            "offset": [-seen * level],
            "marks": np.array([before, clicked, -clicked]).reshape(1, 3, 1, 1),
        },
        {"image": (1, 3, size, size), "coord_features": (1, 3, size, size)},
        {"mask": (1, 1, size, size)},
    )


def declared(name, data, **fields):
    """The fields of the JSON file beside a network."""
    usual = {
        "label": "Test network",
        "good_for": "Tests.",
        "size": SIZE,
        "mean": [0.0, 0.0, 0.0],
        "std": [1.0, 1.0, 1.0],
        "code_licence": "MIT",
        "weights_licence": "MIT",
        "source": "a test",
    }
    return {"name": name, "sha256": sha256(data).hexdigest(), **usual, **fields}


CLICK_INPUTS = [
    {"name": "image", "planes": ["picture"]},
    {"name": "coord_features", "planes": ["previous", "positive", "negative"]},
]
