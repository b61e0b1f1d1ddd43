"""``python -m masking_core`` is the command ``masking``."""

import sys

from masking_core.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
