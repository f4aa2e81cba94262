"""The command line. Every command that lists something has `--json`: one JSON object a line, for scripts.

Progress and complaints go to standard error, results to standard output. Exit status: 0 done, 1 something was not in
order (a finding, a file that could not be read), 2 the call was wrong or the command could not be carried out.
"""

from mailroom.cli.main import main

__all__ = ["main"]
