"""Files of word vectors as fastText, GloVe and word2vec write them: a word and its numbers in a line."""

from __future__ import annotations

import gzip
import math
import tarfile
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, NoReturn, cast

import numpy as np
import spacy
from numpy.typing import NDArray
from spacy.vectors import Vectors

from loop.base.vectors import TABLE_NAME
from loop.errors import LoopError
from loop.files import new_folder

TEXT_HINT = (
    "It needs the text format: in each line a word and its numbers, parted by single spaces. gensim writes it: "
    "KeyedVectors.load_word2vec_format(FILE, binary=True).save_word2vec_format('vectors.txt')."
)


class VectorFileError(LoopError):
    """A file of word vectors that cannot be used; it says which line and why."""


@dataclass(frozen=True, slots=True)
class VectorFile:
    """The words of a file in its order, their numbers (words, width), and whether more words follow in the file."""

    words: tuple[str, ...]
    data: NDArray[np.float32]
    is_cut: bool


def write_vectors_folder(file: Path, target: Path, *, language: str, most: int) -> VectorFile:
    """Write a blank pipeline with the word vectors of a file, as `spacy init vectors --truncate` does, all or nothing.

    Files are taken to be sorted by frequency, as those of fastText, GloVe and word2vec are.

    Args:
        file: text, or that packed as .gz or as the only file of a .zip.
        target: the folder, which must not exist.
        language: spaCy's code of it.
        most: so many words are taken, the first of the file.

    Raises:
        VectorFileError: the file is of another format, or damaged.
        LoopError: the folder exists.
    """
    if target.exists():
        raise LoopError(f"{target} exists already.", hint="Name another folder.")
    read = read_vector_file(file, most)
    nlp = spacy.blank(language)
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=read.data, keys=read.words, name=TABLE_NAME)
    nlp.vocab.deduplicate_vectors()
    with new_folder(target) as folder:
        nlp.to_disk(folder)
    return read


def read_vector_file(file: Path, most: int) -> VectorFile:
    """The first `most` words of a file. SpaCy's own reader takes some of what is refused here for something else.

    Raises:
        VectorFileError: see `write_vectors_folder`.
    """
    words: list[str] = []
    data = array("f")
    with _lines(file) as lines:
        numbered = enumerate(lines, start=1)
        first = next(numbered, (1, ""))
        header = _header(first[1])
        width = header[1] if header else len(first[1].split()) - 1
        if width < 1:
            _refuse(file, 1, "no word and its numbers.")
        rows = numbered if header else chain([first], numbered)
        for number, line in islice(rows, most):
            word, numbers = _row(file, number, line, width)
            words.append(word)
            data.extend(numbers)
        is_cut = next(rows, None) is not None
    if header and (header[0] < len(words) + is_cut or (header[0] > len(words) and not is_cut)):
        held = f"more than {len(words)}" if is_cut else str(len(words))
        _refuse(file, 1, f"the header says {header[0]} words, and the file holds {held}.")
    return VectorFile(tuple(words), np.frombuffer(data, dtype=np.float32).reshape(-1, width), is_cut)


def _header(line: str) -> tuple[int, int] | None:
    """The numbers of words and of dimensions; None where the first line is a word already, as in GloVe's files."""
    parts = line.split()
    if len(parts) == 2 and all(part.isdecimal() for part in parts):
        return int(parts[0]), int(parts[1])
    return None


def _row(file: Path, number: int, line: str, width: int) -> tuple[str, list[float]]:
    """The word of a line, which may hold spaces, as in GloVe's largest file, and its numbers."""
    word, *parts = line.rstrip().rsplit(" ", width)
    numbers = list(map(_number, parts))
    if not word or len(numbers) != width or (" " in word and not math.isnan(_number(word.rpartition(" ")[2]))):
        _refuse(file, number, f"not one word and {width} numbers, as in the first line.")
    if not all(map(math.isfinite, numbers)):
        _refuse(file, number, f"{width} numbers are needed, and one of them is none.")
    return word, numbers


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


@contextmanager
def _lines(file: Path) -> Iterator[Iterator[str]]:
    if not file.is_file():
        raise VectorFileError(f"There is no file {file}.", hint="Check its name.")
    with file.open("rb") as raw, ExitStack() as opened:
        yield _decoded(file, lambda: opened.enter_context(_unpacked(file, raw)))


def _decoded(file: Path, open_: Callable[[], IO[bytes]]) -> Iterator[str]:
    number = 1
    try:
        for line in open_():
            yield line.decode()
            number += 1
    except UnicodeDecodeError:
        _refuse(file, number, "not UTF-8 text.")
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise VectorFileError(
            f"{file}, line {number}: it cannot be read ({type(error).__name__}).", hint="Download it again."
        ) from None


def _unpacked(file: Path, raw: IO[bytes]) -> IO[bytes]:
    """The bytes of the file, unpacked according to its name."""
    if tarfile.is_tarfile(file):
        raise VectorFileError(f"{file} is a tar archive.", hint="Unpack it, and name the file of vectors in it.")
    if file.name.endswith("gz"):
        return cast(IO[bytes], gzip.open(raw))
    if file.name.endswith("zip"):
        packed = zipfile.ZipFile(raw)
        if len(packed.namelist()) != 1:
            names = ", ".join(packed.namelist()[:3])
            raise VectorFileError(f"{file} holds several files: {names}.", hint="Unpack it, and name one of them.")
        return packed.open(packed.namelist()[0])
    return raw


def _refuse(file: Path, line: int, problem: str) -> NoReturn:
    raise VectorFileError(f"{file}, line {line}: {problem}", hint=TEXT_HINT) from None
