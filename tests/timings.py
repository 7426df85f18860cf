"""What tests cost: processor seconds of each, its fixtures and the processes that it started among them.

`--timings` prints them by folder, names the longest, and writes `longer.txt`: the tests that `--quick` leaves out.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGER = Path(__file__).with_name("longer.txt")
LONG = 0.12  # seconds
LONGEST = 40  # tests that are named


def spent() -> float:
    """Seconds of this process, and of those that it started and waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def function(nodeid: str) -> str:
    """The name of a test without its parameters."""
    return nodeid.partition("[")[0]


def leave_out_longer(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests that took long when `longer.txt` was written."""
    longer = set(LONGER.read_text(encoding="utf-8").split("\n"))
    left_out = [item for item in items if function(item.nodeid) in longer]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if function(item.nodeid) not in longer]


class Timings:
    """Measures where the tests run, and adds up where they are reported: with pytest-xdist these are two processes."""

    def __init__(self) -> None:
        self._began = 0.0
        self._spent: dict[str, float] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self) -> None:
        self._began = spent()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[pytest.TestReport]:
        if call.when == "teardown":
            item.user_properties.append(("spent", spent() - self._began))
        return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        found = dict(report.user_properties).get("spent")
        if report.when == "teardown" and isinstance(found, float):
            self._spent[report.nodeid] = found

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._spent:
            return
        by_folder, most = defaultdict[str, list[float]](list), defaultdict[str, float](float)
        for nodeid, seconds in self._spent.items():
            by_folder[nodeid.split("::")[0].split("/")[1]].append(seconds)
            most[function(nodeid)] = max(most[function(nodeid)], seconds)
        terminalreporter.write_sep("=", "processor seconds")
        for folder, all_of_it in sorted(by_folder.items(), key=lambda one: -sum(one[1])):
            terminalreporter.write_line(f"{folder:35} {len(all_of_it):5} tests {sum(all_of_it):7.1f}")
        terminalreporter.write_line(f"{'':35} {len(self._spent):5} tests {sum(self._spent.values()):7.1f}")
        for name, seconds in sorted(most.items(), key=lambda one: -one[1])[:LONGEST]:
            terminalreporter.write_line(f"{seconds:7.1f} {name}")
        longer = sorted(name for name, seconds in most.items() if seconds > LONG)
        LONGER.write_text("".join(f"{name}\n" for name in longer), encoding="utf-8")
