"""Frozen, validated values that the rooms hand to each other. They know no database, no socket and no library."""
