"""How fast the product is, as ratios that hold on any machine: `./run benchmark`.

Our pages are measured against a floor (benchmarks/floor: a bare Django view over a lean table, on
the same servers, request by request in turn) and against themselves with fifty times as many cases.
"""
