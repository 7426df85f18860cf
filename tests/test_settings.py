from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from confection import Config
from hypothesis import given
from hypothesis import strategies as st

import loop
from loop.errors import SettingsError
from loop.project import opened
from loop.settings import (
    LabelNote,
    ProjectPaths,
    ProjectSettings,
    QueueSettings,
    Settings,
    UpdateSettings,
    load_settings,
    parse_settings,
    template,
)
from loop.settings.writing import set_value, with_value
from loop.store import Store

MINIMAL = '[project]\nlabels = ["A", "B"]\n'

labels = st.lists(
    st.text(st.characters(categories=("L", "N", "P", "S"), include_characters="_-"), min_size=1),
    min_size=1,
    max_size=5,
    unique=True,
)


def refusal(text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, source=Path("p/loop.cfg"))
    return caught.value


def test_what_is_left_out_takes_its_default() -> None:
    assert Settings(project=ProjectSettings(labels=("A", "B"))) == parse_settings(MINIMAL)


@given(labels, st.integers(0, 2**32 - 1), st.floats(0, 1), st.integers(6, 10**6), st.none() | st.just("p ä.jsonl"))
def test_the_written_file_reads_back_equal(
    names: list[str], seed: int, share: float, batch_size: int, patterns: str | None
) -> None:
    settings = Settings(
        project=ProjectSettings(labels=tuple(names), seed=seed, patterns=patterns),
        queue=QueueSettings(random_share=share),
        update=UpdateSettings(batch_size=batch_size),
    )

    assert settings == parse_settings(template(settings))


def test_spacys_own_reader_understands_the_written_file() -> None:
    config = Config().from_str(template(parse_settings(MINIMAL)))

    expected = {"base": "blank:en", "component": None, "code": None, "labels": ["A", "B"], "seed": 0}

    none = dict.fromkeys(
        ("vectors", "vectors_sum", "encoder", "encoder_sum", "queue_seed", "patterns", "eval", "shared")
    )
    assert expected | none == config["project"]
    assert 0.002 == config["update"]["learn_rate"]


def test_every_value_of_the_written_file_has_a_comment_above_it() -> None:
    settings = parse_settings(MINIMAL)
    lines = template(settings).splitlines()
    above = [lines[n - 1] for n, line in enumerate(lines) if " = " in line and not line.startswith("#")]

    assert sum(len(section) for section in dataclasses.asdict(settings).values()) == len(above)
    assert all(line.startswith("# ") for line in above)


@pytest.mark.parametrize(
    ("text", "words", "hint"),
    [
        (MINIMAL + "[updat]\nsteps = 3\n", "[updat] is not a known section", "Did you mean update?"),
        (MINIMAL + "[update]\nstep = 3\n", "[update] step is not a known key", "Did you mean steps?"),
        (MINIMAL + "[update]\nqqqqqq = 3\n", "[update] qqqqqq is not a known key", "round_size, steps"),
        (MINIMAL + "[update]\nsteps = many\n", "[update] steps must be a whole number, not many", "steps = 12"),
        (MINIMAL + "[update]\nsteps = true\n", "[update] steps must be a whole number", "steps = 12"),
        (MINIMAL + "[update]\nsteps = 1.5\n", "[update] steps must be a whole number", "steps = 12"),
        (MINIMAL + "[update]\nsteps =\n", "[update] steps must be a whole number, not empty", "steps = 12"),
        (MINIMAL + "[update]\nsteps = 0\n", "[update] steps must be at least 1, not 0", "steps = 12"),
        (MINIMAL + f"[update]\nsteps = {'9' * 5000}\n", "[update] steps must be a whole number", "steps = 12"),
        (MINIMAL + "[update]\ndropout = NaN\n", "[update] dropout must be a number", "0.2"),
        (MINIMAL + "[update]\nlearn_rate = Infinity\n", "[update] learn_rate must be a number", "0.002"),
        (MINIMAL + f"[update]\nlearn_rate = 1{'0' * 400}\n", "[update] learn_rate must be a number", "0.002"),
        (MINIMAL + "[update]\nbatch_size = 3\n", "[update] new_per_batch 4 is more than batch_size, 3", "Lower it"),
        (MINIMAL + "[queue]\nrandom_share = 1.1\n", "[queue] random_share must be from 0 to 1", "0.2"),
        (MINIMAL + "[acquire]\nstrategy = null\n", "[acquire] strategy must be a string", "gain_per_second"),
        (MINIMAL + 'base = ["x"]\n', "[project] base must be a string", "blank:en"),
        (MINIMAL + "queue_seed = -1\n", "[project] queue_seed must be from 0 to 4294967295, not -1", "null"),
        (MINIMAL + "queue_seed = 1.5\n", "[project] queue_seed must be a whole number or null", "null"),
        (MINIMAL + "patterns = 3\n", "[project] patterns must be a string or null", "null"),
        (MINIMAL + '[suggest]\nnames = ["X=C"]\n', "[suggest] names 'X=C' is not THEIRS=OURS with", "PERSON=PER"),
        (MINIMAL + '[suggest]\nnames = ["A"]\n', "[suggest] names 'A' is not THEIRS=OURS", "PERSON=PER"),
        (MINIMAL + '[suggest]\nnames = ["=A"]\n', "[suggest] names '=A' is not THEIRS=OURS", "PERSON=PER"),
        (MINIMAL + "[suggest]\nlearn = -1\n", "[suggest] learn must be at least 0, not -1", "learn = 0"),
        (MINIMAL + "[update]\nweak_until = -1\n", "[update] weak_until must be at least 0, not -1", "weak_until = 60"),
        (MINIMAL + '[update]\naugment = "typos"\n', "[update] augment typos is no augmenter", '"spacy.lower_case.v1"'),
        (MINIMAL + "[update]\naugment = 3\n", "[update] augment must be a string or null", "null"),
        ("", "[project] labels needs at least one label", "PERSON"),
        ('[project]\nlabels = ["A", "A"]\n', "[project] labels A appears twice", "PERSON"),
        ('[project]\nlabels = ["A B"]\n', "[project] labels 'A B' is not a valid label", "PERSON"),
        ('[project]\nlabels = ["A\\u0007"]\n', "[project] labels 'A\\x07' is not a valid label", "PERSON"),
        ('[project]\nlabels = [""]\n', "[project] labels '' is not a valid label", "PERSON"),
        ('[project]\nlabels = "A"\n', "[project] labels must be a list of strings", '["PERSON", "BRAND"]'),
        ("[project]\nlabels = [3]\n", "[project] labels must be a list of strings", '["PERSON", "BRAND"]'),
        ("[project]\nlabels = " + "[" * 100_000, "[project] labels must be a list of strings", "PERSON"),
        ("base = x\n", "line 1: a setting before the first [section]", "[project]"),
        (MINIMAL + "[update]\nsteps\n", "line 4: neither a [section]", "JSON"),
        (MINIMAL + "labels = []\n", "[project] labels appears twice (line 3)", "one of them"),
        (MINIMAL + "[project]\n", "line 3: a second [project]", "Merge"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_file_place_and_a_way_out(text: str, words: str, hint: str) -> None:
    error = refusal(text)

    assert "p/loop.cfg" in str(error)
    assert words in str(error)
    assert hint in error.hint


def test_labels_of_another_pipeline_are_told_what_they_are_called_here() -> None:
    suggest = parse_settings(MINIMAL + '[suggest]\nnames = ["X=A", "Z=B", "Y=A"]\n').suggest

    assert {"X": "A", "Y": "A", "Z": "B"} == suggest.label_names


def test_whole_numbers_do_for_fractions_and_bare_words_for_text() -> None:
    settings = parse_settings(MINIMAL + "base = blank:de\n[queue]\nrandom_share = 1\n")

    assert 1.0 == settings.queue.random_share
    assert "blank:de" == settings.project.base


def test_a_folder_without_settings_says_how_to_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no loop\.cfg") as caught:
        load_settings(tmp_path)

    assert "loop init" in caught.value.hint


def test_settings_that_are_no_utf8_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.cfg").write_bytes(b"[project]\n# \xff\n")

    with pytest.raises(SettingsError, match="byte 12 is not valid UTF-8"):
        load_settings(tmp_path)


def test_a_folder_in_place_of_the_settings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.cfg").mkdir()

    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "loop.cfg").write_text("\ufeff" + MINIMAL, encoding="utf-8")

    assert ("A", "B") == load_settings(tmp_path).project.labels


def test_a_named_file_must_be_there_seen_from_the_project(tmp_path: Path) -> None:
    (tmp_path / "loop.cfg").write_text(MINIMAL + 'patterns = "sub/p.jsonl"\n')

    with pytest.raises(SettingsError, match=r"\[project\] patterns there is no file .*sub/p\.jsonl"):
        load_settings(tmp_path)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "p.jsonl").touch()

    assert "sub/p.jsonl" == load_settings(tmp_path).project.patterns


def test_the_digest_changes_with_what_bears_on_the_weights_alone() -> None:
    settings = parse_settings(MINIMAL)
    same = replace(settings, queue=QueueSettings(size=3))
    others = [
        replace(settings, update=UpdateSettings(steps=3)),
        replace(settings, project=replace(settings.project, labels=("B", "A"))),
        replace(settings, project=replace(settings.project, seed=1)),
        replace(settings, project=replace(settings.project, base="blank:de")),
    ]

    assert settings.weights_digest() == same.weights_digest()
    assert 5 == len({each.weights_digest() for each in [settings, *others]})


def test_the_parts_of_a_project_lie_where_the_design_says() -> None:
    paths = ProjectPaths(Path("p"))

    assert [Path("p/loop.cfg"), Path("p/guidelines.md"), Path("p/data/loop.db"), Path("p/models")] == [
        paths.cfg, paths.guidelines, paths.db, paths.models,
    ]  # fmt: skip
    assert [Path("p/data/trainer.lock"), Path("p/data/trainer.log")] == [paths.trainer_lock, paths.trainer_log]
    assert Path("/abs/x") == paths.resolve("/abs/x")


@pytest.mark.integration
def test_reading_settings_imports_nothing_heavy() -> None:
    code = "import sys, loop.settings; print(sorted({'confection', 'pydantic', 'spacy', 'numpy'} & set(sys.modules)))"

    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "[]\n" == out


LABELLED = '[project]\nlabels = ["PART", "BRAND"]\n'


def test_keys_and_label_notes_come_back_from_the_template():
    note = LabelNote("what was made", ("chain", "brake pad"))
    settings = Settings(ProjectSettings(labels=("PART", "A:B")), keys={"accept": ("enter", "ü")}, labels={"A:B": note})

    assert settings == parse_settings(template(settings))


def test_a_single_key_or_description_need_not_be_a_list():
    settings = parse_settings(LABELLED + '[keys]\nquit = "f10"\n[labels]\nPART = "what was made"\n')

    assert ({"quit": ("f10",)}, {"PART": LabelNote("what was made")}) == (settings.keys, settings.labels)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("[keys]\nquit = 3", r"\[keys\] quit must be a list of keys, not 3\."),
        ('[keys]\nquit = [""]', r"\[keys\] quit must be a list of keys"),
        ('[labels]\nTOOL = "x"', r"\[labels\] TOOL is not one of the project's labels\."),
        ('[labels]\nPART = {"descr": "x"}', r"\[labels\] PART needs a description and examples\."),
        ('[labels]\nPART = {"examples": "x"}', r"\[labels\] PART needs a description and examples\."),
        ("[labels]\nPART = what", r"\[labels\] PART needs a description and examples\."),
    ],
)
def test_what_keys_and_labels_cannot_hold_is_refused_by_name(more, message):
    with pytest.raises(SettingsError, match=message) as caught:
        parse_settings(LABELLED + more)
    assert caught.value.hint


CFG = '# mine\n[project]\nlabels = ["A",\n  "B"]\n# why\npatterns = null\n\n[queue]\nsize = 3\n'


@pytest.mark.parametrize(
    ("section", "key", "value", "expected"),
    [
        ("project", "patterns", "p.jsonl", CFG.replace("null", '"p.jsonl"')),
        ("project", "labels", ["A"], CFG.replace('["A",\n  "B"]', '["A"]')),
        ("project", "seed", 4, CFG.replace("[project]\n", "[project]\nseed = 4\n")),
        ("queue", "size", 9, CFG.replace("3", "9")),
        ("update", "steps", 2, CFG + "\n[update]\nsteps = 2\n"),
    ],
)
def test_one_value_changes_and_everything_else_stays(tmp_path, section, key, value, expected):
    cfg = tmp_path / "loop.cfg"
    cfg.write_text(CFG)
    cfg.chmod(0o640)
    set_value(cfg, section, key, value)

    assert (expected, 0o640) == (cfg.read_text(), cfg.stat().st_mode & 0o777)


def test_a_value_that_cannot_be_meant_is_not_written(tmp_path):
    cfg = tmp_path / "loop.cfg"
    cfg.write_text(CFG)

    with pytest.raises(SettingsError):
        set_value(cfg, "queue", "size", 0)
    assert CFG == cfg.read_text()
    assert [cfg] == list(tmp_path.iterdir())


@pytest.mark.parametrize("header", ["[project]  # note", "[project] # see [queue]", "[project]\t#"])
def test_a_comment_may_follow_the_name_of_a_section(header: str) -> None:
    text = f'{header}\nlabels = ["A"]\n'
    changed = with_value(text, "project", "labels", ["A", "B"])

    assert ("A",) == parse_settings(text).project.labels
    assert f'{header}\nlabels = ["A", "B"]\n' == changed
    assert ("A", "B") == parse_settings(changed).project.labels


def test_a_home_folder_is_asked_for_in_one_place_since_a_user_may_have_none() -> None:
    package = Path(loop.__file__).parent
    asking = [
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if re.search(r"\.expanduser\(|\bPath\.home\(|\bgetpwuid\(", file.read_text(encoding="utf-8"))
    ]

    assert ["settings/paths.py"] == asking


FORMER = """[project]
labels = ["A"]
[queue]
# rarely
again_share = 0.05
[update]
pull_back = 0.03
[keys]
next_reading = ["f2"]
"""


def test_keys_of_version_0_1_are_understood_with_a_warning_each() -> None:
    with pytest.warns(DeprecationWarning, match="is now called") as warned:
        settings = parse_settings(FORMER, source=Path("p/loop.cfg"))

    assert 3 == len(warned)
    assert str(warned[0].message).startswith("p/loop.cfg: [queue] again_share is now called repeat_share;")
    assert (0.05, 0.03) == (settings.queue.repeat_share, settings.update.l2_sp)
    assert {"next_analysis": ("f2",)} == settings.keys


def test_a_key_under_both_names_is_refused() -> None:
    error = refusal(FORMER.replace("again_share", "repeat_share = 0.1\nagain_share"))

    assert "[queue] again_share is the former name of repeat_share" in str(error)
    assert "Keep one" in error.hint


def test_a_project_that_is_opened_has_its_keys_renamed_and_its_comments_kept(tmp_path: Path) -> None:
    paths = ProjectPaths(tmp_path)
    paths.cfg.write_text(FORMER, encoding="utf-8")
    Store.create(paths.db).close()
    with opened(paths) as (_, settings, _):
        assert 0.05 == settings.queue.repeat_share
    text = paths.cfg.read_text(encoding="utf-8")

    assert "[queue]\n# rarely\nrepeat_share = 0.05\n[update]\nl2_sp = 0.03\n[keys]\nnext_analysis = " in text
    assert not re.search("again|pull_back|reading", text)


def test_the_queue_is_drawn_with_the_seed_unless_it_has_one_of_its_own_which_no_weights_depend_on() -> None:
    usual, own = (parse_settings(MINIMAL + f"seed = 7\nqueue_seed = {seed}\n") for seed in ("null", "3"))

    assert (7, 3) == (usual.queue_seed, own.queue_seed)
    assert usual.weights_digest() == own.weights_digest()
    assert {"seed": 7} == {name: value for name, value in own.weights().items() if "seed" in name}
