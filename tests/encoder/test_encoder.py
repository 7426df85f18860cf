from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import spacy
from encoder_kit import WIDTH, write_encoder
from onnx import TensorProto

from loop.encoder.component import add_encoder
from loop.encoder.encoder import Encoder
from loop.encoder.files import encoder_files, encoder_sum
from loop.errors import PipelineError

WORDS = [(0, 3), (4, 7), (8, 12)]
TEXT = "ann met bobs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def encoder(folder: Path) -> Encoder:
    return Encoder(encoder_files(folder))


def tokens_of(text: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for word in text.split(" "):
        found.append((at, at + len(word)))
        at += len(word) + 1
    return found


def test_each_token_gets_numbers_of_sixteen_bits_with_a_mean_square_of_one(encoder):
    features = encoder(TEXT, WORDS)

    assert ((3, WIDTH), np.float16, WIDTH) == (features.shape, features.dtype, encoder.width)
    assert np.ones(3) == pytest.approx(np.square(features.astype(float)).mean(axis=1), abs=1e-2)


def test_what_stands_before_a_word_changes_its_features(encoder):
    assert not np.array_equal(encoder("met bobs", [(0, 3), (4, 8)])[1], encoder(TEXT, WORDS)[2])


def test_white_space_and_no_text_at_all_get_zeros(encoder):
    features = encoder("ann \n bob", [(0, 3), (4, 5), (6, 9)])

    assert [False, True, False] == [not row.any() for row in features]
    assert [[0] * WIDTH] == encoder(" ", [(0, 1)]).tolist()
    assert (0, WIDTH) == encoder("", []).shape


def test_half_a_character_is_read_as_an_unknown_one(encoder):
    features = encoder("ann \ud83d met", [(0, 3), (4, 5), (6, 9)])

    assert np.array_equal(features, encoder("ann \ufffd met", [(0, 3), (4, 5), (6, 9)]))


def test_a_text_of_several_windows_is_read_as_far_as_a_window_reaches(tmp_path):
    folder = write_encoder(tmp_path, config={"max_position_embeddings": 18})
    short, whole = Encoder(encoder_files(folder)), " ".join(["abc"] * 40)
    features = short(whole, tokens_of(whole))

    assert (40, WIDTH) == features.shape
    assert np.array_equal(features[:2], short("abc abc", tokens_of("abc abc")))
    assert all(row.any() for row in features)


def test_a_window_has_no_more_pieces_than_the_model_has_positions(tmp_path):
    seen = []
    encoder = Encoder(encoder_files(write_encoder(tmp_path, config={"max_position_embeddings": 18})))
    run = encoder._of_pieces
    encoder._of_pieces = lambda ids: seen.append(len(ids)) or run(ids)
    encoder("abc " * 40, tokens_of(" ".join(["abc"] * 40)))

    assert 16 == max(seen)


@pytest.mark.parametrize("place", ["model.onnx", "onnx/model.onnx", "onnx/model_int8.onnx", "int8.onnx"])
def test_the_model_is_found_where_hubs_put_it(tmp_path, place):
    folder = write_encoder(tmp_path, place=place)

    assert folder / place == encoder_files(folder).model
    assert encoder_files(folder) == encoder_files(folder / place)
    assert (3, WIDTH) == Encoder(encoder_files(folder))(TEXT, WORDS).shape


def test_a_model_that_wants_types_of_tokens_gets_them(tmp_path):
    folder = write_encoder(tmp_path, inputs=("input_ids", "attention_mask", "token_type_ids"))

    assert (3, WIDTH) == Encoder(encoder_files(folder))(TEXT, WORDS).shape


def damaged(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "message", "hint"),
    [
        (shutil.rmtree, "There is no folder", "model.onnx"),
        (lambda folder: (folder / "model.onnx").unlink(), "holds no encoder", "tokenizer.json"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer.json", "AutoTokenizer"),
        (lambda folder: damaged(folder, "model.onnx", b"no"), "does not load", "Is the file whole"),
        (lambda folder: damaged(folder, "tokenizer.json", b"{}"), "does not load", "tokenizers"),
        (lambda folder: write_encoder(folder, pooled=True), "a vector of the whole text", "last_hidden_state"),
        (lambda folder: write_encoder(folder, inputs=("input_ids", "pixels")), "asks for pixels", "BERT"),
        (lambda folder: write_encoder(folder, outputs=("logits",)), "scores of words", "feature-extraction"),
        (lambda folder: write_encoder(folder, words=20), "does not run: .* out of", "tokenizer.json belong to it"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_way_out(tmp_path, damage, message, hint):
    folder = write_encoder(tmp_path / "encoder")
    damage(folder)
    with pytest.raises(PipelineError, match=message) as caught:
        Encoder(encoder_files(folder)).check()

    assert hint in caught.value.hint
    assert str(folder) in str(caught.value)


def test_a_model_that_takes_smaller_integers_gives_the_same(tmp_path, encoder):
    smaller = Encoder(encoder_files(write_encoder(tmp_path, integers=TensorProto.INT32)))
    smaller.check()

    assert np.array_equal(smaller(TEXT, WORDS), encoder(TEXT, WORDS))


def test_of_several_outputs_that_with_the_features_is_taken(tmp_path, encoder):
    other = Encoder(encoder_files(write_encoder(tmp_path, outputs=("logits", "last_hidden_state"))))

    assert np.array_equal(other("met bobs", [(0, 3), (4, 8)])[1], other(TEXT, WORDS)[2])
    assert not np.array_equal(other(TEXT, WORDS), encoder(TEXT, WORDS))


def test_weights_beside_a_model_are_found_by_its_name_in_a_copy_too(tmp_path, encoder):
    folder = write_encoder(tmp_path / "hub", place="onnx/model_fp16.onnx", weights_beside="model_fp16.onnx_data")
    nlp = spacy.blank("en")
    add_encoder(nlp, encoder_files(folder))
    nlp.to_disk(tmp_path / "copy")
    shutil.rmtree(folder)
    (doc,) = spacy.load(tmp_path / "copy").pipe([TEXT])

    assert np.array_equal(encoder(TEXT, WORDS), doc.tensor)


def test_of_several_models_one_has_to_be_named(tmp_path):
    for name in ("a.onnx", "b.onnx"):
        write_encoder(tmp_path, place=f"onnx/{name}")
    with pytest.raises(PipelineError, match=r"several models: onnx/a\.onnx, onnx/b\.onnx") as caught:
        encoder_files(tmp_path)

    assert "Name one" in caught.value.hint
    assert tmp_path / "onnx" / "b.onnx" == encoder_files(tmp_path / "onnx" / "b.onnx").model


def test_without_its_libraries_it_says_how_to_get_them(folder, monkeypatch):
    monkeypatch.setattr("loop.encoder.encoder.find_spec", lambda _: None)
    with pytest.raises(PipelineError, match="needs onnxruntime and tokenizers") as caught:
        Encoder(encoder_files(folder))

    assert "pip install 'spacy-loop[encoder]'" in caught.value.hint


def test_the_checksum_is_that_of_what_is_computed_with(tmp_path, folder):
    same, other = write_encoder(tmp_path / "same"), write_encoder(tmp_path / "other", seed=1)
    (same / "pytorch_model.bin").write_bytes(b"of no use")

    assert encoder_sum(str(folder)) == encoder_sum(str(same)) != encoder_sum(str(other))
    assert "" == encoder_sum(None)
