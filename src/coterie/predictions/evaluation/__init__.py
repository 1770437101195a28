"""How good predictions were, on what happened later: lift, profit, calibration, uplift."""
