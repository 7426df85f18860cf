"""What a project started from, and whether loop.cfg still says so."""

from __future__ import annotations

from collections.abc import Iterator

from loop.base.vectors import vectors_sum
from loop.checkpoints.checkpoint_info import CheckpointInfo
from loop.checkpoints.checksums import base_sum
from loop.encoder.files import encoder_sum
from loop.errors import PipelineError
from loop.settings import ProjectSettings


def changes_of_start(start: CheckpointInfo, now: ProjectSettings) -> Iterator[PipelineError]:
    """Yield an error for each part of the start that differs from round 0's.

    Parts are base, component, seed, word vectors and encoder.
    Compares files, since a base that moves may change its name.
    """
    files = base_sum(now.base)
    base = start.base if files and start.base_sum == files else now.base
    if (start.base, start.component, start.seed) != (base, now.component, now.seed):
        yield PipelineError(
            f"This project started from {_named(start.base, start.component, start.seed)}; "
            f"loop.cfg now says {_named(now.base, now.component, now.seed)}.",
            hint="Restore them, or move models/ away to retrain everything from the new base.",
        )
    elif start.base_sum not in ("", files):
        yield PipelineError(
            f"The base {now.base} is not the one that this project started from: its files have changed.",
            hint="Restore the old base, or move models/ away to retrain everything from the new one.",
        )
    if start.vectors_sum != vectors_sum(now.vectors):
        yield PipelineError(
            f"The word vectors {now.vectors} are not those that this project started with."
            if now.vectors and start.vectors_sum
            else f"This project started {'with' if start.vectors_sum else 'without'} word vectors.",
            hint="Set [project] vectors back, or move models/ away to retrain everything with the new ones.",
        )
    if start.encoder_sum != encoder_sum(now.encoder):
        yield PipelineError(
            f"The encoder {now.encoder} is not the one that this project started with."
            if now.encoder and start.encoder_sum
            else f"This project started {'with' if start.encoder_sum else 'without'} an encoder.",
            hint="Set [project] encoder back, or move models/ away to retrain everything with the new one.",
        )


def _named(base: str, component: str | None, seed: int) -> str:
    return f"{base}{f' ({component})' if component else ''} with seed {seed}"
