"""``python tools/sbom.py``: what the studio is made of, by its lock file, as a CycloneDX 1.6 document.

The same lock file gives the same document, byte for byte.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.txt"
NAME = "masking-studio"


def main() -> int:
    """Print the document."""
    version = re.search(r'"(.+)"', (ROOT / "masking_core" / "version.py").read_text().split("__version__")[-1])
    assert version is not None
    print(json.dumps(bom(LOCK.read_text(), version.group(1)), indent=2))
    return 0


def bom(lock: str, version: str) -> dict[str, Any]:
    """The document of a lock file with hashes.

    Args:
        lock: its text, as uv and pip-compile write it.
        version: of the studio.
    """
    own = {"type": "application", "bom-ref": NAME, "name": NAME, "version": version}
    parts = [_component(*pin) for pin in pins(lock)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, version + lock)}",
        "version": 1,
        "metadata": {"component": own | {"licenses": [{"license": {"id": "MIT"}}]}},
        "components": parts,
        "dependencies": [{"ref": NAME, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def pins(lock: str) -> list[tuple[Requirement, list[str]]]:
    """Every requirement of a lock file, with its SHA-256 hashes."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE)).splitlines()
    return [
        (Requirement(line.split(" --hash=")[0].strip()), re.findall(r"--hash=sha256:([0-9a-f]{64})", line))
        for line in lines
        if line.strip()
    ]


def _component(pin: Requirement, hashes: list[str]) -> dict[str, Any]:
    version = str(pin.specifier).removeprefix("==")
    place = f"pkg:pypi/{re.sub(r'[-_.]+', '-', pin.name).lower()}@{version}"
    marker = [{"name": "marker", "value": str(pin.marker)}] if pin.marker else []
    return {
        "type": "library",
        "bom-ref": place if not pin.marker else f"{place}?{uuid5(NAMESPACE_URL, str(pin.marker))}",
        "name": pin.name,
        "version": version,
        "purl": place,
        # One for each file that may be installed: of a component itself it may have one hash a kind only.
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"{place}#{each}",
                "hashes": [{"alg": "SHA-256", "content": each}],
            }
            for each in hashes
        ],
        **({"properties": marker} if marker else {}),
    }


if __name__ == "__main__":
    sys.exit(main())
