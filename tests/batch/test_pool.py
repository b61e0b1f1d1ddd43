import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import CancelledError
from pathlib import Path
from types import ModuleType

import pytest

from masking_core import MaskingError, processors
from masking_core.batch.pool import TRIES, WorkerLost, Workers

CHILD = """
import os, sys, time
from masking_core.batch.pool import Workers
if __name__ == "__main__":
    pool = Workers(1)
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def died(path, times):
    """End this process, as often as ``times`` says; a file counts."""
    with open(path, "a") as file:
        file.write("x")
    if os.path.getsize(path) <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return "alive"


def refuse():
    raise MaskingError("No.")


def threads():
    import cv2

    return cv2.getNumThreads(), os.environ["OMP_NUM_THREADS"]


@pytest.fixture(scope="module")
def pool():
    with Workers(2) as found:
        yield found


def test_there_are_as_many_workers_as_asked_for_or_one_a_core():
    assert (Workers(3).count, Workers().count) == (3, processors.count())


def test_results_and_errors_come_back(pool):
    assert [future.result() for future in [pool.submit(pow, n, 2) for n in range(10)]] == [n * n for n in range(10)]
    with pytest.raises(MaskingError, match=r"^No\.$"):
        pool.submit(refuse).result()


def test_a_worker_has_one_thread_and_the_caller_keeps_its_environment(pool):
    assert pool.submit(threads).result() == (1, "1")
    assert os.environ.get("OMP_NUM_THREADS") != "1"


def test_a_task_that_ends_its_process_is_tried_again_and_fails_alone(pool, tmp_path):
    others = [pool.submit(abs, -n) for n in range(5)]
    killer = pool.submit(died, str(tmp_path / "killer"), 99)
    unlucky = pool.submit(died, str(tmp_path / "unlucky"), TRIES - 1)
    others += [pool.submit(abs, -n) for n in range(5)]
    with pytest.raises(WorkerLost, match="was ended, twice"):
        killer.result()
    assert unlucky.result() == "alive"
    assert [future.result() for future in others] == [*range(5), *range(5)]
    assert os.path.getsize(tmp_path / "killer") == TRIES


def test_what_waits_can_be_given_up():
    before = set(multiprocessing.active_children())
    pool = Workers(1)
    first = pool.submit(time.sleep, 0.2)
    waiting = [pool.submit(abs, -1) for _ in range(5)]
    pool.shutdown(cancel_futures=True)
    assert first.result() is None
    with pytest.raises(CancelledError):
        waiting[-1].result()
    assert set(multiprocessing.active_children()) <= before


@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_workers_are_gone_with_whoever_began_them(tmp_path):
    script = tmp_path / "child.py"
    script.write_text(CHILD)
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=here)
    worker = int(parent.stdout.readline())
    os.kill(worker, 0)
    parent.kill()
    parent.wait()
    for _ in range(200):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{worker}/stat").read_text().split(")")[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the worker lives on")


def test_a_main_program_that_is_gone_or_unguarded_is_not_run_by_the_workers(monkeypatch, tmp_path):
    main = ModuleType("__main__")
    main.__file__ = str(tmp_path / "gone.py")
    monkeypatch.setitem(sys.modules, "__main__", main)
    with Workers(1) as pool:
        assert pool.submit(abs, -3).result(60) == 3
    assert sys.modules["__main__"] is main
