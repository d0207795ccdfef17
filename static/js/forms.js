// Forms: ask before an act, never send twice, and warn before leaving with text that was not sent.
const dirty = new Set();
let leaving = false;

function pending(form, on) {
  form.dataset.pending = on ? 'yes' : '';
  for (const button of form.elements) { // also those outside with form="ID"
    if (button.type !== 'submit') continue;
    if (on) button.setAttribute('aria-busy', 'true');
    else button.removeAttribute('aria-busy');
  }
}

// One dialog asks for every form or button with data-confirm="question", and for htmx's hx-confirm.
function ask(question, yes) {
  const dialog = document.getElementById('confirm');
  if (!dialog) return;
  dialog.querySelector('[data-confirm-text]').textContent = question;
  const button = dialog.querySelector('[data-confirm-yes]');
  const accept = () => { dialog.close(); yes(); };
  button.addEventListener('click', accept, { once: true });
  dialog.addEventListener('close', () => button.removeEventListener('click', accept), { once: true });
  dialog.showModal();
}

// Without a network the browser would put its own error in the place of the page and of what was typed. It says "no network" also on a
// computer that has the server itself: so the server is asked. What htmx sends stays on the page anyhow.
const BY_HTMX = '[hx-post], [hx-put], [hx-patch], [hx-delete]';
const byHtmx = (form) => form.matches(BY_HTMX) && !form.matches('[hx-trigger]'); // what it sends at another event, its button does not
const PATIENCE = 10000; // milliseconds
const isReached = () => fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(PATIENCE) }).then(() => true, () => false);

async function sendIfReached(form, submitter) {
  const here = form.dataset;
  pending(form, true);
  const reached = await isReached();
  pending(form, false);
  if (!reached) {
    const texts = JSON.parse(document.getElementById('texts')?.textContent || 'null') || {};
    document.dispatchEvent(new CustomEvent('kesu:toast', { detail: texts.offline }));
    return;
  }
  const gone = [form, submitter].some((one) => one && !one.isConnected) || form.closest('dialog')?.open === false;
  if (gone) return; // it was closed, or the page drew another one
  here.reached = here.confirmed = 'yes';
  try {
    form.requestSubmit(submitter);
  } finally {
    here.reached = here.confirmed = '';
  }
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method === 'dialog' || form.hasAttribute('data-plain')) return;
  if (event.submitter?.formTarget === '_blank') return; // a look in another tab: nothing is sent
  if (form.dataset.pending === 'yes') {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && form.dataset.confirmed !== 'yes') {
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(question, () => {
      form.dataset.confirmed = 'yes';
      form.requestSubmit(submitter);
      form.dataset.confirmed = '';
    });
    return;
  }
  if (!navigator.onLine && form.dataset.reached !== 'yes' && !byHtmx(form) && document.getElementById('toast')) {
    event.preventDefault();
    event.stopImmediatePropagation();
    sendIfReached(form, event.submitter);
    return;
  }
  if (form.matches('[data-logout]')) sessionStorage.clear();
  dirty.delete(form);
  leaving = true;
  form.dataset.pending = 'yes'; // at once: the second click of a double click comes before the timer
  setTimeout(() => {
    if (event.defaultPrevented) leaving = false;
    pending(form, !event.defaultPrevented || form.matches(BY_HTMX));
  });
}, true);

// After "back" the page comes from the browser's memory with its old state.
window.addEventListener('pageshow', () => {
  leaving = false;
  document.querySelectorAll('form[data-pending=yes]').forEach((form) => pending(form, false));
});

document.addEventListener('htmx:confirm', (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question, () => event.detail.issueRequest(true));
});
document.addEventListener('htmx:afterRequest', (event) => {
  const form = event.detail.elt.closest?.('form');
  if (!form) return;
  pending(form, false);
  const { status } = event.detail.xhr; // htmx calls an answer that leads elsewhere neither successful nor failed
  if (status < 200 || status >= 300) dirty.add(form);
});

// data-guard and data-draft forms hold text worth a question before it is lost.
const guarded = (target) => target.closest?.('form[data-guard], form[data-draft]');
document.addEventListener('input', (event) => {
  const form = guarded(event.target);
  if (form) dirty.add(form);
});
document.addEventListener('kesu:draft-saved', (event) => dirty.delete(event.target));
window.addEventListener('beforeunload', (event) => {
  const unsent = [...dirty].some((form) => form.isConnected);
  if (unsent && !leaving) event.preventDefault();
});

// The first field with an error takes the focus after a refused form.
document.querySelector('[data-error-summary], .is-error input, .is-error textarea, .is-error select')?.focus();
