import numpy as np
import tl2cgen
import treelite

from protocol import load_model, path_of, serve

fitted = load_model()
library = path_of('tl2cgen.so')
tl2cgen.export_lib(treelite.sklearn.import_model(fitted.regressor), toolchain='gcc', libpath=library, nthread=1, options=['-O3'])
predictor = tl2cgen.Predictor(library, nthread=1)


def predict(rows):
    # narrowed as scikit-learn does, and widened again to the type of the thresholds
    samples = fitted.scaler.transform(rows).astype(np.float32).astype(np.float64)
    return predictor.predict(tl2cgen.DMatrix(samples, dtype='float64')).ravel()


serve('tl2cgen (gcc -O3)', ['tl2cgen', 'treelite'], predict)
