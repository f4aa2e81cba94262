"""What every test may ask for; the fixtures stand in files of their own."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # `faults`, `fixtures_...` (importmode=importlib adds nothing)

pytest_plugins = ["fixtures_postgres", "fixtures_store"]
