"""The one exception root of core: a stable code and its parameters, never prose."""

from typing import ClassVar

from .translate import Translate, _


class CoreError(ValueError):
    """Input that core cannot work with.

    `code` is a stable string and `params` its parameters. `sentences` has the words for the codes
    that a person may meet; the codes of a record's parser are those of a finding instead.
    """

    sentences: ClassVar[dict[str, str]] = {}

    def __init__(self, code: str, **params: str | int):
        super().__init__(code, params)
        self.code = code
        self.params = params

    def explain(self, translate: Translate = _) -> str:
        """One or two sentences: what is wrong, and what to write instead."""
        return translate(self.sentences[self.code]).format(**self.params)
