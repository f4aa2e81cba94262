"""Mailroom: an e-mail mailroom for bookkeeping documents."""

__version__: str


def __getattr__(name: str) -> str:
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Looked up when it is asked for: with what it imports, it is a tenth of `mailroom --help`.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("mailroom")
    except PackageNotFoundError:  # a source tree that was never installed
        return "0+source"
