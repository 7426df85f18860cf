"""Split answers into train, dev and test so that a text never moves from one part to another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Literal, get_args

from loop.errors import LoopError
from loop.records import Text

Part = Literal["train", "dev", "test"]
PARTS: tuple[Part, ...] = get_args(Part)


def part_of(text: Text, shares: Mapping[Part, float]) -> Part:
    """Return the part that a text belongs to.

    It depends only on the shares and on the text's group or, without one, on its characters: as a project grows, no
    text changes parts.
    """
    key = f"group:{text.group}" if text.group is not None else f"text:{text.text}"
    number = hashlib.blake2b(key.encode(), digest_size=8, person=b"loop split").digest()
    at = int.from_bytes(number, "big") / 2**64 * sum(shares.values())
    for part in PARTS:
        at -= shares[part]
        if at < 0:
            return part
    return next(part for part in reversed(PARTS) if shares[part])


def read_shares(typed: str) -> dict[Part, float]:
    """Return the shares of train, dev and test in a list such as "80,10,10".

    Raises:
        LoopError: it is not a list of three numbers, none negative and not all 0.
    """
    try:
        shares = [float(share) for share in typed.split(",")]
    except ValueError:
        shares = []
    if len(shares) != len(PARTS) or not all(0 <= share < 1e9 for share in shares) or not any(shares):
        raise LoopError(f"{typed!r} are not shares of train, dev and test.", hint="For example: --splits 80,10,10")
    return dict(zip(PARTS, shares, strict=True))
