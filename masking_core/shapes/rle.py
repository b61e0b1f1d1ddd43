"""COCO's run-length encoding of masks: exact, column by column, as numbers or as text."""

from collections.abc import Sequence

import numpy as np

from masking_core.arrays import Mask
from masking_core.errors import PromptError
from masking_core.progress import bands

AT_ONCE = 100_000
"""Runs that are written between two reports."""


def encoded(mask: Mask) -> str:
    """A mask (H, W) as text: the lengths of runs of 0 and 1 by columns, each less the one before the last."""
    flat = mask.T.ravel()
    changes = np.flatnonzero(np.diff(flat.view(np.int8))) + 1
    ends = np.concatenate([changes, [flat.size]])
    runs = np.diff(np.concatenate([[0], ends]))
    counts = [0, *runs.tolist()] if flat.size and flat[0] else runs.tolist()
    steps = counts[:3] + [count - before for before, count in zip(counts[1:], counts[3:], strict=False)]
    return "".join("".join(map(_text, steps[band])) for band in bands((len(steps), 1), "Writing the file", AT_ONCE))


def decoded(counts: str | Sequence[int], shape: tuple[int, int]) -> Mask:
    """The mask of ``shape`` from text, or from a list of run lengths.

    Raises:
        PromptError: the runs do not fill the mask.
    """
    runs = _numbers(counts) if isinstance(counts, str) else [int(count) for count in counts]
    if any(run < 0 for run in runs) or sum(runs) != shape[0] * shape[1]:
        raise PromptError(f"A run-length mask must fill {shape[1]} × {shape[0]} pixels; its runs do not.")
    values = np.arange(len(runs)) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, runs).reshape(shape[::-1]).T)


def _text(number: int) -> str:
    """A whole number in groups of five bits, the lowest first, as printable characters."""
    letters = []
    more = True
    while more:
        bits = number & 31
        number >>= 5
        more = number != (-1 if bits & 16 else 0)
        letters.append(chr((bits | (32 if more else 0)) + 48))
    return "".join(letters)


def _numbers(text: str) -> list[int]:
    runs: list[int] = []
    number = place = 0
    for letter in text:
        bits = ord(letter) - 48
        if not 0 <= bits < 64:
            raise PromptError("A run-length mask holds a character that is none of its own.")
        number |= (bits & 31) << (5 * place)
        place += 1
        if not bits & 32:
            number -= (bits & 16) and 1 << (5 * place)
            runs.append(number + (runs[-2] if len(runs) > 2 else 0))
            number = place = 0
    return runs
