"""What `spacy train` saves: the component that it trained, in a fresh copy of the pipeline that it started from.

So nothing else has changed, and no word of the texts is in the vocabulary that is saved.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import import_file, registry

own_code = Path(__file__).with_name("project_code.py")
if own_code.is_file():
    import_file("project_code", own_code)


@registry.callbacks("fresh_pipeline.v1")  # type: ignore[untyped-decorator]
def fresh_pipeline(start: str, component: str) -> Callable[[Language], Language]:
    """Return a function that takes the pipeline in training, and gives the one to save."""

    def fresh(nlp: Language) -> Language:
        saved = spacy.load(start)
        trained: Any = nlp.get_pipe(component)
        untrained: Any = saved.get_pipe(component)
        untrained.from_bytes(trained.to_bytes(exclude=["vocab"]), exclude=["vocab"])
        saved.meta["performance"] = nlp.meta.get("performance", {})
        return saved

    return fresh
