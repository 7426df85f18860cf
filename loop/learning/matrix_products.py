"""Matrix products through numpy's BLAS instead of thinc's own, which doubles the time of a round."""

from __future__ import annotations

from thinc.api import NumpyOps, get_current_ops
from threadpoolctl import ThreadpoolController


def use_fast_products() -> None:
    """Let thinc multiply through numpy, on one thread, since the weights would depend on the number of threads.

    If the threads of numpy's BLAS cannot be limited (Apple's Accelerate), thinc keeps using its own, BLIS.
    """
    ops, library = get_current_ops(), ThreadpoolController().select(user_api="blas")
    if isinstance(ops, NumpyOps) and library.lib_controllers:
        library.limit(limits=1)
        ops.use_blis = False
