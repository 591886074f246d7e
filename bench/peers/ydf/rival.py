import numpy as np
import ydf

from protocol import load_model, nanoseconds, serve

fitted = load_model()
model = ydf.from_sklearn(fitted.regressor)
# the first is the one that it would choose: the fastest
engine = model.list_compatible_engines()[0]
model.force_engine(engine)


def features_of(rows):
    return {'features': fitted.scaler.transform(rows).astype(np.float32)}


def time_engine(features, batch_size):
    """Nanoseconds a row by its own C++ benchmark: the way through Python does not count against it."""
    result = model.benchmark(features, benchmark_duration=0.3, warmup_duration=0.1, batch_size=batch_size, num_threads=1)
    return result.duration_per_example * 1e9


def time_batch(rows):
    scaling = nanoseconds(lambda: features_of(rows)) / len(rows)
    return scaling + time_engine(features_of(rows), batch_size=1000)


def time_one(rows):
    # NumPy would take far longer to scale a row than C++ would
    return time_engine(features_of(rows), batch_size=1)


serve('YDF (C++)', ['ydf'], lambda rows: model.predict(features_of(rows), num_threads=1),
      note=f'{engine}, timed in C++; one row a call without the scaler', time_batch=time_batch, time_one=time_one)
