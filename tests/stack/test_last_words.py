from __future__ import annotations

from pathlib import Path

import pytest

from stack.last_words import say_last_words
from stack.layout import Layout


def test_the_last_lines_of_each_log_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Fault tried: whole logs, which bury what matters."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "order-relay-1.log").write_text("".join(f"line {number}\n" for number in range(10_000)))
    (tmp_path / "logs" / "account-web.log").write_bytes(b"\xff" + b"x" * 1_000)

    say_last_words(Layout(tmp_path))

    said = capsys.readouterr().err.splitlines()
    assert said[1:] == [f"order-relay-1: line {number}" for number in (9_997, 9_998, 9_999)]
    assert said[0].startswith("account-web: \N{REPLACEMENT CHARACTER}xxx") and len(said[0]) < 400
