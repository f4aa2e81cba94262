"""Rules: what becomes of a document, and why. Pure: no database, no socket, no clock.

After a crash the decision is simply made again from the same facts. A person's acceptance is not decided here.
"""

from mailroom.rules.decide import decide, explain

__all__ = ["decide", "explain"]
