"""Many pushes at once."""

import threading

from apns_simulator import SimulatorConfig
from tests.support.apns.pusher import PAYLOAD


def test_500_pushes_multiplexed_on_one_connection(apns, connect):
    pusher = connect(apns, warm=True)
    apns.add_fault("none", latency_ms=20)
    streams = [pusher.begin(device=f"{number:064x}") for number in range(500)]
    assert {pusher.response(stream).status for stream in streams} == {200}
    pushes = apns.pushes(after=1)
    assert {push["device_token"] for push in pushes} == {f"{number:064x}" for number in range(500)}
    assert all(push["accepted"] and push["answered_at_ms"] for push in pushes)
    assert [push["sequence"] for push in pushes] == list(range(2, 502))
    [connection] = apns.connections()
    assert connection["streams_refused"] == 0


def test_connections_do_not_disturb_each_other(start, connect):
    apns = start(SimulatorConfig(initial_max_concurrent_streams=100), keep=10)
    pushers = [connect(apns, sandbox=number % 2 == 1) for number in range(8)]
    statuses: list[int] = []

    def push_many(number: int) -> None:
        streams = [pushers[number].begin(body=PAYLOAD) for _ in range(20)]
        statuses.extend(pushers[number].response(stream).status for stream in streams)

    threads = [threading.Thread(target=push_many, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 160
    assert apns.counters()["accepted"] == 160
