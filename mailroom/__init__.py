"""Mailroom: an e-mail mailroom for bookkeeping documents."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mailroom")
except PackageNotFoundError:  # a source tree that was never installed
    __version__ = "0+source"
