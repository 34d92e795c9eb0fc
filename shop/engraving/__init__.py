"""Words on metal: faces, coverage, fit, drawing. Pure: no Flask, no database."""
