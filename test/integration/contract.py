"""Fuzzes a running server by the OpenAPI document that it answers, and fails at whatever that document does not promise.

Usage: contract.py URL
"""

import csv
import io
import json
import os
import sys
import tempfile

import requests
import schemathesis
from hypothesis import strategies
from schemathesis.cli import schemathesis as command

URL = sys.argv[1]
MODELS = requests.get(f"{URL}/models", timeout=60).json()
FEATURES = [feature["name"] for feature in MODELS["models"][0]["features"]]

# what stands in a request and is beyond JSON Schema: columns of one length, with the same labels
BEYOND_SCHEMA = {"wrong_length", "wrong_labels"}
# elements that are of the tensor's datatype and as many as its shape says, names that differ, and a header that fits the body
BEYOND_TENSORS = {"wrong_type", "out_of_range", "unknown_key", "malformed_request", "malformed_json"}
# where a value is to be in the interval of a feature that is named elsewhere
FREE_COLUMNS = ("/data/", "/dataframe_split/data/")

rows = strategies.lists(
    strategies.lists(strategies.floats(-1e30, 1e30), min_size=len(FEATURES), max_size=len(FEATURES)), max_size=3
)


def to_csv(names, rows):
    file = io.StringIO()
    csv.writer(file).writerows([names, *rows])
    return file.getvalue()


def to_tensor(rows):
    data = [value for row in rows for value in row]
    tensor = {"name": "rows", "shape": [len(rows), len(FEATURES)], "datatype": "FP64", "data": data}
    return json.dumps({"inputs": [tensor]}).encode()


schemathesis.openapi.format("csv", strategies.builds(to_csv, strategies.permutations(FEATURES), rows))
schemathesis.openapi.media_type("application/octet-stream", strategies.builds(to_tensor, rows))


def is_beyond_schema(case, problem):
    code, pointer = problem["code"], problem.get("pointer", "")
    if code in BEYOND_SCHEMA:
        return True
    if case.path.endswith("/infer"):
        return code in BEYOND_TENSORS
    return code == "out_of_range" and pointer.startswith(FREE_COLUMNS)


@schemathesis.check
def valid_data_is_accepted(ctx, response, case):
    """As positive_data_acceptance, and a 400 must be for what JSON Schema cannot say."""
    if case.meta is None or not case.meta.generation.mode.is_positive or response.status_code < 400:
        return
    # the path has the values of any model: not every one has every version
    if response.status_code in (403, 404):
        return
    if response.status_code != 400 or not is_beyond_schema(case, response.json()):
        raise AssertionError(f"refused what its schema allows: {response.text}")


@schemathesis.check
class EveryOperationIsReached:
    """A run in which an operation is refused all the time proves little of it."""

    def __init__(self):
        self.tested = set()
        self.reached = set()

    def after_response(self, ctx, response, case):
        self.tested.add(case.operation.label)
        if response.status_code == 200:
            self.reached.add(case.operation.label)

    def after_run(self, ctx):
        for label in sorted(self.tested - self.reached):
            # nobody is an administrator
            if not label.startswith("POST /v2/repository/models/"):
                raise AssertionError(f"{label}: expected an answer of 200, got none")


# it keeps what it finds in the folder that it runs in
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    command(
        [
            "--no-color",
            "run",
            f"{URL}/openapi.json",
            "--phases=examples,coverage,fuzzing",
            # valid_data_is_accepted stands for it
            "--exclude-checks=positive_data_acceptance",
            "--generation-deterministic",
            "--max-examples=20",
            "--no-shrink",
            "--request-timeout=30",
        ]
    )
