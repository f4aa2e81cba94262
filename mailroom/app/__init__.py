"""The application: which rooms a process has, how they are joined, and how it starts and ends.

`box.py` opens the box for a command that reads files, `rooms.py` all rooms for a command that works, `daemon.py` runs
them, behind the doors for mail that `entrance.py` has opened before. A name's file is loaded when the name is asked
for: the daemon brings the engine and the pages with it, which is half of all that `mailroom` can import, and `mailroom
read` needs no database.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mailroom.app.box import open_box
    from mailroom.app.daemon import Daemon
    from mailroom.app.entrance import ROLES, Addresses, Entrance, Role, is_running
    from mailroom.app.office import Office
    from mailroom.app.rooms import open_house, open_spool, upload, upload_mail

__all__ = [
    "ROLES",
    "Addresses",
    "Daemon",
    "Entrance",
    "Office",
    "Role",
    "is_running",
    "open_box",
    "open_house",
    "open_spool",
    "upload",
    "upload_mail",
]

_HOMES = {
    "open_box": "mailroom.app.box",
    "Office": "mailroom.app.office",
    **dict.fromkeys(("open_house", "open_spool", "upload", "upload_mail"), "mailroom.app.rooms"),
    **dict.fromkeys(("ROLES", "Addresses", "Entrance", "Role", "is_running"), "mailroom.app.entrance"),
    "Daemon": "mailroom.app.daemon",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
