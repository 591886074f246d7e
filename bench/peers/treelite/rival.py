import numpy as np
import treelite

from protocol import load_model, serve

fitted = load_model()
model = treelite.sklearn.import_model(fitted.regressor)


def predict(rows):
    samples = fitted.scaler.transform(rows).astype(np.float32)
    return treelite.gtil.predict(model, samples, nthread=1).ravel()


serve('treelite GTIL', ['treelite'], predict)
