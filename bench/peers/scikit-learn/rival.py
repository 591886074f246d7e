from protocol import load_model, serve

fitted = load_model()


def predict(rows):
    samples = rows if fitted.scaler is None else fitted.scaler.transform(rows)
    return fitted.regressor.predict(samples)


serve('scikit-learn', ['scikit-learn'], predict)
