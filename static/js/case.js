// The case workspace. Forms behind [data-sheet] links open in one dialog; everything works without this script as pages of their own.
const body = document.getElementById('sheet-body');
const sheet = document.getElementById('sheet');
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
let opener = null;

// --- sheets
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-sheet]');
  if (!link || !sheet || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  link.closest('details.menu[open]')?.removeAttribute('open');
  opener = link;
  window.htmx.ajax('GET', link.href, { target: body });
});

body?.addEventListener('htmx:afterSwap', () => {
  if (!sheet.open) sheet.showModal();
  const problem = body.querySelector('[data-error-summary]');
  const wrong = body.querySelector('.is-error input, .is-error textarea, .is-error select');
  const first = body.querySelector('input:not([type=hidden]):not([type=file]), textarea, select, .dialog__foot .btn');
  (problem ?? wrong ?? first)?.focus();
});
// The form could not be fetched: its page says why.
body?.addEventListener('htmx:responseError', (event) => {
  if (!sheet.open && event.detail.xhr.status !== 401 && opener) location.assign(opener.href);
});
sheet?.addEventListener('close', () => {
  body.replaceChildren();
  opener?.focus();
});
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-leave-sheet]')) sheet?.close();
});

// --- back to the list one came from, also after the page was loaded again
const back = document.querySelector('[data-back]');
if (back) {
  const from = document.referrer ? new URL(document.referrer) : null;
  if (from?.origin === location.origin && from.pathname === new URL(back.href).pathname) {
    sessionStorage.setItem('list', from.search);
  }
  const place = new URL(back.href);
  if (!place.search) place.search = sessionStorage.getItem('list') ?? '';
  back.href = place.href;
}

// --- the case before and after this one in that list
const rows = JSON.parse(sessionStorage.getItem('list-rows') ?? '[]');
const here = rows.indexOf(location.pathname);
for (const link of document.querySelectorAll('[data-neighbour]')) {
  const address = here < 0 ? undefined : rows[here + Number(link.dataset.neighbour)];
  link.hidden = !address;
  if (address) link.href = address;
}

// --- the three texts of the composer
const composer = document.querySelector('[data-composer]');
function choose(tab, focus) {
  for (const other of composer.querySelectorAll('[data-tab]')) {
    const on = other === tab;
    other.setAttribute('aria-selected', String(on));
    other.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(other.getAttribute('aria-controls'));
    const form = panel.querySelector('form');
    panel.hidden = !on;
    const status = composer.querySelector(`[data-draft-status="${CSS.escape(form.dataset.draft)}"]`);
    if (status) status.hidden = !on;
    if (on && focus) form.querySelector('textarea').focus();
  }
}
composer?.addEventListener('click', (event) => {
  const tab = event.target.closest('[data-tab]');
  if (!tab || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  choose(tab, true);
});
composer?.addEventListener('keydown', (event) => {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || !event.target.matches('[data-tab]')) return;
  const tabs = [...composer.querySelectorAll('[data-tab]')];
  const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
  choose(next, false);
  next.focus();
});
if (composer) choose(composer.querySelector('[data-tab][aria-selected=true]'), location.hash === '#composer');

// --- facts: "cannot be established" asks for its reason first; F goes to the next open question
function reveal(place) {
  for (let box = place?.closest('details'); box; box = box.parentElement.closest('details')) box.open = true;
  place?.scrollIntoView({ block: 'nearest' });
}
document.addEventListener('click', (event) => {
  const unknown = event.target.closest('[data-unknown]');
  const note = unknown?.form.querySelector('[data-note]');
  if (note && !note.value.trim()) {
    event.preventDefault();
    reveal(note);
    note.focus();
    note.setAttribute('aria-invalid', 'true');
  }
}, true);
let at = -1;
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-next-fact]')) {
    const open = [...document.querySelectorAll('#facts .fact--ask')].filter((form) => form.getClientRects().length);
    if (!open.length) return;
    at = (at + 1) % open.length;
    open[at].scrollIntoView({ block: 'nearest' });
    open[at].querySelector('button, select, input:not([type=hidden])').focus();
  }
  const link = event.target.closest('[data-goto]');
  const place = link && document.getElementById(link.hash.slice(1));
  if (place) {
    event.preventDefault();
    reveal(place);
    place.querySelector('button, select, input:not([type=hidden]), summary')?.focus();
  }
});
// After an answer the pane is a new one: the next question of the same place takes the focus, unless somebody went elsewhere.
document.addEventListener('kesu:answered', () => {
  if (document.activeElement && document.activeElement !== document.body) return;
  document.querySelector('#facts .fact--ask button, #facts .fact--ask select, #facts .fact--ask input:not([type=hidden])')?.focus();
});

// --- a reply can be taken back while the seconds run
function tick(form) {
  const left = Math.ceil((new Date(form.dataset.until).getTime() - Date.now()) / 1000);
  if (left <= 0) form.remove();
  if (left <= 0 || !form.isConnected) return;
  form.querySelector('[data-seconds]').textContent = left;
  setTimeout(() => tick(form), 500);
}
const countDown = (root) => root.querySelectorAll('form[data-until]').forEach(tick);
countDown(document);
document.getElementById('tl')?.parentElement.addEventListener('htmx:load', (event) => countDown(event.target));
