"""Taking files out of a mail, in a bounded child."""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

from .bounded import bounded_child
from .limits import MIB, Limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from .filetypes import FileType

# Short: somebody waits in front of a page.
_LIMITS = Limits(memory=1024 * MIB, cpu=15, wall=20.0)
log = logging.getLogger(__name__)


@contextlib.contextmanager
def open_mail(path: Path, filetype: FileType, parts: Sequence[int], most: int) -> Iterator[list[tuple[str, Path]]]:
    """Yield (name, place of the bytes) of the chosen files of a mail, those of at most ``most`` bytes each.

    Their places live until the end; what cannot be taken out is left out. Never raises for what the mail holds.
    """
    request = {"path": str(path.absolute()), "code": filetype.code, "parts": sorted(set(parts)), "most": most}
    with bounded_child("unpack", request, _LIMITS) as outcome:
        if outcome.failure:
            log.warning("unpacking a mail ended with %s: %s", outcome.failure, outcome.said[-500:])
        said = [line for line in outcome.lines() if "part" in line]
        yield [(one["name"], outcome.folder / f"part-{one['part']}") for one in said]
