"""Reports: what is worth saying, and how. One file per report, its words in the languages, its form in templates.

Pure but for reading the templates: no database, no clock, no sending. The same documents give the same mail again, so
a crash between rendering and sending costs nothing.
"""

from mailroom.reports.action_required import action_required
from mailroom.reports.render import Rendered, render

__all__ = ["Rendered", "action_required", "render"]
