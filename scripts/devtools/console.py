"""What a person sees while the script works."""

import sys


def say(text: str) -> None:
    """Prints one line at once, also when the output goes to a file."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Prints one line where errors go."""
    print(text, file=sys.stderr, flush=True)
