from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import numpy as np
import pytest

from loop.encoder.feature_cache import FeatureCache

WORDS = [(0, 3), (4, 7)]
FEATURES = np.arange(8, dtype=np.float16).reshape(2, 4)


def test_what_was_put_is_got_again_and_later_too(tmp_path: Path):
    cache = FeatureCache(tmp_path / "features.db", "one")
    cache.put("ann met", WORDS, FEATURES)
    cache.put("half \ud83d", [(0, 4)], FEATURES[:1])

    assert FEATURES.tolist() == cache.get("ann met", WORDS).tolist()
    cache.close()
    again = FeatureCache(tmp_path / "features.db", "one")
    assert (FEATURES.tolist(), np.float16) == ((got := again.get("ann met", WORDS)).tolist(), got.dtype)
    assert FEATURES[:1].tolist() == again.get("half \ud83d", [(0, 4)]).tolist()


def test_other_texts_tokens_and_encoders_have_other_features(tmp_path: Path):
    cache = FeatureCache(tmp_path / "features.db", "one")
    cache.put("ann met", WORDS, FEATURES)

    assert [None, None] == [cache.get("ann met", [(0, 7)]), cache.get("bob met", WORDS)]
    cache.close()
    assert FeatureCache(tmp_path / "features.db", "two").get("ann met", WORDS) is None


def test_the_earliest_go_when_there_are_too_many(tmp_path: Path):
    cache = FeatureCache(tmp_path / "features.db", "one", most=10 * FEATURES.nbytes)
    for number in range(40):
        cache.put(f"ann {number}", WORDS, FEATURES)
    kept = [number for number in range(40) if cache.get(f"ann {number}", WORDS) is not None]

    assert [*range(kept[0], 40)] == kept
    assert 8 <= len(kept) <= 10


def test_two_processes_share_it(tmp_path: Path):
    one, other = (FeatureCache(tmp_path / "features.db", "one") for _ in range(2))
    one.put("ann met", WORDS, FEATURES)
    other.put("ann met", WORDS, FEATURES)

    assert FEATURES.tolist() == other.get("ann met", WORDS).tolist()


def test_a_damaged_file_is_begun_anew(tmp_path: Path):
    (tmp_path / "features.db").write_bytes(b"no database, but long enough to be looked at" * 100)
    cache = FeatureCache(tmp_path / "features.db", "one")
    cache.put("ann met", WORDS, FEATURES)

    assert FEATURES.tolist() == cache.get("ann met", WORDS).tolist()


def test_where_nothing_can_be_written_nothing_is_kept(tmp_path: Path):
    (tmp_path / "features.db").mkdir()
    cache = FeatureCache(tmp_path / "features.db", "one")
    cache.put("ann met", WORDS, FEATURES)

    assert cache.get("ann met", WORDS) is None


@pytest.mark.parametrize(("folder", "expected"), [(0o700, 0o600), (0o2770, 0o660)])
def test_it_is_as_private_as_its_folder(tmp_path: Path, folder: int, expected: int):
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(folder)
    FeatureCache(tmp_path / "data" / "features.db", "one").put("ann met", WORDS, FEATURES)

    assert {expected} == {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}


def test_a_file_that_another_process_holds_is_left_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    held = FeatureCache(tmp_path / "features.db", "one")
    held.put("ann met", WORDS, FEATURES)

    def busy(self: FeatureCache) -> None:
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(FeatureCache, "_open", busy)
        other = FeatureCache(tmp_path / "features.db", "one")
        other.put("bob met", WORDS, FEATURES)

    assert other.get("ann met", WORDS) is None
    assert FEATURES.tolist() == held.get("ann met", WORDS).tolist()
    assert FEATURES.tolist() == FeatureCache(tmp_path / "features.db", "one").get("ann met", WORDS).tolist()
