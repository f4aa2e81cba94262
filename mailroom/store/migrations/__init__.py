"""Alembic's scripts. They travel in the wheel; `schema.py` runs them."""
