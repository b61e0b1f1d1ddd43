"""Array-in, array-out numerics that know nothing of pictures, marks or parameters."""

import atexit
import os
import tempfile
from pathlib import Path

if not os.access(Path(__file__).parent, os.W_OK) and "NUMBA_CACHE_DIR" not in os.environ:
    # Compiled kernels are kept beside their source. Where that is read-only, and home perhaps too, they go to a folder
    # of this process; numba reads the variable when it is first imported.
    _folder = tempfile.TemporaryDirectory(prefix="masking_core-", ignore_cleanup_errors=True)
    atexit.register(_folder.cleanup)
    os.environ["NUMBA_CACHE_DIR"] = _folder.name

from masking_core.kernels import cache

cache.install()
