"""Nothing acknowledged is lost, whatever dies when: `pytest tests/faults --faults 500` for so many points."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration

HARNESS = Path(__file__).parent / "harness.py"


def test_no_acknowledged_answer_is_lost(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]):
    points = request.config.getoption("--faults")
    command = [sys.executable, str(HARNESS), "--points", str(points), "--seed", "0"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert 0 == done.returncode, done.stderr
    found = json.loads(done.stdout)
    with capsys.disabled():
        print(f"\n{found}")

    assert [] == found["lost"]
    assert points == found["points"]
    assert found["faults"]
