"""Loads and unloads a model with Triton's client, as an administrator and as another client.

Usage: admin.py URL ADMIN_KEY OTHER_KEY
"""

import sys
import unittest
from urllib.parse import urlsplit

import tritonclient.http
from tritonclient.utils import InferenceServerException

URL, ADMIN, OTHER = sys.argv[1:]


def bear(key):
    return {"Authorization": f"Bearer {key}"}


class Administrator(unittest.TestCase):
    def setUp(self):
        self.client = tritonclient.http.InferenceServerClient(urlsplit(URL).netloc)
        self.addCleanup(self.client.close)

    def test_it_unloads_and_loads(self):
        self.assertIn("model_repository", self.client.get_server_metadata(headers=bear(OTHER))["extensions"])
        self.client.unload_model("housing", headers=bear(ADMIN))
        self.assertFalse(self.client.is_model_ready("housing"))
        index = self.client.get_model_repository_index(headers=bear(OTHER))
        self.assertIn({"name": "housing", "version": "1", "state": "UNAVAILABLE", "reason": "unloaded"}, index)
        self.client.load_model("housing", headers=bear(ADMIN))
        self.assertTrue(self.client.is_model_ready("housing"))

    def test_others_are_refused(self):
        for headers, status, message in (
            (None, "401", "expected a key in Authorization: Bearer or in X-API-Key, got none"),
            (bear(OTHER), "403", "expected the scope admin, got metadata"),
        ):
            with self.assertRaises(InferenceServerException) as raised:
                self.client.unload_model("housing", headers=headers)
            self.assertEqual((raised.exception.status(), raised.exception.message()), (status, message))

    def test_health_needs_no_key(self):
        self.assertTrue(self.client.is_server_live())
        self.assertTrue(self.client.is_server_ready())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
