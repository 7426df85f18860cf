from __future__ import annotations

import gzip
import tarfile
import zipfile
from pathlib import Path

import pytest
import spacy
from spacy.strings import hash_string
from spacy.training.initialize import convert_vectors

from loop.base.vector_files import VectorFileError, read_vector_file, write_vectors_folder
from loop.base.vectors import load_vectors
from loop.errors import LoopError

ROWS = "chain 1 0 0\nbrake 0 1 0\nbrakes 0 1 0\nwheel 0 0.5 1\n"
WITH_HEADER = "4 3\n" + ROWS


def written(file: Path, content: str | bytes) -> Path:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize("content", [ROWS, WITH_HEADER, WITH_HEADER.replace("\n", " \n")])
@pytest.mark.parametrize("pack", ["txt", "vec.gz", "zip"])
def test_files_of_glove_and_fasttext_become_a_table_packed_or_not(tmp_path: Path, content: str, pack: str):
    file = tmp_path / f"vectors.{pack}"
    if pack == "zip":
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr("vectors.txt", content)
    else:
        written(file, gzip.compress(content.encode()) if pack == "vec.gz" else content)
    write_vectors_folder(file, tmp_path / "table", language="en", most=10)
    vectors = load_vectors(str(tmp_path / "table"))

    assert [1, 0, 0] == vectors[hash_string("chain")].tolist()
    assert [0, 1, 0] == vectors[hash_string("brakes")].tolist()
    assert 4 == vectors.n_keys


def test_a_table_is_what_spacy_itself_makes_of_the_file(tmp_path: Path):
    file = written(tmp_path / "vectors.txt.gz", gzip.compress(WITH_HEADER.encode()))
    write_vectors_folder(file, tmp_path / "table", language="en", most=10)
    nlp = spacy.blank("en")
    convert_vectors(nlp, file, truncate=0, prune=0)
    ours, theirs = spacy.load(tmp_path / "table").vocab.vectors, nlp.vocab.vectors

    assert dict(theirs.key2row) == dict(ours.key2row)
    assert theirs.data.tolist() == ours.data.tolist()


def test_the_first_words_are_kept_also_when_rows_repeat(tmp_path: Path):
    file = written(tmp_path / "vectors.txt", WITH_HEADER)

    assert write_vectors_folder(file, tmp_path / "table", language="en", most=3).is_cut
    assert {hash_string(word) for word in ("chain", "brake", "brakes")} == set(
        load_vectors(str(tmp_path / "table")).key2row
    )


def test_a_word_may_hold_spaces_as_in_gloves_largest_file(tmp_path: Path):
    read = read_vector_file(written(tmp_path / "a.txt", "a 1 2 3\n. . . 4 5 6\n"), 10)

    assert ("a", ". . .") == read.words
    assert [[1, 2, 3], [4, 5, 6]] == read.data.tolist()
    assert not read.is_cut


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "line 1: no word and its numbers"),
        ("\n" + ROWS, "line 1: no word and its numbers"),
        (ROWS + "short 1 2\n", "line 5: not one word and 3 numbers"),
        (ROWS + "long 1 2 3 4\n", "line 5: not one word and 3 numbers"),
        (WITH_HEADER + "more 1 2 3\n", "line 1: the header says 4 words, and the file holds 5"),
        ("9 3\n" + ROWS, "line 1: the header says 9 words, and the file holds 4"),
        ("4 2\n" + ROWS, "line 2: not one word and 2 numbers"),
        ("4 4\n" + ROWS, "line 2: not one word and 4 numbers"),
        (ROWS + "word 1 nan 3\n", "line 5: 3 numbers are needed"),
        (ROWS + "word 1 two 3\n", "line 5: 3 numbers are needed"),
        (ROWS + "\n", "line 5: not one word"),
        (ROWS.encode() + b"\xe4pfel 1 2 3\n", "line 5: not UTF-8"),
        (b"4 3\nchain \x00\x00\x80?\x00\x00\xff\xff\n", "line 2: not UTF-8"),
    ],
)
def test_what_spacy_would_misread_is_refused_by_its_line(tmp_path: Path, content: str | bytes, says: str):
    file = written(tmp_path / "vectors.txt", content)
    with pytest.raises(VectorFileError, match=says) as caught:
        write_vectors_folder(file, tmp_path / "table", language="en", most=10)

    assert str(file) in str(caught.value)
    assert "text format" in caught.value.hint
    assert [file] == list(tmp_path.iterdir())


def test_a_header_that_promises_too_little_is_seen_also_when_the_file_is_cut(tmp_path: Path):
    with pytest.raises(VectorFileError, match="says 2 words, and the file holds more than 3"):
        read_vector_file(written(tmp_path / "vectors.txt", "2 3\n" + ROWS), 3)


def test_archives_of_several_files_are_refused(tmp_path: Path):
    member = written(tmp_path / "vectors.txt", ROWS)
    with tarfile.open(tmp_path / "vectors.tar.gz", "w:gz") as tar:
        tar.add(member, "vectors.txt")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as packed:
        packed.writestr("6B.50d.txt", ROWS)
        packed.writestr("6B.100d.txt", ROWS)

    with pytest.raises(VectorFileError, match="is a tar archive"):
        read_vector_file(tmp_path / "vectors.tar.gz", 10)
    with pytest.raises(VectorFileError, match=r"holds several files: 6B\.50d\.txt, 6B\.100d\.txt"):
        read_vector_file(tmp_path / "two.zip", 10)


@pytest.mark.parametrize("name", ["cut.vec.gz", "named.gz", "named.zip"])
def test_a_packed_file_that_is_damaged_or_misnamed_is_refused(tmp_path: Path, name: str):
    packed = gzip.compress(ROWS.encode() * 50)
    file = written(tmp_path / name, packed[: len(packed) // 2] if name.startswith("cut") else ROWS)
    with pytest.raises(VectorFileError) as caught:
        read_vector_file(file, 1000)

    assert name in str(caught.value)
    assert caught.value.hint


def test_a_file_that_is_missing_and_a_folder_that_is_there_are_named(tmp_path: Path):
    with pytest.raises(VectorFileError, match="There is no file"):
        read_vector_file(tmp_path / "none.txt", 10)
    with pytest.raises(LoopError, match="exists already"):
        write_vectors_folder(written(tmp_path / "a.txt", ROWS), tmp_path, language="en", most=10)
