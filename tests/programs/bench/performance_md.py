"""docs/performance.md, in which every benchmark has its own section between markers."""

from pathlib import Path

PERFORMANCE_MD = Path(__file__).resolve().parents[3] / "docs" / "performance.md"
END = "<!-- end -->"


def write(begin: str, text: str) -> None:
    """Replaces what is between the markers, and nothing else."""
    before, rest = PERFORMANCE_MD.read_text().split(begin, 1)
    after = rest.split(END, 1)[1]
    PERFORMANCE_MD.write_text(f"{before}{begin}\n{text}\n{END}{after}")
