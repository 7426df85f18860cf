"""`loop simulate`: let an oracle annotate."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loop.cli.completion import complete_strategy
from loop.cli.encoder import EncoderOption, chosen_encoder
from loop.cli.learning_curves import progress_bars, show
from loop.cli.printing import say
from loop.cli.remarks import say_gold, say_remarks
from loop.cli.vectors import VectorsOption, chosen_vectors
from loop.errors import LoopError
from loop.former_names import with_former_keys
from loop.settings import AcquireSettings, ProjectSettings, Settings, SuggestSettings
from loop.settings.sections import AnnotatorsSettings
from loop.words import counted

if TYPE_CHECKING:
    from spacy.language import Language

    from loop.formats import RawText
    from loop.simulate import Gold, Row, Run, Scenario


DEFAULTS = Settings()
# Texts that a pipeline reads to be learned from.
SUGGESTED = 1500


class Mode(str, Enum):
    """The modes an oracle can answer in."""

    correct = "correct"
    teach = "teach"


BaseOption = Annotated[str, typer.Option(metavar="BASE", help="The pipeline that round 0 starts from.")]
PatternsOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Match patterns that the project begins with, 4 s each.")
]
ExamplesOption = Annotated[
    int, typer.Option(metavar="N", min=0, help="Name N examples of each label before the first answer, 4 s each.")
]
TermsOption = Annotated[
    int, typer.Option(metavar="N", min=0, help="Then decide about N terms like them (`loop terms`), 2 s each.")
]
SuggestOption = Annotated[
    str | None, typer.Option(metavar="PIPELINE", help="Another pipeline to learn from before the first answer.")
]
StrategyOption = Annotated[
    str, typer.Option(metavar="NAME", help="The acquisition function.", autocompletion=complete_strategy)
]
SeedsOption = Annotated[
    str, typer.Option(metavar="A,B,…|N", help="Several seeds: a list, or a number of seeds from --seed on.")
]
NoiseOption = Annotated[
    str,
    typer.Option(metavar="P,…", help="The probability that the oracle gets an entity wrong; one for all, or one each."),
]
AnnotatorsOption = Annotated[
    int, typer.Option(metavar="N", min=1, help="Number of oracles, who answer by turns, each with mistakes of its own.")
]
OverlapOption = Annotated[
    float, typer.Option(metavar="P", min=0, max=1, help="Share of texts that two of them answer, blind to each other.")
]
ReviewOption = Annotated[bool, typer.Option("--review", help="Decide rightly where they differ, before each round.")]
LagOption = Annotated[
    int, typer.Option(min=0, max=1, help="1: questions are one round old, as for an annotator who does not wait.")
]
EveryOption = Annotated[
    int, typer.Option(metavar="N", min=0, help="Evaluate after every N answers; 0: after every round.")
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "--resume",
        metavar="DIR",
        help="Save each finished run there and skip those that are there, so that the same command resumes a stopped "
        "series. --resume is another name for it.",
    ),
]


def simulate_cli(
    gold: Annotated[Path, typer.Argument(help="jsonl with texts to ask about and their gold spans.")],
    test: Annotated[Path, typer.Option(metavar="FILE", help="jsonl with gold texts that are never asked about.")],
    base: BaseOption = DEFAULTS.project.base,
    vectors: VectorsOption = None,
    encoder: EncoderOption = None,
    patterns: PatternsOption = None,
    examples: ExamplesOption = 0,
    terms: TermsOption = 0,
    suggest: SuggestOption = None,
    answers: Annotated[int, typer.Option(metavar="N", min=1, help="Number of answers.")] = 200,
    strategy: StrategyOption = DEFAULTS.acquire.strategy,
    seed: Annotated[int, typer.Option(metavar="K", min=0)] = 0,
    seeds: SeedsOption = "",
    mode: Annotated[Mode, typer.Option(help="Correct whole texts, or answer yes or no to one span.")] = Mode.correct,
    annotators: AnnotatorsOption = 1,
    noise: NoiseOption = "0",
    overlap: OverlapOption = DEFAULTS.annotators.overlap,
    review: ReviewOption = False,
    lag: LagOption = 0,
    every: EveryOption = 0,
    keys: Annotated[bool, typer.Option("--keys", help="Count key presses; slow.")] = False,
    workers: Annotated[int, typer.Option(metavar="N", min=1, help="Number of processes.")] = 1,
    out: OutOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    save: Annotated[Path | None, typer.Option(metavar="DIR", help="Save the last checkpoint there.")] = None,
) -> None:
    """Let an oracle annotate through the same session, store and trainer; prints the learning curve."""
    from loop.base.pipeline import load_base
    from loop.simulate import Run, Scenario

    numbers = parse_seeds(seeds, first=seed)
    check_save(save, numbers)
    asked, unseen = read_apart(gold, test, load_base(base))
    labels = tuple(sorted({span.label for spans in (*asked.values(), *unseen.values()) for span in spans}))
    known = {"vectors": chosen_vectors(vectors, base), "encoder": chosen_encoder(encoder)}
    first, *others = parse_noise(noise, annotators)
    scenario = Scenario(answers, mode.value, first, 1 if lag else 0, every, keys, patterns, examples, terms)
    scenario = replace(scenario, others=tuple(others), review=review)
    check_start(scenario, labels, suggest)
    every_settings = (
        settings_of(base, labels, strategy, n, **known, suggest=suggest, overlap=overlap) for n in numbers
    )
    runs = [Run(settings, scenario, save) for settings in every_settings]
    curves = simulated(runs, asked, unseen, folder=out, workers=workers, hidden=as_json)
    if as_json:
        rows = [{"seed": number, "rows": as_rows(curve)} for number, curve in curves.items()]
        typer.echo(json.dumps(rows if seeds else rows[0]["rows"], indent=1))
    else:
        show(strategy, curves)


def simulated(
    runs: Sequence[Run], asked: Gold, unseen: Gold, *, folder: Path | None, workers: int, hidden: bool
) -> dict[int, list[Row]]:
    """Return the curve of each run, by seed, in the order of the runs; shows their progress unless it is `hidden`."""
    from loop.simulate import finished_runs

    with progress_bars(runs, hidden=hidden) as heard:
        finished = finished_runs(runs, asked, unseen, folder=folder, workers=workers, on_row=heard)
        rows = {run.settings.project.seed: rows for run, rows in finished}
    return {run.settings.project.seed: rows[run.settings.project.seed] for run in runs}


def as_rows(curve: Sequence[Row]) -> list[Any]:
    """Return the rows of a curve as JSON objects."""
    return [with_former_keys(asdict(row)) for row in curve]


def check_save(save: Path | None, seeds: Sequence[int]) -> None:
    """Refuse an existing folder, or several seeds, for the one checkpoint that `--save` stores.

    Raises:
        LoopError: it is refused.
    """
    if save is not None and save.exists():
        raise LoopError(f"{save} exists already.", hint="Name a new folder for the checkpoint.")
    if save is not None and len(seeds) > 1:
        raise LoopError("--save stores a single checkpoint.", hint="Use a single seed.")


def check_start(scenario: Scenario, labels: Sequence[str], suggest: str | None) -> None:
    """Refuse a start that cannot be simulated.

    Raises:
        LoopError: a pattern is none, or has another label; or the pipeline cannot be loaded, or finds no such labels.
    """
    from loop.base.other_pipeline import check_labels
    from loop.patterns.parsing import read_patterns

    if scenario.patterns is not None:
        list(read_patterns(scenario.patterns, labels))
    if scenario.terms and not scenario.examples:
        raise LoopError("--terms needs examples to start from.", hint="Add --examples 5.")
    if suggest is not None:
        check_labels(suggest, labels)


def settings_of(
    base: str,
    labels: tuple[str, ...],
    strategy: str,
    seed: int,
    *,
    vectors: str | None = None,
    encoder: str | None = None,
    suggest: str | None = None,
    overlap: float = DEFAULTS.annotators.overlap,
) -> Settings:
    """The settings of a simulated project: the defaults except for these."""
    project = ProjectSettings(base=base, labels=labels, seed=seed, vectors=vectors, encoder=encoder)
    other = SuggestSettings(pipeline=suggest, learn=SUGGESTED if suggest else 0)
    shared = AnnotatorsSettings(overlap=overlap)
    return Settings(project=project, acquire=AcquireSettings(strategy=strategy), suggest=other, annotators=shared)


def parse_noise(said: str, annotators: int) -> list[float]:
    """The noise of each annotator: one number for all, or one each, separated by commas.

    Raises:
        LoopError: it is neither.
    """
    try:
        found = [float(part) for part in said.split(",")]
    except ValueError:
        found = []
    if len(found) not in (1, annotators) or not all(0 <= one <= 1 for one in found):
        wanted = "a number from 0 to 1" + (f", or {annotators} of them" if annotators > 1 else "")
        hint = "For example: --annotators 3 --noise 0.1,0.2,0.3."
        raise LoopError(f"--noise {said} is not {wanted}.", hint=hint)
    return found * annotators if len(found) == 1 else found


def parse_seeds(said: str, *, first: int) -> list[int]:
    """The seeds of `--seeds`: a comma-separated list, or a number of seeds from `first` on; empty means `first` alone.

    Raises:
        LoopError: it is neither.
    """
    parts = [part.strip() for part in said.split(",")] if said else []
    if not all(part.isdecimal() for part in parts) or len(set(parts)) < len(parts) or said == "0":
        raise LoopError(f"--seeds {said!r} is not a list of different numbers.", hint="For example: 3, or 0,1,2.")
    if "," in said:
        return [int(part) for part in parts]
    return list(range(first, first + (int(said) if said else 1)))


def read_apart(gold: Path, test: Path, nlp: Language) -> tuple[Gold, Gold]:
    """Return the texts to ask about and the test texts; texts and groups of `test` are left out of `gold`.

    Prints a warning about spans that do not fit the tokens of `nlp`.

    Raises:
        LoopError: nothing is left to ask about.
    """
    from loop.formats import read_gold
    from loop.intake import gold_remarks
    from loop.progress.held_out_gold import reserved_in

    asked, unseen = read_gold(gold), read_gold(test)
    kept_apart = reserved_in(unseen)
    left = [raw for raw in asked if not kept_apart.holds(raw.text, raw.group)]
    if not left:
        raise LoopError(f"Every text of {gold}, or its group, is also in {test}.", hint="Name another --test.")
    if out := len(asked) - len(left):
        say(
            f"Left out of {gold.name}, since they or their groups are in {test.name}: {counted(out, 'text')}.",
            err=True,
        )
    say_remarks(gold_remarks(left, nlp), before=f"{gold.name}: ", err=True)
    say_gold(test, unseen, nlp)
    return spans_of(left), spans_of(unseen)


def read_gold_spans(path: Path) -> Gold:
    """Return the texts of a gold file with their spans."""
    from loop.formats import read_gold

    return spans_of(read_gold(path))


def spans_of(raws: Iterable[RawText]) -> Gold:
    """Return gold texts with their spans."""
    return {raw.text: raw.spans or () for raw in raws}
