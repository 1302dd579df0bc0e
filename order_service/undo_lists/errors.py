"""Why a request about a list of undos is refused. The docstring is the message."""

from typing import ClassVar

from flextx.errors import Refusal


class UndoListNotFound(Refusal):
    """There is no such list."""

    status: ClassVar = 404
    code: ClassVar = "not_found"
