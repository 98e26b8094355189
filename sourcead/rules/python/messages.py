"""Functions that tell somebody something: warnings, logging, clocks. Their results do not vary."""

from __future__ import annotations

import logging
import sys
import time
import warnings

from sourcead.rules.forms import constant
from sourcead.rules.registry import Effects

__all__: list[str] = []

SPEAKS = Effects("scalar", pure=False)

constant(warnings.warn, effects=SPEAKS)
constant(
    logging.debug, logging.info, logging.warning, logging.error, logging.critical, logging.exception,
    logging.log, effects=SPEAKS,
)  # fmt: skip
constant(
    logging.Logger.debug, logging.Logger.info, logging.Logger.warning, logging.Logger.error,
    logging.Logger.critical, logging.Logger.exception, logging.Logger.log, effects=SPEAKS,
)  # fmt: skip
constant(sys.stdout.__class__.write, effects=SPEAKS)
constant(
    time.time, time.perf_counter, time.monotonic, time.process_time, time.sleep, effects=SPEAKS
)
