"""A project in one HTML file that needs no network: numbers, curves, and the texts worth a look."""

from loop.report.page import report

__all__ = ["report"]
