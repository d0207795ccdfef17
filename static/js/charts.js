// Each chart is one stop of Tab, and the arrows walk along its points. Without this script every point is a stop.
const links = (chart) => [...chart.querySelectorAll('a[href]')];

function prepare(root) {
  root.querySelectorAll('[data-points]').forEach((chart) => {
    links(chart).forEach((link, n) => link.setAttribute('tabindex', n ? '-1' : '0'));
  });
}
prepare(document);
document.addEventListener('htmx:load', (event) => prepare(event.target));

document.addEventListener('keydown', (event) => {
  const chart = event.target.closest?.('[data-points]');
  if (!chart || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = links(chart);
  const here = all.indexOf(event.target.closest('a'));
  const next = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 }[event.key];
  if (next === undefined || here < 0) return;
  event.preventDefault();
  const there = all[Math.max(0, Math.min(all.length - 1, next))];
  all.forEach((link) => link.setAttribute('tabindex', link === there ? '0' : '-1'));
  there.focus();
});
