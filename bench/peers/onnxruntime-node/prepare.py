from onnx_model import convert
from protocol import path_of

with open(path_of('model.onnx'), 'wb') as file:
    file.write(convert())
