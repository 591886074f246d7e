"""The service that this project replaces, written again as it was: on each request it reads its model and fits a new scaler."""
import logging
import os

import joblib
import pandas as pd
from flask import Flask, jsonify, request
from flask.logging import create_logger
from sklearn.preprocessing import StandardScaler

app = Flask(__name__)
log = create_logger(app)
log.setLevel(logging.INFO)


def scale(payload):
    log.info('Scaling Payload: \n%s', payload)
    return StandardScaler().fit(payload.astype(float)).transform(payload.astype(float))


@app.route('/')
def home():
    return '<h3>Sklearn Prediction Home</h3>'


@app.route('/predict', methods=['POST'])
def predict():
    regressor = joblib.load(os.environ['MODEL'])['regressor']
    log.info('JSON payload: \n%s', request.json)
    rows = pd.DataFrame(request.json)
    log.info('Inference payload DataFrame: \n%s', rows)
    prediction = list(regressor.predict(scale(rows)))
    log.info('Prediction: %s', prediction)
    return jsonify({'prediction': prediction})
