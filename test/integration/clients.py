"""Asks a running server with clients that others wrote, and compares with the model's golden predictions.

Usage: clients.py URL MODEL.json
"""

import asyncio
import io
import json
import sys
import unittest
from urllib.parse import urlsplit

import numpy
import pandas
import requests
import tritonclient.http
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig
from kserve.protocol.infer_type import RequestedOutput
from mlflow.pyfunc.scoring_server.client import ScoringServerClient
from tritonclient.utils import InferenceServerException

URL, MODEL = sys.argv[1:]
with open(MODEL, encoding="utf-8") as file:
    document = json.load(file)
NAMES = document["feature_names"]
ROWS = numpy.array(document["golden"]["rows"], dtype=numpy.float64)
PREDICTIONS = numpy.array(document["golden"]["predictions"], dtype=numpy.float64)
FRAME = pandas.DataFrame(ROWS, columns=NAMES)


class Clients(unittest.TestCase):
    def assert_same(self, predictions, expected=PREDICTIONS):
        predictions = numpy.asarray(predictions)
        self.assertEqual(predictions.dtype, numpy.float64)
        self.assertEqual(predictions.tolist(), expected.tolist())


class Triton(Clients):
    def setUp(self):
        self.client = tritonclient.http.InferenceServerClient(urlsplit(URL).netloc)
        self.addCleanup(self.client.close)

    def infer(self, rows, datatype, binary_in, outputs):
        tensor = tritonclient.http.InferInput("rows", list(rows.shape), datatype)
        tensor.set_data_from_numpy(rows, binary_data=binary_in)
        return self.client.infer("housing", [tensor], outputs=outputs)

    def test_json_and_binary_either_way(self):
        for binary_in in (False, True):
            for binary_out in (False, True):
                output = tritonclient.http.InferRequestedOutput("predict", binary_data=binary_out)
                result = self.infer(ROWS, "FP64", binary_in, [output])
                self.assert_same(result.as_numpy("predict"))

    def test_compressed_either_way(self):
        rows = numpy.tile(ROWS, (-(-4096 // len(ROWS)), 1))
        expected = numpy.tile(PREDICTIONS, len(rows) // len(ROWS))
        for binary in (False, True):
            tensor = tritonclient.http.InferInput("rows", list(rows.shape), "FP64")
            tensor.set_data_from_numpy(rows, binary_data=binary)
            output = tritonclient.http.InferRequestedOutput("predict", binary_data=binary)
            for coding in ("gzip", "deflate"):
                result = self.client.infer(
                    "housing",
                    [tensor],
                    outputs=[output],
                    request_compression_algorithm=coding,
                    response_compression_algorithm="gzip",
                )
                self.assert_same(result.as_numpy("predict"), expected)

    def test_an_output_not_asked_for_is_binary(self):
        result = self.infer(ROWS, "FP64", True, None)
        self.assertIn("binary_data_size", result.get_output("predict")["parameters"])
        self.assert_same(result.as_numpy("predict"))

    def test_float32_rows_are_widened(self):
        narrow = ROWS.astype(numpy.float32)
        wide = self.infer(narrow.astype(numpy.float64), "FP64", True, None)
        for binary_in in (False, True):
            result = self.infer(narrow, "FP32", binary_in, None)
            self.assert_same(result.as_numpy("predict"), wide.as_numpy("predict"))

    def test_the_tensors_of_the_metadata(self):
        metadata = self.client.get_model_metadata("housing", "1")
        tensors = []
        for described in metadata["inputs"]:
            tensor = tritonclient.http.InferInput(described["name"], [len(ROWS)], described["datatype"])
            tensor.set_data_from_numpy(FRAME[described["name"]].to_numpy())
            tensors.append(tensor)
        result = self.client.infer("housing", tensors, model_version="1", request_id="42")
        self.assertEqual(result.get_response()["id"], "42")
        self.assertEqual(result.get_response()["model_version"], "1")
        self.assert_same(result.as_numpy(metadata["outputs"][0]["name"]))

    def test_no_rows(self):
        self.assertEqual(self.infer(ROWS[:0], "FP64", False, None).as_numpy("predict").shape, (0,))

    def test_health_and_index(self):
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())
        self.assertTrue(self.client.is_model_ready("housing"))
        self.assertFalse(self.client.is_model_ready("housing", "2"))
        self.assertFalse(self.client.is_model_ready("boston"))
        self.assertIn("binary_tensor_data", self.client.get_server_metadata()["extensions"])
        names = [model["name"] for model in self.client.get_model_repository_index()]
        self.assertEqual(names, ["housing", "housing-flask"])

    def test_a_refusal_is_read(self):
        with self.assertRaises(InferenceServerException) as raised:
            self.infer(ROWS[:, :5].copy(), "FP64", True, None)
        self.assertEqual(raised.exception.status(), "400")
        self.assertEqual(
            raised.exception.message(), f"/inputs/0/shape: expected [n, {len(NAMES)}], got [{len(ROWS)}, 5]"
        )


class KServe(Clients):
    def ask(self, protocol, question):
        async def run():
            client = InferenceRESTClient(RESTConfig(protocol=protocol))
            try:
                return await question(client)
            finally:
                await client.close()

        return asyncio.run(run())

    def infer(self, binary_in, outputs=None):
        tensor = InferInput("rows", list(ROWS.shape), "FP64")
        tensor.set_data_from_numpy(ROWS, binary_data=binary_in)
        request = InferRequest("housing", [tensor], request_outputs=outputs)
        return self.ask("v2", lambda client: client.infer(URL, request, model_name="housing"))

    def test_v2_json(self):
        self.assert_same(self.infer(False).outputs[0].as_numpy())

    def test_v2_binary(self):
        output = RequestedOutput("predict", parameters={"binary_data": True})
        self.assert_same(self.infer(True, [output]).outputs[0].as_numpy())

    def test_v1(self):
        for instances in (ROWS.tolist(), FRAME.to_dict("records")):
            data = {"instances": instances}
            answer = self.ask("v1", lambda client: client.infer(URL, data, model_name="housing"))
            self.assert_same(answer["predictions"])

    def test_readiness(self):
        self.assertTrue(self.ask("v2", lambda client: client.is_server_live(URL)))
        self.assertTrue(self.ask("v2", lambda client: client.is_server_ready(URL)))
        for protocol in ("v1", "v2"):
            self.assertTrue(self.ask(protocol, lambda client: client.is_model_ready(URL, "housing")))


class MLflow(Clients):
    def setUp(self):
        self.client = ScoringServerClient(urlsplit(URL).hostname, urlsplit(URL).port)

    def test_it_waits_until_the_server_is_ready(self):
        self.client.wait_server_ready()
        self.assertRegex(self.client.get_version(), r"^\d+\.\d+\.\d+$")

    def test_what_its_client_encodes(self):
        for data in (FRAME, FRAME[NAMES[::-1]], ROWS, FRAME.to_dict("records"), ROWS.tolist()):
            answer = self.client.invoke(data).get_predictions("ndarray")
            self.assert_same(answer)

    def test_parameters_beside_the_rows(self):
        self.assert_same(self.client.invoke(FRAME, params={"a": 1}).get_predictions("ndarray"))

    def test_csv_with_an_index_and_without(self):
        for index in (False, True):
            body = io.StringIO()
            FRAME.to_csv(body, index=index)
            headers = {"Content-Type": "text/csv"}
            answer = requests.post(f"{URL}/invocations", data=body.getvalue(), headers=headers, timeout=60)
            self.assert_same(answer.json()["predictions"])

    def test_long_answers_come_compressed(self):
        body = {"inputs": numpy.tile(ROWS, (-(-4096 // len(ROWS)), 1)).tolist()}
        answer = requests.post(f"{URL}/invocations", json=body, timeout=60)
        self.assertEqual(answer.headers["content-encoding"], "gzip")
        self.assert_same(answer.json()["predictions"], numpy.tile(PREDICTIONS, len(body["inputs"]) // len(ROWS)))

    def test_a_refusal_is_read(self):
        with self.assertRaisesRegex(Exception, "error code 400.*expected the feature RM, got none"):
            self.client.invoke(FRAME.drop(columns="RM"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
