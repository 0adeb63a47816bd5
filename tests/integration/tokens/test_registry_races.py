"""Registrations at the same time: a device is one user's, whoever wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from shared.devices import query_devices
from tests.support.aws.devices_table import DevicesTable
from tests.support.clocks import NOON_MS
from tokens.errors import RegistryUnavailable
from tokens.registry import MAX_DEVICES, DynamoRegistry

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


class Interrupted:
    """The table's client, with something that happens between the reads of a change and its transaction."""

    def __init__(self, client: Any, meanwhile: Callable[[], Any]) -> None:
        self._client = client
        self._meanwhile: Callable[[], Any] | None = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, **arguments: Any) -> Any:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        return self._client.transact_write_items(**arguments)


def interrupted(table: DevicesTable, meanwhile: Callable[[], Any]) -> DynamoRegistry:
    table.clock.pass_ms(1)
    return DynamoRegistry(Interrupted(table.client, meanwhile), table.name, table.clock)


@pytest.mark.parametrize("remove_all", [True, False])
def test_a_late_sign_out_does_not_undo_a_new_sign_in(table: DevicesTable, remove_all: bool) -> None:
    table.register("alice", TOKEN)
    registry = interrupted(table, lambda: table.register("alice", TOKEN))

    if remove_all:
        assert registry.remove_all("alice") == 0
    else:
        registry.remove("alice", TOKEN)

    assert table.tokens_of("alice") == {TOKEN}
    assert table.owner_of(TOKEN) == "alice"


def test_the_oldest_device_stays_if_it_is_registered_again_meanwhile(table: DevicesTable) -> None:
    tokens = [f"{number:02x}" * 32 for number in range(MAX_DEVICES + 1)]
    for token in tokens[:MAX_DEVICES]:
        table.register("alice", token)
    registry = interrupted(table, lambda: table.register("alice", tokens[0]))

    registry.register("alice", tokens[-1], "production", "com.example.app.voip")

    assert table.tokens_of("alice") == set(tokens) - {tokens[1]}
    assert table.item_count() == 2 * MAX_DEVICES


@pytest.mark.parametrize("uid", ["alice", "bob"])
def test_registering_does_not_end_a_quarantine_that_begins_meanwhile(table: DevicesTable, uid: str) -> None:
    until_ms = NOON_MS + 3_600_000
    table.register("alice", TOKEN)
    registry = interrupted(table, lambda: table.quarantine("alice", TOKEN, until_ms))

    registered = registry.register(uid, TOKEN, "production", "com.example.app.voip")

    assert registered.quarantined_until_ms == until_ms
    assert query_devices(table.client, table.name, uid) == [registered]
    table.registry.remove(uid, TOKEN)
    assert table.register("carol", TOKEN).quarantined_until_ms == until_ms


def test_a_device_that_is_quarantined_meanwhile_is_removed_all_the_same(table: DevicesTable) -> None:
    table.register("alice", TOKEN)
    registry = interrupted(table, lambda: table.quarantine("alice", TOKEN, NOON_MS + 3_600_000))

    assert registry.remove_all("alice") == 1
    assert table.tokens_of("alice") == set()
    assert table.owner_of(TOKEN) == ""
