import lleaves

from lightgbm_model import fit_lightgbm, leaves_note
from protocol import path_of, serve

booster = fit_lightgbm()
booster.save_model(path_of('lleaves.txt'))
model = lleaves.Model(path_of('lleaves.txt'))
model.compile()

serve('lleaves (LLVM)', ['lleaves', 'llvmlite'], lambda rows: model.predict(rows, n_jobs=1), note=leaves_note(booster))
