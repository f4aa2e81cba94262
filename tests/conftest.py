"""What every test may ask for; the fixtures stand in files of their own."""

from __future__ import annotations

import sys
from pathlib import Path

# `mailroom`, and `faults` and `fixtures_...` beside this file: importmode=importlib adds no folder by itself.
HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

pytest_plugins = ["fixtures_daemon", "fixtures_dovecot", "fixtures_postgres", "fixtures_store"]
