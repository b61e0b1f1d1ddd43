"""What a batch costs: pictures a second, a second worker, a cluster, kills, the start, and very large pictures."""

import math
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from typing import Any

import numpy as np
import PIL.Image
import yaml

from benchmarks.datasets import DataError
from masking_core import Prompts, Recipe
from masking_core.batch import executors
from masking_core.batch.find import pictures_of
from masking_core.batch.plan import Settings, plan
from masking_core.batch.record import NAME, entries
from masking_core.batch.run import run
from masking_core.batch.work import cut
from masking_core.methods import METHODS
from masking_core.prompts import Stroke

ROOT = Path(__file__).parents[1]
PICTURES = int(os.environ.get("BATCH_PICTURES", "24"))
KILLS = int(os.environ.get("BATCH_KILLS", "200"))
SIDE = 1000
"""Of the pictures that are cut, in pixels: a megapixel each."""
MEGAPIXELS = (12, 48, 200)
METHODS_MEASURED = ("kmeans", "graph_cut", "subject")

Rows = list[dict[str, Any]]


def tables(only: list[str] | None) -> dict[str, Rows]:
    """The tables ``only``, or all of them. Raises :class:`DataError` for an unknown one."""
    known: dict[str, Callable[[], Rows]] = {
        "rate": rate,
        "cluster": cluster,
        "kills": kills,
        "start": start,
        "large": large,
    }
    unknown = sorted(set(only or ()) - set(known))
    if unknown:
        raise DataError(f"There is no table {unknown[0]!r}; there are {', '.join(known)}.")
    return {name: known[name]() for name in only or known}


def rate() -> Rows:
    """Pictures of a megapixel a second, with one worker and with two; the start of the workers is not counted."""
    found = []
    with _pictures(PICTURES) as folder:
        for method in (each for each in METHODS_MEASURED if each in METHODS):
            seconds = {count: _timed(folder, method, executors.local(count))[0] for count in (1, 2)}
            rates = {f"{count} workers": PICTURES / taken for count, taken in seconds.items()}
            found.append({"method": method, **rates, "speed-up": seconds[1] / seconds[2]})
    return found


def cluster() -> Rows:
    """The same pictures by two local workers and by a scheduler with two workers on the loopback address."""
    found = []
    with _pictures(PICTURES) as folder, _scheduler(2) as address:
        for method in ("kmeans", "graph_cut"):
            ours, local = _timed(folder, method, executors.local(2))
            theirs, remote = _timed(folder, method, executors.cluster(address))
            same = local == remote
            found.append({"method": method, "pool s": ours, "Dask s": theirs, "more": theirs / ours - 1, "same": same})
    return found


def kills() -> Rows:
    """The command killed at random moments until all is done: what was lost, and what was done twice."""
    moments = random.Random(int(os.environ.get("BATCH_SEED", "0")))  # noqa: S311  (moments, no secrets)
    killed = rounds = 0
    lost = twice = different = 0
    with _pictures(60, side=120) as folder:
        command = [
            sys.executable,
            "-m",
            "masking_core",
            "batch",
            "kmeans",
            str(folder / "in"),
            "--workers",
            "2",
            "--out",
        ]
        subprocess.run([*command, str(folder / "whole")], cwd=ROOT, check=True, capture_output=True)
        expected = _bytes(folder / "whole")
        while killed < KILLS:
            out = folder / f"out{rounds}"
            rounds += 1
            while killed < KILLS and _killed([*command, str(out)], out, moments.uniform(0, 0.4)):
                killed += 1
                print(f"{killed} of {KILLS} kills", file=sys.stderr)
            subprocess.run([*command, str(out)], cwd=ROOT, check=True, capture_output=True)
            done = [entry["picture"] for entry in entries((out / NAME).read_bytes()) if entry["state"] == "done"]
            made = _bytes(out)
            lost += len(set(expected) - set(made))
            different += sum(made[name] != data for name, data in expected.items() if name in made)
            twice += len(done) - len(set(done))
            shutil.rmtree(out)
    return [{"kills": killed, "batches": rounds, "lost": lost, "different": different, "recorded twice": twice}]


def start() -> Rows:
    """Seconds of ``masking mask`` on a small picture, warm: by the clock and of the processor; the least of nine."""
    with _pictures(1, side=100) as folder:
        picture, out = folder / "in" / "0.png", folder / "out.png"
        command = [sys.executable, "-m", "masking_core", "mask", str(picture), "--out", str(out)]
        clock, processor = [], []
        for _ in range(10):
            before, begun = getrusage(RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            clock.append(time.perf_counter() - begun)
            after = getrusage(RUSAGE_CHILDREN)
            processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return [{"command": "masking mask", "seconds": min(clock[1:]), "processor seconds": min(processor[1:])}]


def large() -> Rows:
    """Bytes a pixel beyond the picture, and the exponent of the time from the smallest to the largest."""
    found: Rows = []
    for method in ("kmeans", "graph_cut"):
        taken: dict[int, float] = {}
        for megapixels in MEGAPIXELS:
            command = [sys.executable, "-m", "benchmarks.large_picture", method, str(megapixels)]
            done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
            own, system, size = map(float, done.stdout.split())
            taken[megapixels] = own
            row = {"method": method, "MP": megapixels, "processor s": own, "system s": system, "bytes a pixel": size}
            found.append(row)
        first, last = MEGAPIXELS[0], MEGAPIXELS[-1]
        found[-1]["exponent"] = math.log(taken[last] / taken[first]) / math.log(last / first)
    return found


@contextmanager
def _pictures(count: int, side: int = SIDE) -> Iterator[Path]:
    """A folder with ``in`` and the marks of each picture beside it: a bright disc on dark noise."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        rows, columns = np.ogrid[:side, :side]
        for number in range(count):
            noise = np.random.default_rng(number).integers(0, 40, (side, side, 3))
            inside = (rows - side / 2) ** 2 + (columns - side / 2) ** 2 < (side / 3) ** 2
            rgb = (noise + inside[..., None] * (200, 150, 60)).clip(0, 255).astype(np.uint8)
            PIL.Image.fromarray(rgb).save(folder / "in" / f"{number}.png")
            (folder / "in" / f"{number}.json").write_text(_strokes(side).to_json())
        yield folder


def _strokes(side: int) -> Prompts:
    middle = ((0.4 * side, 0.5 * side), (0.6 * side, 0.5 * side))
    border = ((0.05 * side, 0.05 * side), (0.95 * side, 0.05 * side))
    return Prompts(marks=(Stroke(points=middle, width=side / 50), Stroke(points=border, width=side / 50, object=0)))


def _timed(folder: Path, method: str, where: AbstractContextManager[executors.Place]) -> tuple[float, dict[str, bytes]]:
    """Seconds to cut all pictures by workers that have cut one before, and the files."""
    out = folder / "out"
    settings = Settings({"recipe": Recipe(method=METHODS[method]())}, str(out))
    items = plan(pictures_of([str(folder / "in")]), settings)
    with where as (executor, ahead):
        warm = [executor.submit(cut, item) for item in items[:12]]
        assert all(future.result().state == "done" for future in warm)
        begun = time.perf_counter()
        assert all(outcome.state == "done" for _, outcome in run(items, executor, cut, ahead=ahead))
        seconds = time.perf_counter() - begun
    made = _bytes(out)
    shutil.rmtree(out)
    return seconds, made


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*.png")}


def _killed(command: list[str], out: Path, seconds: float) -> bool:
    """Whether the command was killed so many seconds after it made its first file; False if it ended before."""
    before = len(list(out.rglob("*.png")))
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    while process.poll() is None and len(list(out.rglob("*.png"))) <= before:
        time.sleep(0.002)
    time.sleep(seconds)
    if process.poll() is not None:
        return False
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return True


@contextmanager
def _scheduler(workers: int) -> Iterator[str]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    dask, address = str(Path(sys.executable).with_name("dask")), f"tcp://127.0.0.1:{port}"
    worker = yaml.safe_load((ROOT / "cluster" / "compose.yaml").read_text())["services"]["worker"]["environment"]
    commands = [[dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]]
    commands += [[dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]] * workers
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, **worker, "PYTHONPATH": str(ROOT)}
    begun = [subprocess.Popen(each, env=environment, cwd=ROOT, **quiet) for each in commands]
    try:
        with executors.cluster(address) as (executor, _):
            executor._client.wait_for_workers(workers, timeout=60)
        yield address
    finally:
        for process in reversed(begun):
            process.terminate()
            process.wait()
