"""The one exception root of core: a stable code and its parameters, never prose."""


class CoreError(ValueError):
    """Input that core cannot work with.

    `code` is a stable string and `params` its parameters; whoever shows the error to a person
    words it from these two.
    """

    def __init__(self, code: str, **params: str | int):
        super().__init__(code, params)
        self.code = code
        self.params = params
