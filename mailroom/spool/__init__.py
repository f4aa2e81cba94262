"""The spool: where mail rests between the door's "250" and the store.

A message that `accept` has acknowledged survives a kill and a power cut. The spool knows nothing of accounts, of what a
message holds, or of the main database; it takes mail while that one is down.
"""

from mailroom.spool.draft import Draft
from mailroom.spool.entry import SpoolEntry
from mailroom.spool.spool import Spool

__all__ = ["Draft", "Spool", "SpoolEntry"]
