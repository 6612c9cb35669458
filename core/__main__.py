"""`python3 -m core`: the knowledge of core on a command line."""

import sys

from .cli import main

sys.exit(main())
