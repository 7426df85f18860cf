"""The option `--encoder`, and what it is checked for."""

from __future__ import annotations

from typing import Annotated

import typer

from loop.settings.paths import located

EncoderOption = Annotated[
    str | None,
    typer.Option(
        metavar="DIR",
        help="A frozen encoder to learn with: a folder with model.onnx and tokenizer.json (docs/encoders.md).",
    ),
]


def chosen_encoder(named: str | None) -> str | None:
    """The encoder of a project, by its full path.

    Raises:
        PipelineError: it cannot be used.
    """
    if named is None:
        return None
    from loop.encoder.encoder import Encoder
    from loop.encoder.files import encoder_files

    Encoder(encoder_files(located(named))).check()
    return located(named)
