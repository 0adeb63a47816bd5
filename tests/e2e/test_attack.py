"""The attacks of make attack on the stack that the other tests use, but for those that wait for something.

Kinds of credentials that the secret does not configure are tried in tests/unit/webhook, too.
"""

from collections.abc import Callable, Iterator

import pytest

from ops.stack.description import StackDescription
from tests.programs.attack import scenarios
from tests.programs.attack.canary import findings_of_a_canary
from tests.programs.attack.run import Attack, attack, groups
from tests.support.aws.function_logs import all_log_lines

GROUPS = groups()


@pytest.fixture(scope="module")
def attacker(stack: StackDescription) -> Iterator[Attack]:
    with attack(stack) as running:
        yield running


@pytest.mark.parametrize("group", GROUPS)
def test_every_attempt_has_its_documented_answer_and_changes_nothing(attacker: Attack, group: str) -> None:
    attacker.rows.clear()

    attacker.run(group, GROUPS[group], attacker.state_reader.state())

    assert len(attacker.rows) == len(GROUPS[group]) + 2
    assert [row for row in attacker.rows if not row.held] == []


@pytest.mark.parametrize(
    "story",
    [scenarios.replay_at_once, scenarios.replay_after_the_ring_time, scenarios.calls_of_others],
    ids=lambda story: story.__name__,
)
def test_an_attack_in_several_steps(attacker: Attack, story: Callable[[Attack], None]) -> None:
    attacker.rows.clear()

    story(attacker)

    assert attacker.rows
    assert [row for row in attacker.rows if not row.held] == []


def test_nothing_of_it_is_in_the_logs_and_what_is_planted_there_is_found(
    stack: StackDescription, attacker: Attack
) -> None:
    """Everything that any test of this run made the functions log; the secrets are the stack's and this module's."""
    assert attacker.scan.findings(all_log_lines(stack)) == []

    token = attacker.target.victim.token
    canaries = findings_of_a_canary(token, attacker.scan, stack)
    assert "the victim's device token" in {finding.what for finding in canaries}
