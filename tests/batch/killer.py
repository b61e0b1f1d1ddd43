"""Work that ends the process it is done in; a module of its own, so that workers can import it."""

import os
import signal
import time

from masking_core.batch.work import cut


def deadly_7(item):
    if item.name == "7.png":
        os.kill(os.getpid(), signal.SIGKILL)
    return cut(item)


def slow(item):
    time.sleep(0.1)
    return cut(item)
