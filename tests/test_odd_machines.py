"""The whole app where a machine gives it next to nothing."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from benchmarks.protocol import ProtocolVisitor
from benchmarks.served import ROOT, served

NOWHERE = "http://127.0.0.1:9"
SOON = 20


@pytest.fixture
def checkout():
    """A copy of the app that anybody can read and nobody can write to."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "studio"
        for name in ("masking_core", "studio", "pages", ".streamlit"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "app.py", root)
        subprocess.run(["chmod", "-R", "a+rX,a-w", folder], check=True)
        (root.parent / "work").mkdir()
        (root.parent / "work").chmod(0o777)
        yield root
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)


def without_rights():
    """A command that runs another as somebody who may do nothing, on one processor, where files cannot be written."""
    found = ["prlimit", "--fsize=100", "taskset", "-c", str(min(os.sched_getaffinity(0)))]
    if os.getuid() == 0:
        found += ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = subprocess.run([*found, sys.executable, "-c", ""], check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"Nobody can run Python here: {done.stderr.decode()}")
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="Rights are taken away by commands of Linux.")
def test_it_shows_a_result_on_one_core_read_only_with_a_full_disk_no_home_no_rights_and_no_network(checkout):
    gone = dict.fromkeys(("HOME", "XDG_DATA_HOME", "NUMBA_CACHE_DIR", "MASKING_DECODER"), "")
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), NOWHERE)
    work = checkout.parent / "work"
    environment = {**gone, **proxies, "no_proxy": "127.0.0.1", "MASKING_AUTOSAVE": str(work)}
    with (
        served(environment, checkout, without_rights()) as server,
        ProtocolVisitor(server.address, key="k" * 43) as visitor,
    ):
        visitor.run()
        assert visitor.result().shape[2] == 3
        end = time.monotonic() + SOON
        while not visitor.problems and time.monotonic() < end:  # the first save is made meanwhile
            visitor.run()
        assert {problem.replace("\\", "") for problem in visitor.problems} == {
            "Your work could not be saved: File too large."
        }
    assert not [path for path in work.rglob("*") if path.is_file()]
