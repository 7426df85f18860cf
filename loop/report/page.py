"""The page: a head that forbids network access and scripts, key numbers, and the sections."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from importlib.resources import files

from loop.progress import by_heart_words, forgotten_words, held_words
from loop.progress.report_data import ReportData
from loop.report import answers, scores, texts
from loop.report.html import between, count, exact
from loop.report.shown import isolated, shown


def report(picture: ReportData, *, name: str, at: datetime, with_text: bool = True) -> str:
    """The whole page as HTML.

    Args:
        picture: the data.
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
    body = _header(picture, name, at, with_text) + f"<main>{_sections(picture, with_text)}</main>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'


def _sections(picture: ReportData, with_text: bool) -> str:
    parts = [
        scores.learning(picture),
        scores.labels(picture),
        scores.confusions(picture),
        answers.calibration(picture),
        answers.confidence(picture),
        answers.corrections(picture, with_text=with_text),
        answers.time(picture),
        *([texts.hardest(picture), texts.flagged(picture)] if with_text else []),
    ]
    return "\n".join(part for part in parts if part)


def _header(picture: ReportData, name: str, at: datetime, with_text: bool) -> str:
    made = at.strftime("%Y-%m-%d %H:%M")
    private = "It quotes texts: keep it as private as they are." if with_text else "It contains no text of the corpus."
    tiles = "".join(
        f'<div class="tile"><dt>{title}</dt><dd>{value}</dd><dd class="note">{note}</dd></div>'
        for title, value, note in _tiles(picture)
    )
    labels = " · ".join(isolated(label) for label in picture.labels)
    said = f'<p class="advice">{shown(picture.now.advice.words)}</p>{_alarms(picture)}'
    return (
        f"<header><h1>{isolated(name)}</h1><p>{labels}</p>{said}<dl>{tiles}</dl><p>Made {made}. {private}</p></header>"
    )


def _alarms(picture: ReportData) -> str:
    now = picture.now
    near = f"{now.near_duplicates} held-out texts nearly repeat a training text, which inflates the scores"
    said = [held_words(now.held), forgotten_words(now.forgotten), by_heart_words(now.advice)]
    return "".join(
        f'<p class="alarm">{shown(words)}</p>' for words in (*said, near if now.near_duplicates else "") if words
    )


def _tiles(picture: ReportData) -> list[tuple[str, str, str]]:
    now = picture.now
    said = ", ".join(f"{exact(n)} {verdict}" for verdict, n in sorted(now.answers.items()))
    return [
        _f_tile(picture),
        *_expected_tile(picture),
        ("answers", exact(sum(now.answers.values())), said or "none yet"),
        *_accepted_tile(picture),
        ("rounds", exact(len(now.rounds)), f"{count(now.next_round, 'answer')} until the next"),
        ("texts", exact(now.texts), f"{exact(now.pool)} unanswered"),
        _consistency_tile(picture),
    ]


def _f_tile(picture: ReportData) -> tuple[str, str, str]:
    found = picture.now.scores
    if found is None:
        return "F1", "–", picture.now.unmeasured or "no evaluation yet"
    overall = found.overall
    where = f"{count(overall.gold, 'span')} in {count(overall.texts, 'text')}, round {picture.now.measured}"
    if overall.no_interval:
        return "F1", "–", f"{overall.no_interval}; {where}"
    if not overall.enough:
        return "F1, 95 % interval", between(overall.strict.f_interval), f"{where}; too few for a single number"
    return "F1", exact(overall.strict.f), f"{between(overall.strict.f_interval)}; {where}"


def _expected_tile(picture: ReportData) -> list[tuple[str, str, str]]:
    found = picture.now.estimate
    if not found:
        return []
    where = f"the model's own estimate on {count(int(found['texts']), 'text')} of the pool"
    return [("expected F1", exact(found["f"]), where)]


def _accepted_tile(picture: ReportData) -> list[tuple[str, str, str]]:
    right, asked = picture.now.accepted
    if not asked:
        return []
    return [("acceptance rate", exact(right), f"of the last {count(asked, 'text')}; those asked are the hardest")]


def _consistency_tile(picture: ReportData) -> tuple[str, str, str]:
    found = picture.now.consistency
    if not found.pairs:
        return "intra-annotator agreement", "–", "no text repeated yet"
    f = "–" if found.f is None or found.interval is None else f"F1 {exact(found.f)}"
    chance = "" if found.interval is None else f"{between(found.interval)}; "
    note = f"{chance}{count(found.pairs, 'text')} repeated, {exact(found.same)} answered as before"
    return "intra-annotator agreement", f, note
