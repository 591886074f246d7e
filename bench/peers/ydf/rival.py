import numpy as np
import ydf

from protocol import load_model, serve

fitted = load_model()
model = ydf.from_sklearn(fitted.regressor)
# the first is the one that it would choose: the fastest
engine = model.list_compatible_engines()[0]
model.force_engine(engine)


def features_of(rows):
    return {'features': fitted.scaler.transform(rows).astype(np.float32)}


def time_engine(batch_size):
    """Its own C++ benchmark: neither the scaler nor the way through Python counts against it."""
    def time(rows):
        result = model.benchmark(features_of(rows), benchmark_duration=0.3, warmup_duration=0.1, batch_size=batch_size, num_threads=1)
        return result.duration_per_example * 1e9
    return time


serve('YDF (C++)', ['ydf'], lambda rows: model.predict(features_of(rows), num_threads=1),
      note=f'{engine}, timed in C++ without the scaler', time_batch=time_engine(1000), time_one=time_engine(1))
