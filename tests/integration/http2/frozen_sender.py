"""A sender as Lambda runs it: for each line on stdin a push on a loop that stands still between lines.

    python frozen_sender.py URL CA_FILE AUTHORIZATION

A line is a timeout in seconds; the answer is {"known", "error", "file_descriptors"}.
"""

import json
import os
import sys
from pathlib import Path

from tests.support.apns.http2_sender import Sender


def main() -> None:
    url, ca_file, authorization = sys.argv[1:]
    with Sender(url, Path(ca_file), authorization) as sender:
        for line in sys.stdin:
            result = sender.push(timeout_s=float(line))
            descriptors = len(os.listdir("/dev/fd"))
            print(
                json.dumps({"known": result.known, "error": result.error, "file_descriptors": descriptors}), flush=True
            )


if __name__ == "__main__":
    main()
