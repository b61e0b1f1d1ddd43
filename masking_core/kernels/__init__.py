"""Array-in, array-out numerics that know nothing of pictures, marks or parameters."""

import os
import tempfile
from pathlib import Path

if not os.access(Path(__file__).parent, os.W_OK):
    # Compiled kernels are kept beside their source. Where that is read-only, and home perhaps too, they go to a folder
    # of this process; numba reads the variable when it is first imported.
    os.environ.setdefault("NUMBA_CACHE_DIR", tempfile.mkdtemp(prefix="masking_core-"))
