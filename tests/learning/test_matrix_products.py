from __future__ import annotations

import os
import subprocess
import sys

import pytest

LEARN = """
import hashlib
from loop.learning.matrix_products import use_fast_products
import spacy
from spacy.training import Example
from thinc.api import Adam, fix_random_seed
use_fast_products()
fix_random_seed(0)
nlp = spacy.blank("en")
ner = nlp.add_pipe("ner")
texts = [" ".join(f"word{i * j % 997}" for i in range(100)) for j in range(1, 9)]
examples = [Example.from_dict(nlp.make_doc(text), {"entities": [(0, 5, "PART")]}) for text in texts]
nlp.initialize(lambda: examples)
optimizer = Adam(0.001)
for _ in range(10):
    ner.update(examples, sgd=optimizer, drop=0.2)
print(hashlib.sha256(ner.model.to_bytes()).hexdigest())
"""


def learned(threads: int) -> str:
    env = os.environ | {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads)}
    return subprocess.run([sys.executable, "-c", LEARN], env=env, check=True, capture_output=True, text=True).stdout


@pytest.mark.integration
def test_the_weights_do_not_depend_on_how_many_threads_the_machine_offers() -> None:
    assert learned(1) == learned(2)
