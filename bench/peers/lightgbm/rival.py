from lightgbm_model import fit_lightgbm, leaves_note
from protocol import serve

booster = fit_lightgbm()

serve('LightGBM', ['lightgbm'], lambda rows: booster.predict(rows, num_threads=1), note=leaves_note(booster))
