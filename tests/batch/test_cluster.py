"""A batch on a real scheduler with two workers, begun with the commands of the compose file."""

import os
import shlex
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import distributed
import killer
import pytest
import yaml
from discs import disc, save

from masking_core import KMeans, ParameterError, Recipe
from masking_core.batch import executors
from masking_core.batch.find import pictures_of
from masking_core.batch.plan import Settings, plan
from masking_core.batch.run import run
from masking_core.batch.work import cut
from masking_core.cli.main import main

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "cluster" / "compose.yaml").read_text())["services"]
RECIPES = {"kmeans": Recipe(method=KMeans(objects=2))}


def begin(service, address, **environment):
    """A service of the compose file as a process of this machine, at a free port of the loopback address."""
    here = address.removeprefix("tcp://")
    command = SERVICES[service]["command"].replace("tcp://scheduler:8786", address)
    command = command.replace("0.0.0.0", "127.0.0.1").replace("8786", here.rpartition(":")[2])
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    values = {**os.environ, **SERVICES[service].get("environment", {}), **environment, "PYTHONPATH": path}
    program, *arguments = shlex.split(command)
    return subprocess.Popen(
        [str(Path(sys.executable).with_name(program)), *arguments],
        env=values, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def cluster(workers=2):
    """The address of a scheduler with so many workers, and their processes."""
    address = f"tcp://127.0.0.1:{free_port()}"
    scheduler = begin("scheduler", address, DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="1")
    begun = [begin("worker", address) for _ in range(workers)]
    try:
        with executors.cluster(address) as where:
            where.executor._client.wait_for_workers(workers, timeout=60)
        yield address, begun
    finally:
        for process in (*begun, scheduler):
            end(process)


def free_port():
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def planned(folder, out):
    return plan(pictures_of([str(folder)]), Settings(RECIPES, str(out), kinds=("cutout", "labels")))


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.png")}


@pytest.fixture
def many(tmp_path):
    for seed in range(24):
        save(tmp_path / "in" / f"{seed}.png", disc(seed, (120, 160), 40)[0])
    return tmp_path / "in"


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_a_cluster_makes_the_same_bytes_and_outlives_its_workers_and_a_deadly_picture(many, tmp_path, capsys):
    list(run(planned(many, tmp_path / "local"), ThreadPoolExecutor(2), cut))
    expected = files(tmp_path / "local")
    assert len(expected) == 48
    with cluster() as (address, workers):
        assert main(["batch", "kmeans", str(many), "--out", str(tmp_path / "a"), "--set", "objects=2",
                     "--write", "cutout,labels", "--cluster", address]) == 0  # fmt: skip
        assert files(tmp_path / "a") == expected
        capsys.readouterr()
        assert main(["batch", "kmeans", str(many), "--out", str(tmp_path / "a"), "--set", "objects=2",
                     "--write", "cutout,labels", "--cluster", address]) == 0  # fmt: skip
        assert "0 done, 24 done before, 0 failed" in capsys.readouterr().err

        with executors.cluster(address) as where:
            drawn = [where.executor.submit(os.urandom, 8) for _ in range(2)]
            assert drawn[0].result() != drawn[1].result()  # two equal pictures are two pieces of work
            assert where.ahead == executors.ROUNDS * 2
            with pytest.raises(ValueError, match="No client"):
                distributed.default_client()  # a caller's own cluster stays its own

        with executors.cluster(address) as where:
            found = {item.name: outcome for item, outcome in run(planned(many, tmp_path / "b"), where.executor,
                                                                 killer.deadly_7, ahead=where.ahead)}  # fmt: skip
        assert [name for name, outcome in found.items() if outcome.state != "done"] == ["7.png"]
        assert found["7.png"].problem == "The process that cut this picture was lost (KilledWorker)."
        assert files(tmp_path / "b") == {name: data for name, data in expected.items() if not name.startswith("7-")}

        with executors.cluster(address) as where:
            done = run(planned(many, tmp_path / "c"), where.executor, killer.slow, ahead=where.ahead)
            states = [next(done)[1].state]
            end(workers[0])
            states += [outcome.state for _, outcome in done]
        assert states == ["done"] * 24
        assert files(tmp_path / "c") == expected


def test_a_scheduler_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(executors, "PATIENCE", 0.3)
    begun = time.monotonic()
    with pytest.raises(ParameterError, match=r"No scheduler answers at tcp://127\.0\.0\.1:"):
        executors.cluster(f"tcp://127.0.0.1:{free_port()}").__enter__()
    assert time.monotonic() - begun < 60


def test_a_cluster_without_the_extra_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ParameterError, match=r"pip install masking-studio\[cluster\]"):
        executors.cluster("tcp://127.0.0.1:1").__enter__()
