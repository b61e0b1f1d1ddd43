"""Array-in, array-out numerics that know nothing of pictures, marks or parameters."""

import os
import tempfile
from pathlib import Path

import numba

if not os.access(Path(__file__).parent, os.W_OK) and not numba.config.CACHE_DIR:
    # Compiled kernels are kept beside their source; where that is read-only, and home perhaps too, in a folder of
    # this user's own.
    numba.config.CACHE_DIR = tempfile.mkdtemp(prefix="masking_core-")
