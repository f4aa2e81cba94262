"""Step 3, reading: from bytes to a `Reading`. `Reader` (read.py) is the parent's side, `tasks` the boxed child's.

This file imports nothing, so that the box's server starts light.
"""
