"""How many processors this process may use."""

import os


def count() -> int:
    """As many as the system lets it use, which may be fewer than there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
