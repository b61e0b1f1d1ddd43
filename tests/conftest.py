"""For all tests: the same examples on every machine, and a folder with a small network for clicks."""

import json
import os
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings

from masking_core.errors import ModelError
from masking_core.models import files
from masking_core.models.registry import DEFAULT
from tests.models import onnx_files

settings.register_profile("steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")


def pytest_configure(config):
    """Servers that tests start look into the same folder of networks."""
    folder = Path(mkdtemp(prefix="models"))
    for model in files.known().values():
        found = files.path_of(model)
        if found:
            (folder / found.name).symlink_to(found)
    data = onnx_files.clicks()
    (folder / "clicks.onnx").write_bytes(data)
    about = onnx_files.declared("clicks", data, task="clicks", inputs=onnx_files.CLICK_INPUTS, radius=2)
    (folder / "clicks.json").write_text(json.dumps(about))
    os.environ[files.FOLDER_SETTING] = str(folder)
    os.environ["MASKING_DECODER"] = "0"  # tests reach into the decoders
    config.has_network = files.is_ready(DEFAULT)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """Where the small network could not be fetched, what needs it is skipped, and says so."""
    try:
        return (yield)
    except ModelError as error:
        if item.config.has_network:
            raise
        pytest.skip(str(error))
