"""`bridge check`: is the operator's file right, what does it mean, and does what it names exist?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from bridge.config import Config
    from bridge.inspect.findings import Finding
    from bridge.inspect.report import Report

GOOD, BAD, REMARK = "✓", "✗", "!"
PLAIN = {GOOD: "+", BAD: "x", REMARK: "!"}
"""What stands for the signs where the terminal has no such letters."""


def check(
    config: Annotated[Path, typer.Option("--config", "-c", envvar="BRIDGE_CONFIG", help="The file to look at.")] = Path(
        "bridge.toml"
    ),
    live: Annotated[bool, typer.Option("--live", help="Also ask the platforms and chatbot services.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check bridge.toml and say what it means.

    Exits 0 when all is well, 1 when --live found trouble, 2 when the file has mistakes.
    """
    import io
    import json
    import sys

    from rich.console import Console

    from bridge.inspect import report as reports
    from bridge.inspect.findings import failed
    from bridge.plugins import Plugins

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # names may have any letters, the terminal perhaps not
    console = Console(highlight=False, soft_wrap=True, quiet=as_json)
    report = reports.report_on(config, Plugins())
    _show_report(console, report)
    findings: list[Finding] = []
    if live and report.config is not None:
        findings = _look(report.config, lambda finding: _show_finding(console, finding))
    if as_json:
        typer.echo(json.dumps(reports.as_json(report, findings), indent=2, ensure_ascii=False))
    if report.mistakes:
        raise typer.Exit(2)
    if any(map(failed, findings)):
        raise typer.Exit(1)


def _look(config: Config, show: Callable[[Finding], None]) -> list[Finding]:
    import asyncio

    from bridge.clock import SystemClock
    from bridge.inspect.live import look

    async def collect() -> list[Finding]:
        findings = []
        async for finding in look(config, SystemClock()):
            show(finding)
            findings.append(finding)
        return findings

    return asyncio.run(collect())


def _show_report(console: Console, report: Report) -> None:
    for mistake in report.mistakes:
        place = str(mistake.path) if mistake.line is None else f"{mistake.path}:{mistake.line}"
        _show(console, BAD, ": ".join(filter(None, (place, mistake.key, mistake.problem))), mistake.remedy)
    if report.mistakes:
        return
    _show(console, GOOD, f"{report.path}: {report.summary}")
    for label, sentence in report.routes:
        _show(console, GOOD, f"{label}: {sentence}")
    for remark in report.remarks:
        _show(console, REMARK, remark)


def _show_finding(console: Console, finding: Finding) -> None:
    sign = GOOD if finding.ok else BAD if finding.needed else REMARK
    _show(console, sign, f"{finding.about}: {finding.what}", "" if finding.ok else finding.remedy)


def _show(console: Console, sign: str, text: str, remedy: str = "") -> None:
    from rich.text import Text

    colour = {GOOD: "green", BAD: "red", REMARK: "yellow"}[sign]
    try:
        sign.encode(console.encoding)
    except UnicodeEncodeError:
        sign = PLAIN[sign]
    console.print(Text.assemble((sign, colour), " ", text))
    if remedy:
        console.print(Text.assemble("  ", (remedy, "dim")))
