"""The honest ways in which a document cannot be read."""


class CannotRead(Exception):  # noqa: N818 - read as a sentence
    """A reader gives up: `status` (protected, unreadable, too_big, empty) and a short `detail` code."""

    def __init__(self, status: str, detail: str) -> None:
        """Keep both for the last line of the results."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
