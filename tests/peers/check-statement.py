#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether in-toto's own library takes each statement on standard input (NDJSON)
for one.  Exit 1: no, with its reason; 77: the library is not here."""
import sys

try:
    from google.protobuf import json_format
    from in_toto_attestation.v1 import statement, statement_pb2
except ImportError as missing:
    print(missing)
    sys.exit(77)

for line in sys.stdin:
    try:
        # a member that a statement does not have is refused here
        message = json_format.Parse(line, statement_pb2.Statement())
        statement.Statement.copy_from_pb(message).validate()
    except (ValueError, json_format.ParseError) as reason:
        print(reason)
        sys.exit(1)
