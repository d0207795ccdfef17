// <form data-draft="KEY">: what is typed is saved on the server two seconds after the last key and when a field is left. The element
// [data-draft-status] in the form says when. Without a network the text stays in memory and in sessionStorage (never localStorage: it may
// hold personal data; signing out clears it). A <script type="application/json" data-draft-saved> in the form holds a draft to restore.
const texts = JSON.parse(document.getElementById('texts')?.textContent || 'null') || {};
const token = () => document.querySelector('meta[name=csrf-token]')?.content ?? '';
const URL_OF_DRAFTS = '/drafts/';
const states = new WeakMap();
const SKIPPED = new Set(['csrfmiddlewaretoken', 'password', 'version', 'next']);

function read(form) {
  const data = {};
  for (const field of form.elements) {
    if (!field.name || SKIPPED.has(field.name) || field.disabled || ['file', 'password', 'submit', 'button'].includes(field.type)) continue;
    if (['checkbox', 'radio'].includes(field.type) && !field.checked) continue;
    if (field.name in data) data[field.name] = [].concat(data[field.name], field.value);
    else data[field.name] = field.value;
  }
  return data;
}

function fill(form, data) {
  for (const field of form.elements) {
    if (!field.name || SKIPPED.has(field.name) || ['file', 'password', 'submit', 'button'].includes(field.type)) continue;
    if (['checkbox', 'radio'].includes(field.type)) field.checked = [].concat(data[field.name] ?? []).includes(field.value);
    else if (typeof data[field.name] === 'string') field.value = data[field.name];
  }
  form.dispatchEvent(new CustomEvent('kesu:draft-restored', { bubbles: true }));
}

function say(form, text, problem = false) {
  const place = form.querySelector('[data-draft-status]') ?? document.querySelector(`[data-draft-status="${CSS.escape(form.dataset.draft)}"]`);
  if (!place) return;
  place.textContent = text;
  place.classList.toggle('warn', problem);
}

// Business time, like every other time on the page.
const clock = (iso) => new Date(iso ?? Date.now()).toLocaleTimeString('zh-CN', {
  hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai',
});
const memory = (form) => `draft:${form.dataset.draft}`;

async function save(form) {
  const state = states.get(form);
  clearTimeout(state.timer);
  const text = JSON.stringify(read(form));
  if (state.sent || text === state.saved || !form.isConnected) return;
  if (state.saving) {
    state.again = true;
    return;
  }
  state.saving = true;
  try {
    const answer = await fetch(URL_OF_DRAFTS, {
      method: 'POST', headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': token() },
      body: JSON.stringify({ key: form.dataset.draft, data: JSON.parse(text) }),
    });
    if (answer.status === 401) document.dispatchEvent(new CustomEvent('kesu:signed-out'));
    if (!answer.ok) throw new Error(String(answer.status));
    const result = await answer.json();
    if (state.sent) return;
    state.saved = text;
    sessionStorage.removeItem(memory(form));
    say(form, texts.draft_saved.replace('{time}', clock(result.saved_at)));
    if (JSON.stringify(read(form)) === text) form.dispatchEvent(new CustomEvent('kesu:draft-saved', { bubbles: true }));
  } catch {
    sessionStorage.setItem(memory(form), text);
    say(form, texts.draft_kept_here.replace('{time}', clock()), true);
    clearTimeout(state.timer);
    state.timer = setTimeout(() => save(form), 10000);
  } finally {
    state.saving = false;
    if (state.again) {
      state.again = false;
      save(form);
    }
  }
}

function watch(form) {
  if (states.has(form)) return;
  const state = { timer: 0, saved: '', saving: false, again: false, sent: false };
  states.set(form, state);
  const kept = sessionStorage.getItem(memory(form));
  const served = form.querySelector('script[data-draft-saved]')?.textContent;
  const data = kept ?? served;
  state.saved = JSON.stringify(read(form));
  if (data) {
    fill(form, JSON.parse(data));
    if (!kept) state.saved = JSON.stringify(read(form));
    say(form, texts.draft_restored);
    if (kept) save(form);
  }
  const later = () => {
    clearTimeout(state.timer);
    state.sent = false;
    state.timer = setTimeout(() => save(form), 2000);
  };
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('focusout', () => { if (JSON.stringify(read(form)) !== state.saved) save(form); });
  form.addEventListener('submit', () => {
    // the text is on its way: a late autosave must not bring the draft back
    clearTimeout(state.timer);
    state.sent = true;
    sessionStorage.removeItem(memory(form));
  });
  form.addEventListener('htmx:afterRequest', (event) => {
    if (event.detail.elt !== form) return;
    if (event.detail.successful) state.saved = JSON.stringify(read(form));
    else {
      state.sent = false;
      save(form);
    }
  });
}

const scan = (root) => root.querySelectorAll?.('form[data-draft]').forEach(watch);
scan(document);
document.addEventListener('htmx:load', (event) => {
  if (event.detail.elt.matches?.('form[data-draft]')) watch(event.detail.elt);
  scan(event.detail.elt);
});
const retry = () => document.querySelectorAll('form[data-draft]').forEach((form) => { if (states.has(form)) save(form); });
window.addEventListener('online', retry);
document.addEventListener('kesu:signed-in', retry);
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') retry(); });
