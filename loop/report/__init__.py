"""The report on a project: one HTML file, readable offline, with numbers, curves, and texts worth checking."""

from loop.report.page import report

__all__ = ["report"]
