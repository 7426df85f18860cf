"""Bulk prediction: any number of texts, on one core, several or a cluster; resumable."""

from typing import TYPE_CHECKING

from loop.bulk.chunks import Chunk, Predicted, chunked
from loop.bulk.cluster import predicted_by_ray
from loop.bulk.predictor import Job
from loop.bulk.unfinished import Unfinished
from loop.bulk.workers import predicted
from loop.former_names import exports

__all__ = ["Chunk", "chunked", "Job", "predicted", "predicted_by_ray", "Predicted", "Unfinished"]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
