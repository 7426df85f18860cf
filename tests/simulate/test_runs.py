from __future__ import annotations

from dataclasses import replace

import pytest
from workshop import workshop_gold

from loop.errors import LoopError
from loop.settings import AcquireSettings, ProjectSettings, Settings, UpdateSettings
from loop.simulate import Run, Scenario, finished_runs

GOLD, TEST = workshop_gold(40), workshop_gold(20, seed=1)
RUNS = [
    Run(
        Settings(
            ProjectSettings(base="blank:xx", labels=("PART",), seed=seed),
            acquire=AcquireSettings(strategy="random"),
            update=UpdateSettings(steps=2),
        ),
        Scenario(20),
    )
    for seed in (0, 1)
]


def play(runs, **more):
    return {run.name: rows for run, rows in finished_runs(runs, GOLD, TEST, **more)}


@pytest.mark.integration
@pytest.mark.usefixtures("default_network")  # the processes have it, too
def test_processes_give_the_rows_that_one_process_gives_and_tell_of_them_as_they_come():
    heard = []
    side_by_side = play(RUNS, workers=2, on_row=lambda run, row: heard.append((run.name, row.answers)))

    assert play(RUNS) == side_by_side
    assert {(run.name, n) for run in RUNS for n in (10, 20)} == set(heard)


def test_finished_runs_are_kept_and_not_run_again(tmp_path):
    rows = play(RUNS[:1], folder=tmp_path)
    heard = []
    all_rows = play(RUNS, folder=tmp_path, on_row=lambda run, _row: heard.append(run.name))

    assert rows[RUNS[0].name] == all_rows[RUNS[0].name]
    assert {RUNS[1].name} == set(heard)
    assert sorted(f"{run.name}.json" for run in RUNS) == sorted(path.name for path in tmp_path.iterdir())


def test_a_run_that_was_stopped_starts_again(tmp_path):
    def stop(run, row):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        play(RUNS[:1], folder=tmp_path, on_row=stop)

    assert not list(tmp_path.iterdir())
    assert [10, 20] == [row.answers for row in play(RUNS[:1], folder=tmp_path)[RUNS[0].name]]


def test_runs_with_other_texts_or_settings_are_not_mixed(tmp_path):
    play(RUNS[:1], folder=tmp_path)
    other = replace(RUNS[0], scenario=Scenario(20, noise=0.5))

    with pytest.raises(LoopError, match="other texts, settings or versions"):
        play([other], folder=tmp_path)
    with pytest.raises(LoopError, match="other texts, settings or versions"):
        list(finished_runs(RUNS[:1], GOLD, workshop_gold(10, seed=2), folder=tmp_path))


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / f"{RUNS[0].name}.json").write_text("{")

    with pytest.raises(LoopError, match="is not a finished run"):
        play(RUNS[:1], folder=tmp_path)
