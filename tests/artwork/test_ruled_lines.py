"""A form's lines go, and the ink beside, across or along them stays."""

import numpy as np

from shop.artwork.ruled_lines import form_lines, taken_out

ALL = (0.0, 0.0, 1.0, 1.0)


def test_a_stroke_that_runs_along_a_ruled_line_stays_when_the_line_goes() -> None:
    density = np.zeros((300, 600), np.float32)
    density += np.random.default_rng(5).normal(0, 0.02, density.shape).astype(np.float32)
    density[150:152] += 0.4
    density[149:153, 250:330] += 1.0
    taken_out(density, ALL, form_lines(density))
    assert density[149:153, 255:325].min() > 0.5
    bare = np.delete(density, np.s_[240:340], axis=1)
    assert bare.max() < 0.3
