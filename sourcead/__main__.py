"""`python -m sourcead`: the command `sourcead`."""

import sys

from sourcead.cli import main

sys.exit(main())
