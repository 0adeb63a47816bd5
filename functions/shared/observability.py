"""The function's logger and metrics. The service's name comes from POWERTOOLS_SERVICE_NAME."""

import logging
import warnings

from aws_lambda_powertools import Logger, Metrics

logger = Logger()
metrics = Metrics()

# An invocation that counts nothing is no mistake.
warnings.filterwarnings("ignore", message="No application metrics to publish")

# These print URLs with device tokens, or header blocks with bearer tokens, at INFO or DEBUG.
for _name in ("httpx", "httpcore", "hpack", "h2", "botocore", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)
