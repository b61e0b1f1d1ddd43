"""What is said of the dependencies: known weaknesses, what could not be looked up, and what there is."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


audit, sbom = tool("audit"), tool("sbom")
SOUND = {"name": "numpy", "version": "2.0", "vulns": []}
WEAK = {"name": "pillow", "version": "9.0", "vulns": [{"id": "CVE-1", "fix_versions": ["9.1", "9.2"]}]}
HOPELESS = {"name": "left", "version": "1", "vulns": [{"id": "CVE-2", "fix_versions": []}]}
UNKNOWN = {"name": "tqdm", "skip_reason": "Dependency not found on PyPI and could not be audited: tqdm (4.0)"}


@pytest.mark.parametrize(
    ("found", "said", "code"),
    [
        ([SOUND, SOUND], "None of the 2 dependencies has a known weakness.", 0),
        ([SOUND, UNKNOWN], "1 of 2 dependencies could not be looked up; the others have no known weakness.", 0),
        ([UNKNOWN, UNKNOWN], "None of the 2 dependencies could be looked up.", 0),
        ([UNKNOWN, WEAK], "These dependencies have known weaknesses.\npillow 9.0: CVE-1, mended in 9.1 or 9.2", 1),
        ([HOPELESS], "These dependencies have known weaknesses.\nleft 1: CVE-2, mended in no version yet", 1),
    ],
)
def test_an_audit_fails_for_a_weakness_and_says_what_it_could_not_look_up(found, said, code):
    assert audit.verdict(json.dumps({"dependencies": found}), "") == (said, code)


@pytest.mark.parametrize("output", ["", "Traceback", "{}"])
def test_an_audit_that_reaches_nobody_says_so_and_does_not_fail(output):
    said, code = audit.verdict(output, "Some words\nConnectionError: no route " + "x" * 900)
    assert said.startswith("No dependency could be looked up: ConnectionError: no route")
    assert "\n" not in said
    assert len(said) < 300
    assert code == 0


def test_the_bill_of_materials_names_every_pin_with_the_hashes_of_its_files():
    lock = (ROOT / "requirements.txt").read_text()
    document = sbom.bom(lock, "1.2.3")
    assert document == sbom.bom(lock, "1.2.3")
    assert (document["bomFormat"], document["metadata"]["component"]["version"]) == ("CycloneDX", "1.2.3")
    parts = document["components"]
    assert [f"{each['name']}=={each['version']}" for each in parts] == re.findall(
        r"^[\w.-]+==[^ ;]+", lock, re.MULTILINE
    )
    hashes = [one["hashes"][0]["content"] for each in parts for one in each["externalReferences"]]
    assert hashes == re.findall(r"sha256:(\w{64})", lock)
    names = {each["bom-ref"] for each in parts}
    assert len(names) == len(parts)
    assert set(document["dependencies"][0]["dependsOn"]) == names


def test_a_pin_for_one_system_only_says_so():
    hashed = (
        f"colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:{'a' * 64} \\\n    --hash=sha256:{'b' * 64}\n"
    )
    (part,) = sbom.bom(f"# made by\n{hashed}", "1")["components"]
    assert part["properties"] == [{"name": "marker", "value": 'sys_platform == "win32"'}]
    assert part["purl"] == "pkg:pypi/colorama@0.4.6"
    assert len(part["externalReferences"]) == 2
