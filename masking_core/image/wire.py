"""Values of arrays between processes: a line of JSON, then the arrays' bytes. Nothing that comes is ever executed."""

from __future__ import annotations

import json
import math
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LENGTHS = struct.Struct("!QI")  # of the JSON, and how many arrays follow
LONGEST, LARGEST = 10_000_000, 8_000_000_000
"""Bytes of JSON and of an array that are taken."""


def send(line: socket.socket, value: Any) -> None:
    """Send plain data, arrays, and dataclasses of them. Raises :class:`OSError` where nobody listens any more."""
    arrays: list[NDArray[Any]] = []
    text = json.dumps(_packed(value, arrays)).encode()
    line.sendall(_LENGTHS.pack(len(text), len(arrays)) + text)
    for array in arrays:
        line.sendall(np.ascontiguousarray(array).data.cast("B") if array.size else b"")


def receive(line: socket.socket, kinds: Mapping[str, type] | None = None, most: int = LARGEST) -> Any:
    """What was sent; lists come as tuples.

    Args:
        line: where it comes from.
        kinds: the dataclasses there may be, by name.
        most: bytes that all arrays together may take.

    Raises:
        MemoryError: they would take more.
        EOFError: the other side is gone, or sends what nobody asked for.
        OSError: it is silent for longer than the line's timeout.
    """
    length, count = _LENGTHS.unpack(_read(line, _LENGTHS.size))
    if length > LONGEST:
        raise EOFError
    document = json.loads(bytes(_read(line, length)))
    announced = [(np.dtype(code), shape) for code, shape in document["arrays"][:count]]
    sizes = [math.prod(shape) * dtype.itemsize for dtype, shape in announced]
    if any(dtype.kind not in "biuf" for dtype, _ in announced) or any(size > LARGEST for size in sizes):
        raise EOFError
    if sum(sizes) > most:
        raise MemoryError
    arrays = []
    for dtype, shape in announced:
        array = np.empty(shape, dtype)
        if array.size:
            _fill(line, array.data.cast("B"))
        arrays.append(array)
    return _unpacked(document["value"], arrays, kinds or {})


def _packed(value: Any, arrays: list[NDArray[Any]]) -> dict[str, Any]:
    plain = _plain(value, arrays)
    return {"value": plain, "arrays": [(array.dtype.str, array.shape) for array in arrays]}


def _plain(value: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(value, bytes):
        return {"bytes": _plain(np.frombuffer(value, np.uint8), arrays)}
    if isinstance(value, np.ndarray):
        arrays.append(value)
        return {"array": len(arrays) - 1}
    if is_dataclass(value):
        made = {field.name: _plain(getattr(value, field.name), arrays) for field in fields(value)}
        return {"made": type(value).__name__, "of": made}
    if isinstance(value, Mapping):
        return {"mapping": {key: _plain(each, arrays) for key, each in value.items()}}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(each, arrays) for each in value]
    return value.item() if isinstance(value, np.generic) else value


def _unpacked(plain: Any, arrays: list[NDArray[Any]], kinds: Mapping[str, type]) -> Any:
    if isinstance(plain, list):
        return tuple(_unpacked(each, arrays, kinds) for each in plain)
    if not isinstance(plain, dict):
        return plain
    if "array" in plain:
        return arrays[plain["array"]]
    if "bytes" in plain:
        return _unpacked(plain["bytes"], arrays, kinds).tobytes()
    if "mapping" in plain:
        return {key: _unpacked(each, arrays, kinds) for key, each in plain["mapping"].items()}
    if plain["made"] not in kinds:
        raise EOFError
    return kinds[plain["made"]](**{key: _unpacked(each, arrays, kinds) for key, each in plain["of"].items()})


def _read(line: socket.socket, count: int) -> bytearray:
    data = bytearray(count)
    _fill(line, memoryview(data))
    return data


def _fill(line: socket.socket, room: memoryview) -> None:
    while len(room):
        count = line.recv_into(room)
        if not count:
            raise EOFError
        room = room[count:]
