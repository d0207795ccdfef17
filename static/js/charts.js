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

// What refreshes itself ([data-steady]) stays open, scrolled and in its place, and waits while somebody chooses something in it.
let kept = null;
const steady = (event) => (event.target.matches?.('[data-steady]') ? event.target : null);

document.addEventListener('htmx:beforeRequest', (event) => {
  const place = steady(event);
  if (place && (document.hidden || place.querySelector('details.menu[open]') || document.querySelector('dialog[open]'))) event.preventDefault();
});
document.addEventListener('htmx:beforeSwap', (event) => {
  const place = event.detail.target?.matches?.('[data-steady]') ? event.detail.target : null;
  if (!place) return;
  const focused = place.contains(document.activeElement) ? document.activeElement.id : '';
  const seen = focused ? document.getElementById(focused) : [...place.querySelectorAll('[id]')].find((e) => e.getBoundingClientRect().top >= 48);
  kept = {
    open: [...place.querySelectorAll('details[id][open]:not(.menu)')].map((e) => e.id),
    scrolled: [...place.querySelectorAll('[id]')].filter((e) => e.scrollTop || e.scrollLeft).map((e) => [e.id, e.scrollTop, e.scrollLeft]),
    at: seen?.id, top: seen?.getBoundingClientRect().top, focused,
  };
});
document.addEventListener('htmx:afterSwap', () => {
  if (!kept) return;
  const { open, scrolled, at, top, focused } = kept;
  kept = null;
  for (const id of open) document.getElementById(id)?.setAttribute('open', '');
  for (const [id, down, across] of scrolled) document.getElementById(id)?.scrollTo(across, down);
  const now = document.getElementById(at)?.getBoundingClientRect().top;
  if (now !== undefined) document.getElementById('main')?.scrollBy(0, now - top);
  const before = document.getElementById(focused);
  const again = before?.closest('details.menu:not([open])')?.querySelector('summary') ?? before;
  if (again && document.activeElement !== again) again.focus({ preventScroll: true });
  const chart = again?.closest('[data-points]');
  if (chart) links(chart).forEach((link) => link.setAttribute('tabindex', link === again ? '0' : '-1'));
});

// What a figure means shows on hover and focus; Escape shuts it until the pointer or the focus has left.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  document.querySelectorAll('.meaning:hover, .meaning:focus-within').forEach((each) => {
    each.setAttribute('data-shut', '');
    each.querySelector('button').focus();
  });
});
for (const kind of ['pointerout', 'focusout']) {
  document.addEventListener(kind, (event) => {
    const each = event.target.closest?.('.meaning');
    if (each && !each.contains(event.relatedTarget)) each.removeAttribute('data-shut');
  });
}
