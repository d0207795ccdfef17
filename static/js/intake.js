// Intake: the hands stay on the keyboard. Enter goes to the next field, Alt Enter ticks the first question off, the side pane follows the
// typing after a pause and never while an input method composes; it takes no focus and writes nothing into the form.
const form = document.getElementById('intake');
const pane = document.getElementById('hints');
const PAUSE = 600; // milliseconds
const LOOKED_AT = ['consumer_phone', 'consumer_id_number', 'order_number', 'title', 'narrative', 'price_paid', 'transaction_date', 'received_at',
  'category', 'asked'];
let timer = 0;
let composing = false;
let asked = '';

const value = (name) => form.elements[name]?.value ?? '';
const state = () => JSON.stringify(LOOKED_AT.map(value));

function look() {
  clearTimeout(timer);
  const now = state();
  if (composing || now === asked || !navigator.onLine) return;
  asked = now;
  form.dispatchEvent(new CustomEvent('kesu:hints'));
}
function soon() {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
}
form.addEventListener('compositionstart', () => { composing = true; });
form.addEventListener('compositionend', () => { composing = false; soon(); });
form.addEventListener('input', soon);
form.addEventListener('change', soon);
form.addEventListener('submit', () => clearTimeout(timer));
window.addEventListener('online', soon);
document.addEventListener('kesu:signed-in', () => { asked = ''; soon(); });

// What stands in folded fields is shown.
function unfold() {
  for (const fold of form.querySelectorAll('details.fold')) {
    if ([...fold.querySelectorAll('input')].some((input) => input.value)) fold.open = true;
  }
}
form.addEventListener('kesu:draft-restored', () => { unfold(); look(); });

document.addEventListener('click', (event) => {
  const put = event.target.closest('[data-put]');
  if (put) {
    const field = form.elements[put.dataset.put];
    field.value = field.value === put.dataset.value ? '' : put.dataset.value;
    field.dispatchEvent(new Event('change', { bubbles: true }));
    look();
  }
  const done = event.target.closest('[data-asked]');
  if (done) {
    const list = form.elements.asked;
    list.value = [list.value, done.dataset.asked].filter(Boolean).join(',');
    list.dispatchEvent(new Event('change', { bubbles: true }));
    look();
  }
});

// The next field of the form that takes text or a choice; a group of choices counts once.
function next(from) {
  const fields = [...form.elements].filter((e) => e.matches('input:not([type=hidden]), textarea, select') && e.getClientRects().length);
  const rest = fields.slice(fields.indexOf(from) + 1);
  return rest.find((e) => !(e.name === from.name && ['radio', 'checkbox'].includes(e.type)) && (e.type !== 'radio' || e.checked));
}
form.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!event.target.matches('input')) return;
  event.preventDefault();
  (event.shiftKey ? null : next(event.target))?.focus();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229 || document.querySelector('dialog[open]')) return;
  if (event.altKey) {
    event.preventDefault();
    pane.querySelector('[data-asked]')?.click();
  } else if ((event.ctrlKey || event.metaKey) && !event.target.form && !event.target.closest('form')) {
    event.preventDefault();
    form.requestSubmit([...form.elements].find((e) => e.matches('[data-ctrl-enter]')));
  }
});

// A new earlier case is said once. The focus stays in the pane when the pressed button went with the old content.
const count = () => Number(pane.querySelector('[data-count]')?.dataset.count ?? 0);
let known = count();
let inPane = false;
pane.addEventListener('htmx:beforeSwap', () => { inPane = pane.contains(document.activeElement) && document.activeElement !== pane; });
pane.addEventListener('htmx:afterSwap', () => {
  if (inPane && document.activeElement === document.body) (pane.querySelector('[data-asked]') ?? pane).focus({ preventScroll: true });
  if (count() > known) document.dispatchEvent(new CustomEvent('kesu:announce', { detail: pane.querySelector('[data-count]').dataset.say }));
  known = count();
});

const shown = document.querySelector('[data-timer]');
const start = Date.now();
setInterval(() => {
  const seconds = Math.floor((Date.now() - start) / 1000);
  shown.textContent = [Math.floor(seconds / 60), seconds % 60].map((n) => String(n).padStart(2, '0')).join(':');
}, 1000);

unfold();
asked = state();
if (LOOKED_AT.some((name) => value(name))) { asked = ''; soon(); }
