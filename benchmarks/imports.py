"""What importing the library costs, against importing what it cannot do without."""

import subprocess
import sys
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

YARDSTICK = "import numpy, cv2, pydantic"
IMPORTS = (
    YARDSTICK,
    "import masking_core",
    "from masking_core import Image, Prompts",
    "from masking_core import Image, Prompts, Recipe, KMeans",
    "from masking_core.methods import METHODS; len(METHODS)",
)
ROUNDS = 9


def rows() -> list[dict[str, Any]]:
    """Processor time of each import in a fresh Python, Python's own start not counted; medians, taken in turns."""
    times: dict[str, list[float]] = {code: [] for code in ("pass", *IMPORTS)}
    for _ in range(ROUNDS):
        for code, taken in times.items():
            taken.append(_seconds(code))
    cost = {code: median(taken) - median(times["pass"]) for code, taken in times.items()}
    return [
        {"import": code, "seconds": cost[code], "times the first": cost[code] / cost[YARDSTICK]} for code in IMPORTS
    ]


def _seconds(code: str) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
