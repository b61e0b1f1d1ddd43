"""The kinds of arrays that flow through the library."""

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(H, W, 3) sRGB, (H, W, 4) with straight alpha, or (H, W) grey."""
Labels = NDArray[np.int32]
"""(H, W): 0 background, 1…K objects."""
Alpha = NDArray[np.float32]
"""(H, W) in [0, 1]: how much of a pixel stays."""
Mask = NDArray[np.bool_]
"""(H, W): true where something holds."""
Points = NDArray[np.float64]
"""(N, 2): x and y in pixels."""
