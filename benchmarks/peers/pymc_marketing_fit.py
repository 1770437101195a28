"""BG/NBD by pymc-marketing, in a virtual environment of its own: reads arrays, prints what it found."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path


def _cpu() -> float:
    """CPU seconds of this process and of the compilers that it starts."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    import numpy as np
    import pandas as pd
    from pymc_extras.prior import Prior
    from pymc_marketing.clv import BetaGeoModel

    x, last, until = np.load(Path(sys.argv[1])).T
    frame = pd.DataFrame({"customer_id": np.arange(len(x)), "frequency": x, "recency": last, "T": until})
    flat = {name: Prior("HalfFlat") for name in ("a", "b", "alpha", "r")}
    seconds, found = [], {}
    for _ in range(int(sys.argv[2])):
        start, busy = time.perf_counter(), _cpu()
        model = BetaGeoModel(data=frame, model_config=flat)
        model.build_model()
        model.fit(method="map", progressbar=False)
        seconds.append((time.perf_counter() - start, _cpu() - busy))
        found = {name: float(model.idata.posterior[name].mean()) for name in ("r", "alpha", "a", "b")}
    print(json.dumps({"seconds": seconds, "parameters": found}))


if __name__ == "__main__":
    main()
