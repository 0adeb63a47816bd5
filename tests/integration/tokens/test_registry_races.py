"""Registrations at the same time: a device is one user's, whoever wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from tests.support.aws.devices_table import DevicesTable
from tokens.registry import MAX_DEVICES, RegistryUnavailable

TOKEN = "a1" * 32
ROUNDS = 10


def at_once(*changes: Callable[[], Any]) -> list[Any]:
    """Their results or exceptions."""
    barrier = Barrier(len(changes))

    def run(change: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return change()
        except RegistryUnavailable as error:
            return error

    with ThreadPoolExecutor(len(changes)) as pool:
        return list(pool.map(run, changes))


@pytest.mark.parametrize("uids", [("alice", "bob"), ("alice", "bob", "carol", "dave")])
def test_of_several_users_exactly_one_gets_the_device(table: DevicesTable, uids: tuple[str, ...]) -> None:
    for round_ in range(ROUNDS):
        token = f"{round_:02x}" * 32
        results = at_once(*(partial(table.register, uid, token) for uid in uids))

        holders = [uid for uid in uids if token in table.tokens_of(uid)]
        assert holders == [table.owner_of(token)]
        assert [result for result in results if not isinstance(result, Exception)]
    assert table.item_count() == 2 * ROUNDS


def test_a_move_and_a_sign_out(table: DevicesTable) -> None:
    for _ in range(ROUNDS):
        table.register("alice", TOKEN)

        at_once(lambda: table.register("bob", TOKEN), lambda: table.registry.remove("alice", TOKEN))

        assert table.tokens_of("alice") == set()
        assert table.tokens_of("bob") == {TOKEN}
        assert table.owner_of(TOKEN) == "bob"


def test_phones_that_register_at_the_same_moment_are_never_more_than_ten(table: DevicesTable) -> None:
    for round_ in range(3):
        for number in range(MAX_DEVICES - 1):
            table.register(f"user{round_}", f"{round_:02x}{number:02x}" * 16)
        late = [f"{round_:02x}{number:02x}" * 16 for number in range(20, 23)]
        results = at_once(*(partial(table.register, f"user{round_}", token) for token in late))

        assert [result for result in results if not isinstance(result, Exception)]
        assert len(table.tokens_of(f"user{round_}")) <= MAX_DEVICES


def test_one_phone_that_registers_twice(table: DevicesTable) -> None:
    for _ in range(ROUNDS):
        results = at_once(*[lambda: table.register("alice", TOKEN)] * 3)

        assert not [result for result in results if isinstance(result, Exception)]
        assert table.tokens_of("alice") == {TOKEN}
        assert table.item_count() == 2
