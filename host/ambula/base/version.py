"""The version of this package, as outputs carry it."""

__version__ = "0.1.0"
SOFTWARE = f"ambula {__version__}"
