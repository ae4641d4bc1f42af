"""Made-up telephone calls: scripts, people cast by seed, offline voices, a telephone line.

Nobody in these calls exists.  This package is for tests, training and the demo; the
program itself never imports it.
"""
