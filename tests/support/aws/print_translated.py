"""`python -m tests.support.aws.print_translated`: the template as CloudFormation gets it, for linters."""

import json
import logging
import os

from tests.support.aws.template import translated_template

if __name__ == "__main__":
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    print(json.dumps(translated_template(), indent=2))
