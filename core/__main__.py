"""`python3 -m core`: the knowledge of core on a command line."""

import gc
import os
import sys

# A command that ends within seconds: while it starts, collecting costs more than it frees.
gc.disable()

USAGE_ERROR = 64  # exit status EX_USAGE of sysexits.h, as in cli
# dns.nameserver, which takes a port for each name server, came with 2.4.
DNSPYTHON = "dnspython>=2.4"
MISSING = "This needs the Python package {0}. Install it with: {1} -m pip install '{0}'"

try:
    if sys.argv[1:2] == ["read"]:  # needs nothing but Python
        from .incoming.read_command import main
    else:
        from .cli import main
except ModuleNotFoundError as error:
    if error.name.partition(".")[0] != "dns":
        raise
    print(MISSING.format(DNSPYTHON, sys.executable), file=sys.stderr)
    sys.exit(USAGE_ERROR)

try:
    sys.exit(main())
except BrokenPipeError:  # the reader, like `head`, has seen enough
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
