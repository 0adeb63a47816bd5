"""The variables of deployed functions, made into those of functions in containers."""

from local.sam_local.session import as_containers_know_it

DEPLOYED = {
    "WebhookFunction": {
        "CALLS_QUEUE_URL": "http://127.0.0.1:4566/000000000000/calls",
        "WEBHOOK_SECRET_ARN": "the stack's",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
    },
    "PushFunction": {
        "APNS_PRODUCTION_URL": "https://127.0.0.1:8443",
        "APNS_CA_FILE": "/here/ca.pem",
        "RING_SECONDS": "45",
    },
}


def test_this_machine_has_another_name_in_a_container() -> None:
    variables, ports = as_containers_know_it(DEPLOYED, {})

    assert variables["WebhookFunction"]["CALLS_QUEUE_URL"] == "http://host.docker.internal:4566/000000000000/calls"
    assert variables["PushFunction"]["APNS_PRODUCTION_URL"] == "https://host.docker.internal:8443"
    assert variables["PushFunction"]["RING_SECONDS"] == "45"
    assert ports == {4566, 8443}


def test_what_is_sam_locals_own_replaces_what_is_deployed_and_adds_nothing() -> None:
    own = {"WEBHOOK_SECRET_ARN": "the samples'", "AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}

    variables, ports = as_containers_know_it(DEPLOYED, own)

    assert variables["WebhookFunction"]["WEBHOOK_SECRET_ARN"] == "the samples'"
    assert variables["WebhookFunction"]["AWS_ENDPOINT_URL"] == "http://host.docker.internal:5000"
    assert "WEBHOOK_SECRET_ARN" not in variables["PushFunction"]
    assert ports == {4566, 5000, 8443}
