"""What `bridge check` finds out about a file before it asks anybody else."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bridge.config import Config, InvalidConfig, Mistake, load_config
from bridge.inspect.describe import describe_route, remarks, summarize
from bridge.inspect.findings import Finding, failed
from bridge.plugins import Plugins


@dataclass(frozen=True, slots=True)
class Report:
    """Either `config` or `mistakes`; `summary`, `routes` (label and sentence) and `remarks` say what it means."""

    path: Path
    config: Config | None = None
    mistakes: Sequence[Mistake] = ()
    summary: str = ""
    routes: Sequence[tuple[str, str]] = ()
    remarks: Sequence[str] = ()


def report_on(path: Path, plugins: Plugins, environ: Mapping[str, str] = os.environ) -> Report:
    """Read the file. Raises nothing that an operator could have caused."""
    try:
        config = load_config(path, plugins, environ)
    except InvalidConfig as error:
        return Report(path, mistakes=error.mistakes)
    return Report(
        path,
        config,
        summary=summarize(config),
        routes=[(route.label, describe_route(route)) for route in config.routes],
        remarks=remarks(config) + [_public(path) for path in config.secret_files if _is_public(path)],
    )


def as_json(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    """The report, and what `--live` found, as a script would read them."""
    return {
        "path": str(report.path),
        "ok": not report.mistakes and not any(map(failed, findings)),
        "mistakes": [asdict(mistake) | {"path": str(mistake.path)} for mistake in report.mistakes],
        "summary": report.summary,
        "routes": [{"route": label, "means": sentence} for label, sentence in report.routes],
        "remarks": list(report.remarks),
        "findings": [asdict(finding) for finding in findings],
    }


def _is_public(path: Path) -> bool:
    try:
        return os.name == "posix" and bool(path.stat().st_mode & 0o004)
    except OSError:  # gone since it was read
        return False


def _public(path: Path) -> str:
    return f"the secret file {path} can be read by everybody on this machine; chmod 600 keeps it to you"
