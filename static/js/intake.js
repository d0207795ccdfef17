// Intake: the hands stay on the keyboard. Enter goes to the next field, Alt Enter ticks the first question off, Alt Y takes the first
// suggested fact and Alt N leaves it, the side pane follows the typing after a pause and never while an input method composes; it takes
// no focus and writes nothing into the form by itself.
const form = document.getElementById('intake');
const pane = document.getElementById('hints');
const PAUSE = 600; // milliseconds
const LOOKED_AT = ['consumer_phone', 'consumer_id_number', 'order_number', 'consumer_address', 'region', 'title', 'narrative', 'price_paid',
  'transaction_date', 'received_at', 'category', 'asked', 'told'];
// A reload draws the same registration again, also when another one was begun meanwhile.
const here = new URL(location.href);
if (here.pathname === new URL(form.action).pathname && form.dataset.draft.includes(':')) {
  here.searchParams.set('form', form.dataset.draft);
  history.replaceState(history.state, '', here);
}
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

// What stands in folded fields is shown; a choice as the form begins with it is nothing yet.
const says = (input) => (input.matches('[type=radio], [type=checkbox]') ? input.checked !== input.defaultChecked : input.value !== '');
function unfold() {
  for (const fold of form.querySelectorAll('details.fold')) {
    if ([...fold.querySelectorAll('input, select')].some(says)) fold.open = true;
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

// Earlier cases that are ticked stand in a field of the form too, so that a draft brings them back.
const ticks = () => [...pane.querySelectorAll('input[name=link]')];
function keepTicks() {
  const now = ticks().filter((box) => box.checked).map((box) => box.value).join(',');
  if (form.elements.linked.value === now) return;
  form.elements.linked.value = now;
  form.elements.linked.dispatchEvent(new Event('change', { bubbles: true }));
}
pane.addEventListener('change', (event) => { if (event.target.matches('input[name=link]')) keepTicks(); });

// What was decided about suggested facts travels with the form: {"yes": {fact: value}, "no": {fact: [value]}} (told_facts.py).
const FILLS = { tx_price_paid: 'price_paid', tx_contract_date: 'transaction_date', tx_payment_date: 'transaction_date' };
const list = (value) => [value ?? []].flat();
function decisions() {
  try {
    const { yes = {}, no = {} } = JSON.parse(value('told') || '{}');
    return { yes, no };
  } catch { return { yes: {}, no: {} }; }
}
const deed = {
  take(sent, { yes }) {
    const { fact, value: answer } = JSON.parse(sent);
    yes[fact] = answer;
    const field = form.elements[FILLS[fact]];
    if (field && !field.value) field.value = answer;
  },
  leave(sent, { yes, no }) {
    const { fact, value: answer } = JSON.parse(sent);
    no[fact] = [...list(no[fact]), ...list(answer).filter((one) => !list(yes[fact]).includes(one))];
  },
  retract(fact, { yes }) { delete yes[fact]; },
  restore(_sent, decided) { decided.no = {}; },
};
function decide(button) {
  const decided = decisions();
  deed[button.name](button.value, decided);
  form.elements.told.value = JSON.stringify(decided);
  if (button.dataset.say) document.dispatchEvent(new CustomEvent('kesu:announce', { detail: button.dataset.say }));
  const had = button.contains(document.activeElement);
  button.closest('[data-offer]')?.remove(); // two quick presses decide about two
  if (had) (pane.querySelector(`[data-offer] button[name=${button.name}]`) ?? pane).focus({ preventScroll: true });
  form.elements.told.dispatchEvent(new Event('change', { bubbles: true }));
  look();
}
pane.addEventListener('click', (event) => {
  const button = event.target.closest('button[name]');
  if (!button || !(button.name in deed)) return;
  event.preventDefault();
  decide(button);
});
document.addEventListener('keydown', (event) => {
  const name = { KeyY: 'take', KeyN: 'leave' }[event.code];
  if (!name || !event.altKey || event.ctrlKey || event.metaKey || event.isComposing || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  const row = pane.querySelector('[data-offer]');
  if (!row) return;
  if (inSight(row)) decide(row.querySelector(`button[name=${name}]`));
  else row.scrollIntoView({ block: 'center' }); // nobody decides about what they have not seen: the next press does
});
function inSight(row) {
  const [{ top, bottom }, frame] = [row.getBoundingClientRect(), pane.getBoundingClientRect()];
  return top >= Math.max(frame.top, 0) && bottom <= Math.min(frame.bottom, window.innerHeight);
}

// F2 marks the moment of the call in what is written about it, where the cursor stands, else at its end; F4 does what Alt Enter does.
function mark() {
  const story = form.elements.narrative;
  const words = `〔${shown.textContent}〕`;
  if (document.activeElement !== story) {
    const before = story.value && !story.value.endsWith('\n') ? '\n' : '';
    story.setRangeText(before + words, story.value.length, story.value.length, 'end');
    story.dispatchEvent(new Event('input', { bubbles: true }));
  } else if (!document.execCommand('insertText', false, words)) { // as if typed: it can be undone
    story.setRangeText(words, story.selectionStart, story.selectionEnd, 'end');
    story.dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.dispatchEvent(new CustomEvent('kesu:announce', { detail: `${shown.dataset.marked} ${shown.textContent}` }));
}
document.addEventListener('keydown', (event) => {
  const plain = !event.isComposing && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  if (!plain || !['F2', 'F4'].includes(event.key) || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  if (event.key === 'F2') mark();
  else pane.querySelector('[data-asked]')?.click();
});

// The next field of the form that takes text or a choice; a group of choices counts once.
function next(from) {
  const fields = [...form.elements].filter((e) => e.matches('input:not([type=hidden]), textarea, select') && !pane.contains(e) && e.getClientRects().length);
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

// What was ticked or decided while the answer was on its way is not in it yet, and stands all the same.
function stand() {
  const linked = value('linked').split(',');
  ticks().forEach((box) => { box.checked = linked.includes(box.value); });
  const { yes, no } = decisions();
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  for (const button of pane.querySelectorAll('[data-offer] button[name=take]')) {
    const { fact, value: answer } = JSON.parse(button.value);
    const left = list(no[fact]);
    if (same(yes[fact], answer) || (left.length && list(answer).every((one) => left.includes(one)))) button.closest('[data-offer]').remove();
  }
}

// A new earlier case is said once. The focus stays in the pane when the pressed button went with the old content.
const count = () => Number(pane.querySelector('[data-count]')?.dataset.count ?? 0);
let known = count();
let inPane = false;
let open = [];
pane.addEventListener('htmx:beforeSwap', () => {
  inPane = pane.contains(document.activeElement) && document.activeElement !== pane;
  open = [...pane.querySelectorAll('details[open]')].map((fold) => fold.dataset.keepOpen);
});
pane.addEventListener('htmx:afterSwap', () => {
  for (const fold of pane.querySelectorAll('details[data-keep-open]')) fold.open = open.includes(fold.dataset.keepOpen);
  stand();
  if (inPane && document.activeElement === document.body) (pane.querySelector('[data-asked]') ?? pane).focus({ preventScroll: true });
  if (count() > known) document.dispatchEvent(new CustomEvent('kesu:announce', { detail: pane.querySelector('[data-count]').dataset.say }));
  known = count();
  keepTicks();
});

const shown = document.querySelector('[data-timer]');
const start = Date.now();
setInterval(() => {
  const seconds = Math.floor((Date.now() - start) / 1000);
  shown.textContent = [Math.floor(seconds / 60), seconds % 60].map((n) => String(n).padStart(2, '0')).join(':');
}, 1000);

unfold();
if (ticks().length) keepTicks();
asked = state();
if (LOOKED_AT.some((name) => value(name))) { asked = ''; soon(); }
