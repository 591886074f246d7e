"""What one would write in Python today: the model is read once, the body is checked by a type, the rows go through NumPy."""
import os

import joblib
import numpy as np
from fastapi import FastAPI, HTTPException

FEATURES = ['CHAS', 'RM', 'TAX', 'PTRATIO', 'B', 'LSTAT']

app = FastAPI()
model = joblib.load(os.environ['MODEL'])


@app.post('/predict')
async def predict(columns: dict[str, dict[str, float]]) -> dict[str, list[float]]:
    if columns.keys() != set(FEATURES):
        raise HTTPException(400, f'expected {FEATURES}')
    labels = list(columns[FEATURES[0]])
    if any(columns[name].keys() != set(labels) for name in FEATURES):
        raise HTTPException(400, 'expected the same labels in each column')
    rows = np.array([[columns[name][label] for name in FEATURES] for label in labels])
    return {'prediction': model['regressor'].predict(model['scaler'].transform(rows)).tolist()}
