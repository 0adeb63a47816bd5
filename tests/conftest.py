"""For all tests: the environment that Lambda would give, and no test that fails because a machine is slow."""

import os

from hypothesis import settings

from local.processes.file_limit import raise_file_limit

raise_file_limit()

os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "POWERTOOLS_METRICS_NAMESPACE": "VoipPush",
    "POWERTOOLS_SERVICE_NAME": "test",
}

settings.register_profile("project", deadline=None, max_examples=100, print_blob=True)
settings.load_profile("project")
