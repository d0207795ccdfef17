// A list of cases: one roving cursor (J K ↑ ↓), Enter opens, X selects. The cursor is kept in the address, so it survives coming back.
const body = document.body;
const rows = () => [...document.querySelectorAll('[data-rows] > tr, [data-rows] > li')];
const below = (row, place) => new URL(place, row.querySelector('a').href).href; // the row names its case once: a list is to be light
const box = (row) => row?.querySelector('input[type=checkbox][data-select]');
let at = -1;

function show(index, focus) {
  const all = rows();
  if (!all.length) return;
  all[at]?.classList.remove('is-cursor');
  at = Math.max(0, Math.min(all.length - 1, index));
  const row = all[at];
  row.classList.add('is-cursor');
  row.scrollIntoView({ block: 'nearest' });
  if (focus) row.querySelector('a')?.focus({ preventScroll: true });
  preview();
  if (row.id) history.replaceState(history.state, '', `#${row.id}`);
}

function count() {
  const chosen = rows().filter((row) => box(row)?.checked);
  rows().forEach((row) => box(row) && row.setAttribute('aria-selected', String(Boolean(box(row).checked))));
  const bulk = document.querySelector('.bulk');
  if (!bulk) return;
  bulk.hidden = !chosen.length;
  bulk.querySelectorAll('[data-n]').forEach((place) => { place.textContent = chosen.length; });
  const all = document.querySelector('[data-select-all]');
  if (all) {
    all.checked = chosen.length > 0 && chosen.length === rows().length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
}

document.addEventListener('change', (event) => {
  if (event.target.matches('[data-select-all]')) rows().forEach((row) => { if (box(row)) box(row).checked = event.target.checked; });
  if (event.target.closest('[data-rows], [data-select-all]')) count();
});

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-unselect]')) {
    rows().forEach((row) => { if (box(row)) box(row).checked = false; });
    count();
  }
  const row = event.target.closest('[data-rows] > tr, [data-rows] > li');
  if (row) show(rows().indexOf(row), false);
});

document.addEventListener('keydown', (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (!rows().length || document.querySelector('dialog[open]') || body.dataset.singleKeys !== 'on') return;
  if (event.target.closest('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]')) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === 'j' || key === 'ArrowDown') {
    event.preventDefault();
    show(at + 1, true);
  } else if (key === 'k' || key === 'ArrowUp') {
    event.preventDefault();
    show(at < 0 ? 0 : at - 1, true);
  } else if (key === 'Enter' && at >= 0 && !event.target.closest('a, button, summary')) {
    rows()[at].querySelector('a')?.click();
  } else if (key === 'x' && at >= 0 && box(rows()[at])) {
    const choice = box(rows()[at]);
    choice.checked = !choice.checked;
    count();
  } else if (key === 's' && at >= 0 && document.querySelector('[data-snoozes]')) {
    event.preventDefault();
    location.assign(below(rows()[at], 'snooze/'));
  } else if (key === ' ' && at >= 0 && peek && !event.target.closest('input, button, summary')) {
    event.preventDefault();
    openPeek(!peek.classList.contains('is-open'));
  } else if (key === 'Escape' && peek?.classList.contains('is-open')) {
    openPeek(false);
  } else if (key === 'Escape' && document.querySelector('.bulk:not([hidden])')) {
    rows().forEach((row) => { if (box(row)) box(row).checked = false; });
    count();
  }
});

// The preview: beside the list on wide screens, over it (Space) on others. It follows the cursor once it is visible.
const peek = document.getElementById('peek');
let waiting = 0;
let shown = '';

function preview() {
  const row = rows()[at];
  if (!peek || !row || !peek.getClientRects().length || shown === below(row, 'peek/')) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    shown = below(row, 'peek/');
    window.htmx.ajax('GET', shown, { target: peek });
  }, 150);
}

function openPeek(open) {
  peek.classList.toggle('is-open', open);
  if (open) preview();
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-peek-close]')) {
    openPeek(false);
    rows()[at]?.querySelector('a')?.focus({ preventScroll: true });
  }
});

// What is cut off is said whole under the pointer.
document.addEventListener('pointerover', (event) => {
  const cut = event.target.closest('[data-rows] :is(.clip, .meta):not([title])');
  if (cut && cut.scrollWidth > cut.clientWidth) cut.title = cut.textContent;
});

// A case knows its neighbours in the list it was opened from: of the queue the server keeps the place, of others and of what was searched for this page does (case.js).
if (rows().length) {
  const here = !document.querySelector('[data-placed]') && rows().map((row) => row.querySelector('a')?.getAttribute('href'));
  sessionStorage.setItem('list-rows', JSON.stringify((here || []).filter(Boolean)));
}

const known = rows().findIndex((row) => row.id && `#${row.id}` === location.hash);
if (known >= 0) {
  show(known, true);
  window.addEventListener('load', () => setTimeout(() => show(known, true))); // going to the row by the address takes the focus away once more
} else if (peek?.getClientRects().length) show(0, false);
count();
window.addEventListener('pageshow', count);
