// <form data-draft="KEY">: what is typed is saved on the server two seconds after the last key (while somebody types without a pause,
// every five seconds) and when a field is left. The element [data-draft-status] in the form, or [data-draft-status="KEY"] anywhere, says
// when. Without a network the text stays in memory and in sessionStorage (never localStorage: it may hold personal data; signing out
// clears it). {% saved_draft KEY %} in the form holds a draft to restore; a button [data-draft-drop="KEY"] gives it up and takes it back.
//   data-draft-fresh  the form shows what was just sent and refused: nothing older is put over it
//   [data-draft-shown] in the form: the same, said by the server; [data-draft-later]: the draft is asked for when a field is entered
//   A session that ended meanwhile: what was just sent is put back when the sign-in leads to the form again.
//   data-draft-keep   what was sent stays in sessionStorage until a page carries an element [data-draft-done="KEY"]
const texts = JSON.parse(document.getElementById('texts')?.textContent || 'null') || {};
const token = () => document.querySelector('meta[name=csrf-token]')?.content ?? '';
const URL_OF_DRAFTS = '/drafts/';
const PAUSE = 2000; // milliseconds
const LONGEST = 5000;
const RETRY = 10000;
const states = new WeakMap();
const SKIPPED = new Set([ // what the page says about itself; the server knows which files came
  'csrfmiddlewaretoken', 'password', 'version', 'next', 'upload', 'draft', 'standing', 'who', 'away', 'entry',
]);
// Saved, so that the server knows which form a late draft belongs to; never restored. `read`: what stood on the page that is signed.
const OF_THIS_PAGE = new Set(['form_token', 'read']);
const NO_TEXT = ['file', 'password', 'submit', 'button'];

const kept = (field) => field.name && !SKIPPED.has(field.name) && !NO_TEXT.includes(field.type) && field.autocomplete !== 'one-time-code';
const chosen = (field) => ['checkbox', 'radio'].includes(field.type);

function read(form) {
  const data = {};
  for (const field of form.elements) {
    if (!kept(field) || field.disabled || (chosen(field) && !field.checked)) continue;
    if (field.name in data) data[field.name] = [].concat(data[field.name], field.value);
    else data[field.name] = field.value;
  }
  return data;
}

// A text that came back is seen, also in a part of the page that is folded.
const unfold = (field) => { for (let part = field.closest('details'); part; part = part.parentElement.closest('details')) part.open = true; };

function fill(form, data) {
  const used = {};
  for (const field of form.elements) {
    if (!kept(field) || OF_THIS_PAGE.has(field.name)) continue;
    const values = field.name in data ? [].concat(data[field.name]) : [];
    if (chosen(field)) field.checked = values.includes(field.value);
    else {
      const place = used[field.name] ?? 0;
      used[field.name] = place + 1;
      if (place < values.length) field.value = values[place];
      if (field.type !== 'hidden' && field.value && field.value !== field.defaultValue) unfold(field);
    }
  }
  form.dispatchEvent(new CustomEvent('kesu:draft-restored', { bubbles: true }));
}

const beside = (form, name) => form.querySelector(`[data-draft-${name}]`) ??
  document.querySelector(`[data-draft-${name}="${CSS.escape(form.dataset.draft)}"]`);

function say(form, text, problem = false) {
  const place = beside(form, 'status');
  if (!place) return;
  place.textContent = text;
  place.classList.toggle('warn', problem);
}

// Business time, like every other time on the page.
const clock = (iso) => new Date(iso ?? Date.now()).toLocaleTimeString('zh-CN', {
  hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai',
});
const place = (key) => `draft:${document.body.dataset.user ?? ''}:${key}`;
const memory = (form) => place(form.dataset.draft);
const SENT = 'sent-';
const SIGN_IN = '/login/';
// The last page of this site in this window was the sign-in. An account of the enterprise leads over pages of another site, which hides
// where one came from.
const SIGNING_IN = 'signing-in';
const atSignIn = location.pathname.startsWith(SIGN_IN);
const cameFromSignIn = sessionStorage.getItem(SIGNING_IN) !== null;
if (atSignIn) sessionStorage.setItem(SIGNING_IN, '1');
else sessionStorage.removeItem(SIGNING_IN);
const signedInAgain = () => cameFromSignIn || (document.referrer !== '' && new URL(document.referrer).pathname.startsWith(SIGN_IN));

const send = (method, body, signal) => fetch(URL_OF_DRAFTS, {
  method, signal, body: JSON.stringify(body),
  headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token() },
});

// Saved answers the time; refused (a 4xx that another try will not mend) throws with the server's sentence in `refused`.
async function post(form, text, signal) {
  const answer = await send('POST', { key: form.dataset.draft, data: JSON.parse(text), about: about(form) }, signal);
  if (answer.status === 401) document.dispatchEvent(new CustomEvent('kesu:signed-out'));
  if (answer.ok) return (await answer.json()).saved_at;
  const error = new Error(String(answer.status));
  if ([400, 413, 422].includes(answer.status)) error.refused = (await answer.json().catch(() => ({}))).detail ?? texts.failed;
  throw error;
}

// Where it is typed, and what of it is the writer's own: fields that began empty, or the lines added to those that did not. So it is
// still theirs to read when the rest of the page is not any more.
function about(form) {
  const own = {};
  for (const field of form.elements) {
    if (!kept(field) || !field.matches('textarea, input:not([type]), input[type=text]') || field.value === field.defaultValue) continue;
    const before = field.defaultValue.split('\n');
    const added = field.defaultValue ? field.value.split('\n').filter((line) => !before.includes(line)).join('\n') : true;
    if (added && field.value) own[field.name] = added;
  }
  const heading = form.closest('dialog, .card, section')?.querySelector('h1, h2') ?? document.querySelector('h1');
  const title = form.getAttribute('aria-label') ?? heading?.textContent ?? '';
  return { page: location.pathname + location.search, title: title.trim().slice(0, 200), own };
}

// One request of a form after the other: a text that is still on its way must not come after it was given up, nor before it was taken back.
function inTurn(form, act) {
  const state = states.get(form);
  const mine = (state.busy ?? Promise.resolve()).then(act).finally(() => {
    if (state.busy !== mine) return;
    state.busy = null;
    if (!state.again) return;
    state.again = false;
    save(form);
  });
  state.busy = mine;
  return mine;
}

function save(form) {
  const state = states.get(form);
  clearTimeout(state.timer);
  state.since = 0;
  const text = JSON.stringify(read(form));
  if (state.sent || text === state.saved || text === state.refused || !form.isConnected) return;
  if (state.busy) state.again = true;
  else inTurn(form, () => keep(form, state, text));
}

async function keep(form, state, text) {
  const { given } = state;
  const over = () => state.sent || given !== state.given; // sent or given up meanwhile: the answer is nobody's any more
  state.saving = new AbortController();
  try {
    const at = await post(form, text, state.saving.signal);
    if (over()) return;
    state.saved = text;
    state.refused = '';
    sessionStorage.removeItem(memory(form));
    if (!state.restored) say(form, texts.draft_saved.replace('{time}', clock(at))); // that a draft came back stands until somebody types
    if (JSON.stringify(read(form)) === text) form.dispatchEvent(new CustomEvent('kesu:draft-saved', { bubbles: true }));
  } catch (problem) {
    if (over()) return;
    state.restored = false; // from now on it says whether it is kept
    remember(form, text);
    const kept = problem.message === '401' ? texts.draft_signed_out : texts.draft_kept_here;
    say(form, problem.refused ?? kept.replace('{time}', clock()), true);
    clearTimeout(state.timer);
    if (problem.refused) state.refused = text;
    else state.timer = setTimeout(() => save(form), RETRY);
  } finally {
    state.saving = null;
  }
}

// A full sessionStorage must not stop the rest.
function remember(form, text, kind = '') {
  try {
    sessionStorage.setItem(kind + memory(form), text);
  } catch { /* the text is still in the form */ }
}

function restore(form, state) {
  const here = sessionStorage.getItem(memory(form)) ?? (signedInAgain() ? sessionStorage.getItem(SENT + memory(form)) : null);
  const served = form.querySelector('script[data-draft-saved]')?.textContent;
  if (form.dataset.draftFresh !== undefined || form.querySelector('[data-draft-shown]')) {
    sessionStorage.removeItem(memory(form));
    return;
  }
  if (!here && !served) {
    if (form.querySelector('[data-draft-later]')) form.addEventListener('focusin', () => askFor(form, state), { once: true });
    return;
  }
  fill(form, JSON.parse(here ?? served));
  if (!here) state.saved = JSON.stringify(read(form));
  say(form, texts.draft_restored);
  const button = beside(form, 'drop');
  if (button) button.hidden = false;
  state.restored = Boolean(here);
  if (here) save(form);
}

// On a page that is opened all day for other things the draft is fetched when somebody begins to write.
async function askFor(form, state) {
  const before = JSON.stringify(read(form));
  const answer = await fetch(`${URL_OF_DRAFTS}?key=${encodeURIComponent(form.dataset.draft)}`, { headers: { Accept: 'application/json' } }).catch(() => null);
  if (answer?.status !== 200 || JSON.stringify(read(form)) !== before || state.since) return; // typed meanwhile: that is newer
  const { data } = await answer.json();
  for (const field of form.elements) if (field.matches('textarea, input:not([type]), input[type=text]') && kept(field) && typeof data[field.name] === 'string') field.value = data[field.name];
  state.saved = JSON.stringify(read(form));
  say(form, texts.draft_restored);
}

async function giveUp(form) {
  try {
    const answer = await send('DELETE', { key: form.dataset.draft });
    if (!answer.ok) throw new Error(String(answer.status));
    say(form, texts.draft_dropped);
  } catch {
    say(form, texts.failed, true);
  }
}

// Giving a draft up empties the form; the same button brings it back while the page stays.
function offerToDrop(form, state) {
  const button = beside(form, 'drop');
  const word = button?.querySelector('[data-word]') ?? button;
  const drop = word?.textContent;
  let given = '';
  const forget = () => {
    given = '';
    word.textContent = drop;
  };
  form.addEventListener('kesu:draft-saved', () => { if (button && !given) button.hidden = false; });
  form.addEventListener('input', () => {
    if (!given) return;
    forget(); // the place is taken by new text
    button.hidden = true;
  });
  button?.addEventListener('click', async () => {
    if (given) {
      fill(form, JSON.parse(given));
      forget();
      say(form, texts.draft_restored);
      save(form);
      return;
    }
    given = JSON.stringify(read(form));
    state.given += 1;
    clearTimeout(state.timer);
    form.reset();
    sessionStorage.removeItem(memory(form));
    state.saved = JSON.stringify(read(form));
    form.dispatchEvent(new CustomEvent('kesu:draft-restored', { bubbles: true }));
    form.dispatchEvent(new CustomEvent('kesu:draft-saved', { bubbles: true })); // nothing is left that could be lost
    word.textContent = texts.draft_take_back;
    await inTurn(form, () => giveUp(form));
  });
}

function watch(form) {
  if (states.has(form)) return;
  const state = { timer: 0, since: 0, saved: '', refused: '', busy: null, saving: null, again: false, sent: false, given: 0, restored: false };
  states.set(form, state);
  state.saved = JSON.stringify(read(form));
  restore(form, state);
  offerToDrop(form, state);
  const later = () => {
    clearTimeout(state.timer);
    state.sent = false;
    state.restored = false;
    state.since ||= Date.now();
    state.timer = setTimeout(() => save(form), Math.max(0, Math.min(PAUSE, state.since + LONGEST - Date.now())));
  };
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('focusout', () => { if (JSON.stringify(read(form)) !== state.saved) save(form); });
  form.addEventListener('submit', () => {
    // the text is on its way: a late autosave must not bring the draft back
    clearTimeout(state.timer);
    state.sent = true;
    state.saving?.abort();
    if (form.dataset.draftKeep !== undefined) remember(form, JSON.stringify(read(form)));
    else {
      sessionStorage.removeItem(memory(form));
      remember(form, JSON.stringify(read(form)), SENT);
    }
  });
  form.addEventListener('htmx:afterRequest', (event) => {
    if (event.detail.elt !== form) return;
    const { status } = event.detail.xhr; // htmx calls an answer that leads elsewhere neither successful nor failed
    if (status >= 200 && status < 300) state.saved = JSON.stringify(read(form));
    else {
      state.sent = false;
      save(form);
    }
  });
}

document.querySelectorAll('[data-draft-done]').forEach((done) => sessionStorage.removeItem(place(done.dataset.draftDone)));
// A part of the page is drawn anew: what was typed there and is not saved yet comes back in its place.
document.addEventListener('htmx:beforeSwap', (event) => {
  for (const form of event.detail.target.querySelectorAll?.('form[data-draft]') ?? []) {
    const state = states.get(form);
    const text = JSON.stringify(read(form));
    if (state && !state.sent && text !== state.saved && text !== state.refused) remember(form, text);
  }
});
// A row that the server added or took away inside the form is typing, too.
document.addEventListener('htmx:afterSettle', (event) => {
  const form = event.detail.elt.closest?.('form[data-draft]');
  if (form && states.has(form)) form.dispatchEvent(new Event('change', { bubbles: true }));
});

const scan = (root) => root.querySelectorAll?.('form[data-draft]').forEach(watch);
scan(document);
// Any other page than the sign-in answers what was sent: it arrived, or the page shows it again.
if (!atSignIn) {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(SENT)) sessionStorage.removeItem(key);
}
document.addEventListener('htmx:load', (event) => {
  if (event.detail.elt.matches?.('form[data-draft]')) watch(event.detail.elt);
  scan(event.detail.elt);
});
const retry = () => document.querySelectorAll('form[data-draft]').forEach((form) => { if (states.has(form)) save(form); });
window.addEventListener('online', retry);
document.addEventListener('kesu:signed-in', retry);
// A page that goes away may take the request with it: the text stays here until the server has it.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'hidden') return;
  for (const form of document.querySelectorAll('form[data-draft]')) {
    const state = states.get(form);
    const text = JSON.stringify(read(form));
    if (state && !state.sent && text !== state.saved && text !== state.refused) remember(form, text);
  }
  retry();
});
