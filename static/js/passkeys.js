// Passkeys: a form with data-passkey="get" or "create" asks the browser for one before it is sent; a button with
// data-passkey-confirm shows one in place of the password. The conversions are those of the library in data-lib.
const texts = JSON.parse(document.getElementById('texts')?.textContent || 'null') || {};
const token = () => document.querySelector('meta[name=csrf-token]')?.content ?? '';

class Told extends Error {}

// Browsers take no passkey for an address in numbers, nor without encryption (localhost is excepted).
function usable() {
  const numbers = /^[\d.]+$|:/.test(location.hostname);
  return window.isSecureContext && window.PublicKeyCredential && !numbers;
}

function say(place, text) {
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
}

async function post(address, body) {
  const answer = await fetch(address, { method: 'POST', body, headers: { Accept: 'application/json', 'X-CSRFToken': token() } });
  if (answer.status === 204) return null;
  const result = await answer.json();
  if (!answer.ok) throw new Told(result.detail);
  return result;
}

async function credential(how, options, lib) {
  if (!usable()) throw new Told(texts.passkey_unusable);
  if (!window.webauthnJSON) await import(lib);
  return JSON.stringify(await window.webauthnJSON[how](options));
}

function words(problem) {
  if (problem instanceof Told) return problem.message;
  if (problem.name === 'InvalidStateError') return texts.passkey_known;
  if (problem instanceof DOMException) return texts.passkey_cancelled;
  return texts.offline;
}

document.addEventListener('submit', async (event) => {
  const form = event.target;
  const how = form.dataset.passkey;
  if (!how || form.elements.credential.value) return;
  event.preventDefault();
  if (form.dataset.asking === 'yes') return;
  form.dataset.asking = 'yes';
  const error = form.querySelector('[data-passkey-error]');
  error.hidden = true;
  try {
    const kept = document.getElementById(form.dataset.options ?? '');
    const options = kept ? JSON.parse(kept.textContent) : await post(form.action, new FormData(form));
    form.elements.credential.value = await credential(how, options, form.dataset.lib);
    form.submit();
  } catch (problem) {
    say(error, words(problem));
  }
  form.dataset.asking = '';
});

function confirmed(box) {
  const done = document.createElement('p');
  done.className = 't13 ok';
  done.setAttribute('role', 'status');
  done.textContent = box.dataset.done;
  box.replaceChildren(done);
}

// Confirmed at the provider in a window of its own: the one that asked goes on, with all that was typed.
const windows = new BroadcastChannel('kesu-confirmed');
windows.onmessage = () => document.querySelectorAll('[data-identity]').forEach(confirmed);
if (document.querySelector('[data-confirmed-here]')) windows.postMessage('');

document.addEventListener('click', async (event) => {
  const button = event.target.closest?.('[data-passkey-confirm]');
  if (!button || button.disabled) return;
  const box = button.closest('[data-identity]');
  const error = box.querySelector('[data-passkey-error]');
  error.hidden = true;
  button.disabled = true;
  try {
    const address = button.dataset.passkeyConfirm;
    const options = await post(address, new FormData());
    const body = new FormData();
    body.set('credential', await credential('get', options, button.dataset.lib));
    await post(address, body);
    confirmed(box);
  } catch (problem) {
    say(error, words(problem));
    button.disabled = false;
  }
});

// Back from the next page: what was answered then is used up.
window.addEventListener('pageshow', () => {
  document.querySelectorAll('form[data-passkey]').forEach((form) => { form.elements.credential.value = ''; });
});
