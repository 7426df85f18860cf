"""Reads and checks `loop.cfg`; errors name the section and key."""

from __future__ import annotations

import configparser
import dataclasses
import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar, get_type_hints

from loop.errors import SettingsError
from loop.settings.paths import CFG_NAME, ProjectPaths
from loop.settings.renamed import with_todays_names
from loop.settings.sections import AUGMENTERS, NO_VECTORS, Section, Settings
from loop.settings.tables import WHY, read_keys, read_labels, read_routes

# A comment may follow the header; brackets in it do not count.
HEADER = re.compile(r"\[(?P<header>[^\]]+)\]\s*(#.*)?$")
_LARGEST = 1e300  # larger values, infinity and NaN are taken for typing errors
_AnySection = TypeVar("_AnySection", bound=Section)


def load_settings(project: Path) -> Settings:
    """Read and check the settings of a project folder; a base inside the project gets its full path.

    Raises:
        SettingsError: `loop.cfg` is missing or unreadable, has an unknown section or key or an invalid value, or names
            a file that does not exist.
    """
    paths = ProjectPaths(project)
    settings = parse_settings(_read(paths.cfg), source=paths.cfg)
    for key in ("patterns", "eval", "code"):
        name = getattr(settings.project, key)
        if name is not None and not paths.resolve(name).is_file():
            _refuse(paths.cfg, "project", key, f"there is no file {paths.resolve(name)}.", "Put it there, or set null.")
    base, vectors = paths.pipeline(settings.project.base), settings.project.vectors
    table = None if vectors in (None, NO_VECTORS) else paths.pipeline(vectors)
    encoder = settings.project.encoder and str(paths.resolve(settings.project.encoder))
    located = dataclasses.replace(settings.project, base=base, vectors=table, encoder=encoder)
    return dataclasses.replace(settings, project=located)


def _read(cfg: Path) -> str:
    try:
        return cfg.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no {CFG_NAME} in {cfg.parent.resolve()}.",
            hint="Create a project there with `loop init`, or name its folder with -C DIR or LOOP_PROJECT.",
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{cfg}: byte {error.start} is not valid UTF-8.", hint="Save the file as UTF-8.") from None
    except OSError as error:
        raise SettingsError(
            f"{cfg} cannot be read: {error.strerror}.", hint="Check the file and its permissions."
        ) from None


def parse_settings(text: str, *, source: Path = Path(CFG_NAME)) -> Settings:
    """Parse and check the text of a `loop.cfg`, using defaults for missing keys; does not check that files exist.

    The syntax is that of spaCy configs (sections, JSON values, comment lines) without variables and nested sections.

    Raises:
        SettingsError: an entry is invalid; names `source`, section and key.
    """
    found = {name: with_todays_names(name, raw, source) for name, raw in _parse(text, source).items()}
    kinds = get_type_hints(Settings)
    _refuse_unknown(source, found, kinds, where="", what="section")
    plain = {name: kind for name, kind in kinds.items() if name not in WHY}
    settings = Settings(**{name: _section(kind, name, found.get(name, {}), source) for name, kind in plain.items()})
    _check_labels(settings.project.labels, source)
    settings = dataclasses.replace(
        settings,
        keys=read_keys(found.get("keys", {}), source),
        routes=read_routes(found.get("routes", {}), settings.project.labels, source),
        labels=read_labels(found.get("labels", {}), settings.project.labels, source),
    )
    _check_names(settings, source)
    if settings.update.augment not in (None, *AUGMENTERS):
        problem = f"{settings.update.augment} is no augmenter that loop can learn with."
        _refuse(source, "update", "augment", problem, f'Put "{AUGMENTERS[0]}", or null.')
    if settings.update.new_per_batch > settings.update.batch_size:
        problem = f"{settings.update.new_per_batch} is more than batch_size, {settings.update.batch_size}."
        _refuse(source, "update", "new_per_batch", problem, "Lower it, or raise batch_size.")
    return settings


def _parse(text: str, source: Path) -> dict[str, dict[str, str]]:
    # No default section, or the keys of [DEFAULT] would appear in every section.
    parser = configparser.ConfigParser(interpolation=None, default_section="", delimiters=("=",), comment_prefixes="#")
    parser.SECTCRE = HEADER
    parser.optionxform = str  # type: ignore[assignment, method-assign]  # keys keep their case, as in spaCy
    try:
        parser.read_string(text)
    except configparser.DuplicateSectionError as error:
        raise SettingsError(f"{source}, line {error.lineno}: a second [{error.section}].", hint="Merge them.") from None
    except configparser.DuplicateOptionError as error:
        _refuse(source, error.section, error.option, f"appears twice (line {error.lineno}).", "Keep one of them.")
    except configparser.MissingSectionHeaderError as error:
        raise SettingsError(
            f"{source}, line {error.lineno}: a setting before the first [section].", hint="Begin with [project]."
        ) from None
    except configparser.ParsingError as error:
        raise SettingsError(
            f"{source}, line {error.errors[0][0]}: neither a [section], nor key = value, nor a # comment.",
            hint="Values are JSON: text in double quotes, lists in brackets.",
        ) from None
    return {name: dict(parser.items(name)) for name in parser.sections()}


def _section(kind: type[_AnySection], name: str, raw: Mapping[str, str], source: Path) -> _AnySection:
    kinds = get_type_hints(kind)
    known = {each.name: each for each in dataclasses.fields(kind)}
    _refuse_unknown(source, raw, known, where=f"[{name}] ", what="key")
    values = {}
    for key, text in raw.items():
        wanted, check = _KINDS[kinds[key]]
        value = check(_json(text))
        if value is None and not (text == "null" and kinds[key] in (str | None, int | None)):
            _refuse(source, name, key, f"must be {wanted}, not {text or 'empty'}.", _example(known[key]))
        _check_bounds(source, name, known[key], value)
        values[key] = value
    return kind(**values)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text  # spaCy configs accept unquoted strings, too


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _LARGEST
    return float(value) if fits else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _texts(value: Any) -> tuple[str, ...] | None:
    return tuple(value) if isinstance(value, list) and all(isinstance(each, str) for each in value) else None


def _truth(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


_KINDS: Mapping[Any, tuple[str, Callable[[Any], Any]]] = {
    bool: ("true or false", _truth),
    int: ("a whole number", _whole),
    float: ("a number", _number),
    str: ("a string", _text),
    str | None: ("a string or null", _text),
    int | None: ("a whole number or null", _whole),
    tuple[str, ...]: ("a list of strings", _texts),
}


def _check_names(settings: Settings, source: Path) -> None:
    for name in settings.suggest.names:
        theirs, _, ours = name.partition("=")
        if not (theirs and ours in settings.project.labels):
            problem = f"{name!r} is not THEIRS=OURS with a label of the project ({', '.join(settings.project.labels)})."
            _refuse(source, "suggest", "names", problem, 'For example: names = ["PERSON=PER"]')


def _example(key: dataclasses.Field[Any]) -> str:
    example = ["PERSON", "BRAND"] if key.name == "labels" else key.default
    return f"For example: {key.name} = {json.dumps(example)}"


def _check_bounds(source: Path, section: str, key: dataclasses.Field[Any], value: Any) -> None:
    low, high = key.metadata["low"], key.metadata["high"]
    if value is None:
        return
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"at least {low}" if high is None else f"from {low} to {high}"
        _refuse(source, section, key.name, f"must be {bounds}, not {value}.", _example(key))


def _check_labels(labels: Iterable[str], source: Path) -> None:
    problem = label_problem(tuple(labels))
    if problem:
        _refuse(source, "project", "labels", problem, 'For example: labels = ["PERSON", "BRAND"]')


def label_problem(labels: tuple[str, ...]) -> str:
    """Return a sentence about what is wrong with a list of labels, or "" if it is valid."""
    if not labels:
        return "needs at least one label."
    for n, label in enumerate(labels):
        if not label or not label.isprintable() or any(char.isspace() for char in label):
            return f"{label!r} is not a valid label: it must not be empty or contain spaces or control characters."
        if label.startswith("base:"):
            return f"{label} is reserved: labels that begin with base: are used internally."
        if label in labels[:n]:
            return f"{label} appears twice."
    return ""


def _refuse_unknown(source: Path, found: Iterable[str], known: Iterable[str], *, where: str, what: str) -> None:
    names = list(known)
    for name in found:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(names)}."
            shown = f"[{name}]" if what == "section" else f"{where}{name}"
            raise SettingsError(f"{source}: {shown} is not a known {what}.", hint=hint)


def _refuse(source: Path, section: str, key: str, problem: str, hint: str) -> NoReturn:
    raise SettingsError(f"{source}: [{section}] {key} {problem}", hint=hint) from None
