import numpy as np
import onnxruntime

from onnx_model import convert
from protocol import serve

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(convert(), options, providers=['CPUExecutionProvider'])


def predict(rows):
    return session.run(None, {'rows': rows.astype(np.float32)})[0].ravel()


serve('onnxruntime', ['onnxruntime', 'skl2onnx'], predict)
