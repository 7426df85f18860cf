"""The page: a head that forbids network access and scripts, key numbers, and the sections."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from importlib.resources import files

from loop.progress import forgotten_words, pinned_words
from loop.progress.panel import panel
from loop.progress.report_data import ReportData
from loop.progress.robustness import robustness_words
from loop.progress.weak_words import weak_words
from loop.records import LEFT_OUT
from loop.report import agreement, answers, scores, texts
from loop.report.html import count, exact, in_words
from loop.report.panel import panel_section
from loop.report.shown import isolated, shown


def report(data: ReportData, *, name: str, at: datetime, with_text: bool = True) -> str:
    """The whole page as HTML.

    Args:
        data: what it shows.
        name: of the project.
        at: the time of the report.
        with_text: whether to include texts of the corpus and quotes from them.
    """
    style = (files("loop.report") / "style.css").read_text(encoding="utf-8")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = (
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{shown(name)}: report</title><style>{style}</style>"
    )
    body = _header(data, name, at, with_text) + f"<main>{_sections(data, with_text)}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'


def _sections(data: ReportData, with_text: bool) -> str:
    parts = [
        scores.learning(data),
        scores.labels(data),
        scores.confusions(data),
        answers.calibration(data),
        answers.confidence(data),
        answers.corrections(data, with_text=with_text),
        answers.time(data),
        agreement.agreement(data),
        *([texts.hardest(data), texts.flagged(data)] if with_text else []),
    ]
    return "\n".join(part for part in parts if part)


def _header(data: ReportData, name: str, at: datetime, with_text: bool) -> str:
    made = at.strftime("%Y-%m-%d %H:%M")
    private = "It quotes texts: keep it as private as they are." if with_text else "It contains no text of the corpus."
    tiles = "".join(
        f'<div class="tile"><dt>{title}</dt><dd>{value}</dd><dd class="note">{note}</dd></div>'
        for title, value, note in _tiles(data)
    )
    labels = " · ".join(isolated(label) for label in data.labels)
    said = panel_section(panel(data.now, with_text=with_text)) + _alarms(data)
    notes = filter(
        None, (robustness_words(data.now.robustness), data.now.augment, *weak_words(data.now, named=with_text))
    )
    said += "".join(f'<p class="note">{shown(words)}</p>' for words in notes)
    return (
        f"<header><h1>{isolated(name)}</h1><p>{labels}</p>{said}<dl>{tiles}</dl><p>Made {made}. {private}</p></header>"
    )


def _alarms(data: ReportData) -> str:
    now = data.now
    near = f"{now.near_duplicates} held-out texts nearly repeat a training text, which inflates the scores"
    said = [pinned_words(now.pinned_round), forgotten_words(now.forgotten), *now.alarms]
    return "".join(
        f'<p class="alarm">{shown(words)}</p>' for words in (*said, near if now.near_duplicates else "") if words
    )


def _tiles(data: ReportData) -> list[tuple[str, str, str]]:
    now = data.now
    said = ", ".join(f"{exact(n)} {verdict}" for verdict, n in sorted(now.answers.items()))
    return [
        ("answers", exact(sum(n for verdict, n in now.answers.items() if verdict not in LEFT_OUT)), said or "none yet"),
        *_accepted_tile(data),
        ("rounds", exact(len(now.lasting_rounds)), f"{count(now.next_round, 'answer')} until the next"),
        ("texts", exact(now.texts), f"{exact(now.pool)} unanswered"),
        _consistency_tile(data),
    ]


def _accepted_tile(data: ReportData) -> list[tuple[str, str, str]]:
    right, asked = data.now.accepted
    if not asked:
        return []
    note = "last suggestions accepted unchanged; they are about the hardest texts"
    return [("acceptance rate", f"{exact(right)} of {exact(asked)}", note)]


def _consistency_tile(data: ReportData) -> tuple[str, str, str]:
    found = data.now.consistency
    if not found.pairs:
        return "intra-annotator agreement", "–", "no text repeated yet"
    f = "–" if found.f1 is None or found.interval is None else f"F1 {exact(found.f1)}"
    chance = "" if found.interval is None else f"{in_words(found.interval)}; "
    note = f"{chance}{count(found.pairs, 'text')} repeated, {exact(found.same)} answered as before"
    return "intra-annotator agreement", f, note
