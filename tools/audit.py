"""``python tools/audit.py``: whether a pinned dependency has a known weakness, and which could not be looked up."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = ("requirements.txt", "requirements-dev.txt")
COMMAND = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--timeout", "15")
LONGEST = 200


def main() -> int:
    """Print a sentence for each lock file; 1 if there is a weakness."""
    return max(_audited(Path(name)) for name in LOCKS)


def verdict(output: str, complaint: str) -> tuple[str, int]:
    """What pip-audit found, in sentences, and the exit code for it; what could not be looked up is no failure.

    Args:
        output: what it wrote as JSON.
        complaint: what it wrote as errors.
    """
    try:
        found: list[dict[str, Any]] = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        last = (complaint.strip().splitlines() or ["pip-audit said nothing"])[-1]
        return f"No dependency could be looked up: {last[:LONGEST]}", 0
    weak = [f"{each['name']} {each['version']}: {_known(each)}" for each in found if each.get("vulns")]
    if weak:
        return "\n".join(["These dependencies have known weaknesses.", *weak]), 1
    unknown = sum("skip_reason" in each for each in found)
    if unknown == len(found):
        return f"None of the {len(found)} dependencies could be looked up.", 0
    if unknown:
        return f"{unknown} of {len(found)} dependencies could not be looked up; the others have no known weakness.", 0
    return f"None of the {len(found)} dependencies has a known weakness.", 0


def _known(dependency: dict[str, Any]) -> str:
    return "; ".join(
        f"{each['id']}, mended in {' or '.join(each['fix_versions']) or 'no version yet'}"
        for each in dependency["vulns"]
    )


def _audited(lock: Path) -> int:
    command = [sys.executable, "-m", "pip_audit", *COMMAND, "-r", str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    sentence, code = verdict(done.stdout, done.stderr)
    print(f"{lock.name}: {sentence}")
    return code


if __name__ == "__main__":
    sys.exit(main())
