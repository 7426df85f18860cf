"""Matrix products: by numpy's library instead of thinc's own, with which a round takes twice as long."""

from __future__ import annotations

from thinc.api import NumpyOps, get_current_ops
from threadpoolctl import ThreadpoolController


def use_fast_products() -> None:
    """Let thinc multiply through numpy, on one thread: with more of them the weights depend on how many there are.

    Where the threads of numpy's library cannot be limited (Apple's Accelerate), thinc keeps to its own, BLIS.
    """
    ops, library = get_current_ops(), ThreadpoolController().select(user_api="blas")
    if isinstance(ops, NumpyOps) and library.lib_controllers:
        library.limit(limits=1)
        ops.use_blis = False
