"""Charts as server-made SVG and HTML: where each mark stands (plain Python), without words.

The words are in `templates/analytics/charts/`, the colours in `static/css/components/charts.css`.
Lengths across are shares of the plot's width in per cent, so that a chart fits any width and its
letters keep their size; lengths down are pixels.
"""
