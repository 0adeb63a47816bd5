"""Cold starts and warm times of the functions beside a baseline: `python -m tests.programs.bench.cold`."""
