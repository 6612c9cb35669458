"""The one exception the developer script turns into a sentence and an exit status."""


class DevError(Exception):
    """Something the reader has to know; the text says what is wrong and what to do."""
