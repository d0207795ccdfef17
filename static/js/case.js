// The case workspace; everything works without this script (forms in dialogs: sheets.js).

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

// --- the case before and after this one in a list of which the server keeps no place (list.js)
const rows = JSON.parse(sessionStorage.getItem('list-rows') ?? '[]');
const here = rows.indexOf(location.pathname);
for (const link of document.querySelectorAll('[data-neighbour]')) {
  const address = here < 0 ? undefined : rows[here + Number(link.dataset.neighbour)];
  if (here >= 0) link.hidden = !address;
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
// The composer grows upwards as it takes the focus: a tab would move away under the pressed mouse, and the click be lost.
composer?.addEventListener('mousedown', (event) => {
  if (event.target.closest('[data-tab]')) event.preventDefault();
});
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

// --- facts: "cannot be established" asks for its reason first; F goes to the next open question, digits answer the one that has the focus
function reveal(place) {
  for (let box = place?.closest('details'); box; box = box.parentElement.closest('details')) box.open = true;
  place?.scrollIntoView({ block: 'nearest' });
}
const visible = (element) => element.getClientRects().length > 0;
const control = (form) => form?.querySelector('[data-answer], select[name=value], [data-value]');
const openFacts = () => [...document.querySelectorAll('#facts .fact--ask')].filter((form) => visible(form) && !form.closest('.fact__change'));
function take(form) {
  form.scrollIntoView({ block: 'nearest' });
  control(form)?.focus();
}
document.addEventListener('click', (event) => {
  const unknown = event.target.closest('[data-unknown]');
  const note = unknown?.form.querySelector('[data-note]');
  if (note && !note.value.trim()) {
    event.preventDefault();
    unknown.form.dataset.wants = 'unknown';
    reveal(note);
    note.focus();
    note.setAttribute('aria-invalid', 'true');
  }
}, true);
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-next-fact]')) {
    const open = openFacts();
    const at = open.indexOf(document.activeElement?.closest('.fact--ask')) + 1;
    if (open.length) take(open[at % open.length]);
  }
  const link = event.target.closest('[data-goto]');
  if (link && (show(link.hash.slice(1)) || fetched(link.hash.slice(1)))) event.preventDefault();
});
function show(id) {
  const place = document.getElementById(id);
  reveal(place);
  place?.querySelector('button:not([hidden]), select, input:not([type=hidden]), summary, a')?.focus();
  return place;
}
// What is answered comes when its group is opened
let wanted = '';
const known = (which) => document.querySelector(`#facts details[data-group=known]${which}`);
function fetched(id) {
  const group = known('[hx-get]:not([open])');
  if (group) {
    wanted = id;
    group.open = true;
  }
  return group;
}
document.addEventListener('htmx:load', (event) => {
  const come = event.target;
  if (come.matches?.('details.fact__change')) take(come.querySelector('form'));
  if (come.matches?.('[data-group=known] > .facts') && wanted) show(wanted);
  if (come.matches?.('[data-group=known] > .facts')) wanted = '';
});
document.addEventListener('htmx:configRequest', (event) => {
  if (event.detail.verb === 'post' && event.target.closest('#facts') && known('[open]')) event.detail.parameters.known = '1';
});
document.addEventListener('keydown', (event) => {
  const form = event.target.closest?.('.fact--ask');
  if (!form || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.matches('select, input:not([type=checkbox])');
  const press = (button) => {
    event.preventDefault();
    button?.click();
  };
  if (event.key === 'Enter' && event.target.matches('[data-note]')) {
    press(form.querySelector(form.dataset.wants === 'unknown' ? '[data-unknown]' : '[data-record]'));
  } else if (event.key === 'Enter' && event.target.matches('select[name=value], [data-value], [data-answer][type=checkbox]')) {
    press(form.querySelector('[data-record]'));
  } else if (/^[0-9]$/.test(event.key) && !typing && document.body.dataset.singleKeys === 'on') {
    const button = event.key === '0' ? form.querySelector('[data-unknown]') : form.querySelectorAll('[data-answer]')[Number(event.key) - 1];
    if (button) press(button);
  }
});
// After an answer the pane is a new one: groups stay open, and the next question of the same place takes the focus, unless somebody went elsewhere.
let place = null;
const groups = () => [...document.querySelectorAll('#facts details[data-group][open]')].map((group) => group.dataset.group);
document.addEventListener('htmx:beforeSwap', (event) => {
  if (event.detail.target?.id !== 'facts') return;
  const form = event.detail.requestConfig?.elt?.closest('.fact--ask');
  place = { open: groups(), group: form?.closest('details[data-group]')?.dataset.group, change: Boolean(form?.closest('.fact__change')) };
});
document.addEventListener('htmx:afterSwap', (event) => {
  if (event.detail.target?.id !== 'facts' || !place) return;
  for (const code of place.open) document.querySelector(`#facts details[data-group="${CSS.escape(code)}"]`)?.setAttribute('open', '');
  // refused, perhaps because somebody answered meanwhile: the question may stand among the answered ones by now
  const refused = document.querySelector('#facts form.is-error');
  if (refused) {
    reveal(refused);
    take(refused);
  }
});
document.addEventListener('kesu:answered', (event) => {
  if (document.activeElement && document.activeElement !== document.body) return;
  const same = place?.group && openFacts().find((form) => form.closest('details[data-group]')?.dataset.group === place.group);
  const answered = place?.change && document.querySelector(`#fact-${CSS.escape(event.detail.value ?? '')} .fact__change > a`);
  const next = same || openFacts()[0];
  if (answered) answered.focus();
  else if (next) take(next);
  else document.getElementById('facts').focus();
});

// --- what is on its way can be taken back while the seconds run; a screen reader hears every tenth
function tick(form) {
  const left = Math.ceil((new Date(form.dataset.until).getTime() - Date.now()) / 1000);
  const word = form.closest('[data-leaving]')?.querySelector('[data-word]');
  if (left <= 0 && word) word.textContent = form.closest('[data-leaving]').dataset.gone;
  if (left <= 0) form.remove();
  if (left <= 0 || !form.isConnected) return;
  form.querySelector('[data-seconds]').textContent = left;
  const spoken = form.querySelector('[data-spoken]');
  const words = spoken?.dataset.spoken.replace('N', left);
  if (spoken && (left % 10 === 0 || !spoken.textContent) && spoken.textContent !== words) spoken.textContent = words;
  setTimeout(() => tick(form), 500);
}
const countDown = (root) => root.querySelectorAll('form[data-until]').forEach(tick);
countDown(document);
document.getElementById('tl')?.parentElement.addEventListener('htmx:load', (event) => countDown(event.target));
