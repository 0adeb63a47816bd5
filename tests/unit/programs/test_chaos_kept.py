"""What make chaos leaves of a run whose counts do not reconcile."""

import json

from tests.programs.chaos.kept import keep
from tests.programs.chaos.pushes import Interruptions


def test_what_is_kept_of_a_run(tmp_path):
    directory = tmp_path / "chaos"
    lines = [("/aws/lambda/stack-push", "one\n"), ("/aws/lambda/stack-webhook", "two"), ("/aws/lambda/stack-push", "3")]
    keep([{"sequence": 1}, {"sequence": 2}], [{"id": 7}], Interruptions([11], [], [(1, 2)]), lines, directory)

    kept = {file.name: file.read_text() for file in directory.iterdir()}
    assert kept["pushes.jsonl"] == '{"sequence": 1}\n{"sequence": 2}\n'
    assert kept["connections.jsonl"] == '{"id": 7}\n'
    assert json.loads(kept["interruptions.json"]) == {"killed_at_ms": [11], "hung_ms": [[1, 2]]}
    assert kept["stack-push.log"] == "one\n3\n"
    assert kept["stack-webhook.log"] == "two\n"


def test_a_run_replaces_what_the_one_before_has_left(tmp_path):
    (tmp_path / "stack-calls.log").write_text("of the run before")
    keep([], [], Interruptions([], []), [], tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {"pushes.jsonl", "connections.jsonl", "interruptions.json"}
