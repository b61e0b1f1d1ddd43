"""What decoders do to the process they run in, for the tests of opening files apart."""

import os
import time
from pathlib import Path

import numpy as np

from masking_core.image import Image, decoder


def opened(kind, data, how):
    """Do what ``data`` says, or open it."""
    what, _, path = data.partition(b":")
    match what:
        case b"kill":
            os.kill(os.getpid(), 9)
        case b"abort":
            os.abort()
        case b"hang":
            Path(path.decode()).write_text(str(os.getpid()))
            while True:
                time.sleep(1)
        case b"eat":
            held = []
            while True:
                held.append(np.ones(10_000_000, np.uint8))
        case b"weigh":
            _ = np.ones(int(path) * 1_000_000, np.uint8)
            return Image.from_array(np.zeros((10, 10, 3), np.uint8))
        case b"hold":
            held = [np.ones(100_000_000, np.uint8)]
            Path(path.decode()).touch()
            while held:
                time.sleep(1)
        case b"bug":
            raise KeyError("of ours")
        case b"once" if not Path(path.decode()).exists():
            Path(path.decode()).touch()
            os.abort()
        case b"once":
            data = Path(f"{path.decode()}.png").read_bytes()
    return decoder.opened(kind, data, how)
