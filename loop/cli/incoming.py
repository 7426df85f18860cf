"""Look at the texts that come in before they are added: the first ones, and what would better be done to them."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import TYPE_CHECKING

import typer

from loop.cli.printing import is_interactive, say
from loop.cli.sources import Sources
from loop.errors import LoopError
from loop.words import counted

if TYPE_CHECKING:
    from spacy.language import Language

    from loop.intake import Cut, Finding, Survey

MOST_CELLS = 100  # of a text in the preview: more is slow to read


@dataclass(frozen=True, slots=True)
class Incoming:
    """Files to add to a project, its base, which tokenizes them, and whether the user was asked about them."""

    sources: Sources
    base: str
    is_reviewed: bool = False

    @property
    def can_be_reviewed(self) -> bool:
        """Whether there are files that can be read twice, and a terminal."""
        return bool(self.sources.files) and "-" not in self.sources.files and is_interactive()

    def cut(self) -> Cut:
        """Return the function that splits the texts; loads the base's tokenizer only if needed."""
        from loop.intake import cut_by, unsplit

        split = self.sources.split
        return unsplit if split == "none" else cut_by(split, self.tokenizer())

    def tokenizer(self) -> Language:
        """Return the base without its components."""
        from loop.base.pipeline import load_base

        return load_base(self.base, tokenizer_only=True)

    def survey(self) -> Survey:
        """Read all texts as they would be added, and count what they are like."""
        from loop.intake import Survey, new_texts

        sources, survey = self.sources, Survey(split=self.sources.split)
        texts = new_texts(
            sources.read(),
            cut=self.cut(),
            group_field=sources.group,
            cleanings=sources.cleanings,
            distinct=sources.distinct,
            suggest=sources.suggest,
        )
        deque(survey.watch(texts), maxlen=0)
        return survey


@dataclass(frozen=True, slots=True)
class Proposal:
    """What could be done about a finding: the key that accepts it, the flag for scripts, and what it changes."""

    key: str
    does: str
    flag: str
    accepted: Callable[[Incoming], Incoming]

    @property
    def in_a_script(self) -> str:
        """The flag and what it does, as a sentence."""
        if self.key == "b":
            return f"In another folder, `loop init {self.flag}` starts a project for them."
        return f"Pass {self.flag} to {self.does}."


def _with(change: Callable[[Sources], Sources]) -> Callable[[Incoming], Incoming]:
    return lambda incoming: replace(incoming, sources=change(incoming.sources))


_SPLIT = Proposal(
    "s", "split texts into sentences", "--split sentence", _with(lambda sources: replace(sources, split="sentence"))
)
PROPOSALS = {
    "long": _SPLIT,
    "sentences": _SPLIT,
    "encoding": Proposal(
        "e", "repair the encoding", "--fix-encoding", _with(lambda sources: sources.cleaned("encoding"))
    ),
    "references": Proposal("u", "decode entities", "--unescape", _with(lambda sources: sources.cleaned("references"))),
    "tags": Proposal("t", "take out tags", "--strip-tags", _with(lambda sources: sources.cleaned("tags"))),
    "near": Proposal(
        "d",
        "leave out near-duplicates",
        "--skip-near-duplicates",
        _with(lambda sources: replace(sources, distinct=True)),
    ),
}
# What was found, in which texts.
FOUND = {
    "long": "Over {long} {unit} in {texts}; the longest has {most:,}",
    "sentences": "Several sentences in {texts}",
    "encoding": "Wrongly decoded characters, such as Ã© for é, in {texts}",
    "references": "HTML entities, such as &amp;, in {texts}",
    "tags": "HTML tags in {texts}",
    "near": "Near-duplicates of an earlier text: {texts}",
    "unparted": "Words that {base} cannot tell apart in {texts}; its longest token has {most:,} characters",
    "language": "The texts look like {language}, which is not the language of {base}",
}


def described(finding: Finding, base: str) -> str:
    """Return a finding as a sentence, without its full stop; it quotes no text."""
    from loop.intake import LONG, LONG_UNSPACED

    within = {"all": "{:,}", "first": "the first {:,}", "sample": "{:,} sampled"}[finding.within].format(finding.of)
    return FOUND[finding.kind].format(
        texts=f"{finding.texts:,} of {within} texts ({share(finding.texts, finding.of)})",
        long=LONG_UNSPACED if finding.unspaced else LONG,
        unit="characters" if finding.unspaced else "words",
        most=finding.most,
        base=base,
        language=finding.language.name if finding.language else "",
    )


def share(part: int, whole: int) -> str:
    """Return a share as a percentage in words."""
    percent = 100 * part / whole
    return "under 1%" if percent < 0.5 else f"{percent:.0f}%"


def proposed(finding: Finding, incoming: Incoming) -> Proposal | None:
    """Return what can be done about a finding, unless it has been done already."""
    if finding.language is not None:
        return _based_on(finding.language.code)
    proposal = PROPOSALS.get(finding.kind)
    return None if proposal is None or proposal.accepted(incoming) == incoming else proposal


def _based_on(language: str) -> Proposal | None:
    """Another base for the texts, if the packages that it needs are there."""
    from loop.base.pipeline import load_base

    base = f"blank:{language}"
    with suppress(LoopError):
        load_base(base)
        return Proposal("b", f"start from {base}", f"--base {base}", lambda incoming: replace(incoming, base=base))
    return None


def reviewed(incoming: Incoming, *, changes_base: bool = False) -> Incoming:
    """Show the first texts and what was found, and ask, until they are to be added, if there is a terminal.

    Each proposal is accepted by one key; with `changes_base`, so is another base.

    Raises:
        typer.Abort: the user declined.
    """
    if not incoming.can_be_reviewed:
        return incoming
    while True:
        survey = incoming.survey()
        for text in survey.first:
            say(f"  · {shortened(text)}")
        say(f"{counted(survey.texts, 'text')} in all.")
        found = survey.findings(incoming.tokenizer())
        for finding in found:
            for line in wrap(f"! {described(finding, incoming.base)}.", _columns(), subsequent_indent="  "):
                say(line, style="yellow")
        proposals = [proposal for finding in found if (proposal := proposed(finding, incoming))]
        chosen = _asked([one for one in dict.fromkeys(proposals) if changes_base or one.key != "b"])
        if chosen is None:
            return replace(incoming, is_reviewed=True)
        say(f"With {chosen.flag}:")
        incoming = chosen.accepted(incoming)


def say_found(found: Sequence[Finding], incoming: Incoming, batch: int) -> None:
    """Print what was found in a batch that nobody was asked about, with the flags that do something about it."""
    passed: list[Proposal] = []
    for finding in found:
        proposal = proposed(finding, incoming)
        new = proposal is not None and proposal not in passed
        say(f"{described(finding, incoming.base)}.{f' {proposal.in_a_script}' if proposal and new else ''}")
        passed += [proposal] if proposal and new else []
    if any(one.key != "b" for one in passed):
        say(f"To add them that way, take this batch back first: `loop remove --batch {batch}`.")


def _asked(proposals: Sequence[Proposal]) -> Proposal | None:
    """The proposal that the user takes; None if the texts are to be added as they are.

    Raises:
        typer.Abort: the user declined.
    """
    key = _key("These are the first texts. Add all of them?", proposals)
    if key == "n":
        say("Nothing was added.")
        raise typer.Abort
    return next((one for one in proposals if one.key == key), None)


def _key(question: str, proposals: Sequence[Proposal]) -> str:
    """Ask for one key: "y", "n" or that of a proposal."""
    from loop.terminal.keypress import key_reader

    keys = {"\r": "y", "\n": "y", "y": "y", "n": "n", "q": "n"} | {one.key: one.key for one in proposals}
    with key_reader() as read:
        say(question)
        for key, does in [("Enter", "yes"), *((one.key, one.does) for one in proposals), ("n", "no")]:
            say(f"  {key:>5}  {does}")
        while (key := keys.get(read()[:1].lower(), "")) == "":
            pass
    return key


def shortened(text: str) -> str:
    """Return a text on one line of the terminal, cut at a word."""
    from loop.terminal.glyphs import fit, visible, width

    cells = min(_columns() - 5, MOST_CELLS)
    line = visible(" ".join(text.split()))
    if width(line) <= cells:
        return line
    cut = fit(line, cells - 1).removesuffix("…")
    words = cut.rpartition(" ")[0]
    return f"{words if len(words) > len(cut) / 2 else cut} …"


def _columns() -> int:
    return max(20, shutil.get_terminal_size().columns)
