"""The conditions, one a file: `(facts, missing) -> Reason | None`. Their order is the table in `rules/decide.py`.

A condition says that something is so; what follows from it stands in the table. To add one: a file here, a row in the
table, its sentence `reason.<code>` in the five `reasons.toml`, and a test.
"""
