"""The model as ONNX, scaler included."""
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.pipeline import make_pipeline

from protocol import load_model


def convert():
    """The bytes of the model, which takes `rows` [n, F] in float32: its trees cannot be evaluated in float64."""
    fitted = load_model()
    pipeline = make_pipeline(fitted.scaler, fitted.regressor)
    n_features = fitted.regressor.n_features_in_
    return to_onnx(pipeline, initial_types=[('rows', FloatTensorType([None, n_features]))]).SerializeToString()
