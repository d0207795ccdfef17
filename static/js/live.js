// What the page says while it stays: announcements, errors of panes, signing in again. Carries the CSRF token into htmx requests.
const texts = JSON.parse(document.getElementById('texts')?.textContent || 'null') || {};
const token = () => document.querySelector('meta[name=csrf-token]')?.content ?? '';
let waiting = null;

// document.dispatchEvent(new CustomEvent('kesu:announce', {detail: 'text'})); from the server: HX-Trigger: {"announce": "text"}.
function announce(text) {
  const live = document.getElementById('live');
  if (!live) return;
  live.textContent = '';
  requestAnimationFrame(() => { live.textContent = text; });
}
document.addEventListener('kesu:announce', (event) => announce(event.detail));
document.addEventListener('announce', (event) => announce(event.detail.value));

// What a person asks for is told from what the page asks by itself: only the former keeps the session (accounts/sessions/acts.py).
// Suggestions follow the typing after a pause.
const PAUSE = 3000; // milliseconds
let touched = Date.now() - PAUSE;
for (const kind of ['keydown', 'pointerdown', 'input', 'change', 'submit']) {
  document.addEventListener(kind, (event) => { if (event.isTrusted) touched = Date.now(); }, true);
}
document.addEventListener('htmx:configRequest', (event) => {
  event.detail.headers['X-CSRFToken'] = token();
  if (Date.now() - touched < PAUSE) event.detail.headers['X-By-Hand'] = '1';
});

// A page that looks again when something is done does not take away where a person is just going; who only fetches a file stays.
const GOING = 10000; // milliseconds
let left = -GOING;
if (document.querySelector('[hx-trigger^="every"]')) window.addEventListener('beforeunload', () => { left = performance.now(); });
document.addEventListener('htmx:beforeOnLoad', (event) => {
  if (performance.now() - left < GOING && event.detail.xhr.getResponseHeader('HX-Refresh')) event.preventDefault();
});

function sayIn(target, title, text) {
  const model = document.getElementById('pane-error');
  if (!model) return;
  const banner = model.content.firstElementChild.cloneNode(true);
  banner.querySelector('b').textContent = title;
  banner.querySelector('span').textContent = text;
  const place = target?.isConnected ? target : document.querySelector('.notices');
  place?.querySelectorAll(':scope > .pane-error').forEach((old) => old.remove());
  place?.prepend(banner);
}

document.addEventListener('htmx:beforeRequest', (event) => {
  event.detail.target?.querySelectorAll?.(':scope > .pane-error').forEach((old) => old.remove());
});
document.addEventListener('htmx:sendError', (event) => sayIn(event.detail.target, texts.offline_title, texts.offline));
document.addEventListener('htmx:timeout', (event) => sayIn(event.detail.target, texts.offline_title, texts.offline));
document.addEventListener('htmx:responseError', (event) => {
  const { xhr, target, requestConfig } = event.detail;
  if (xhr.status === 401) {
    waiting = { requestConfig, target };
    document.dispatchEvent(new CustomEvent('kesu:signed-out'));
    return;
  }
  const number = xhr.getResponseHeader('X-Error-Number');
  const message = (xhr.getResponseHeader('Content-Type') ?? '').startsWith('text/plain') ? xhr.responseText : '';
  const known = { 403: texts.forbidden, 404: texts.not_found, 429: texts.too_many, 503: texts.unavailable };
  const text = message || known[xhr.status] || texts.failed;
  sayIn(target, texts.failed_title, number && !message ? `${text}${texts.number.replace('{number}', number)}` : text);
});

// The session ended: sign in here, then the request that was refused goes out again.
const dialog = document.getElementById('relogin');
document.addEventListener('kesu:signed-out', () => {
  if (dialog && !dialog.open) {
    dialog.showModal();
    dialog.querySelector('[name=password], [data-relogin-first]').focus();
  }
});
// After the password the code, where the person has one: the address of that step, "" before it.
let step = '';
function askFor(next) {
  step = next;
  dialog.querySelectorAll('[data-relogin-code]').forEach((each) => { each.hidden = !next; });
  const [password, code] = ['password', 'code'].map((name) => dialog.querySelector(`[name=${name}]`));
  password.closest('.field').hidden = Boolean(next);
  password.required = !next;
  code.required = Boolean(next);
  if (next) code.focus();
}
function take(fresh) {
  document.querySelector('meta[name=csrf-token]').content = fresh;
  document.querySelectorAll('input[name=csrfmiddlewaretoken]').forEach((input) => { input.value = fresh; });
}
function goOn() {
  dialog.close();
  document.dispatchEvent(new CustomEvent('kesu:signed-in'));
  if (waiting) {
    const { requestConfig, target } = waiting;
    waiting = null;
    // what was read from the form then holds the token of the session that ended; Django reads it before the header
    if (requestConfig.parameters.csrfmiddlewaretoken) requestConfig.parameters.csrfmiddlewaretoken = token();
    window.htmx.ajax(requestConfig.verb, requestConfig.path, { source: requestConfig.elt, target, values: requestConfig.parameters });
  }
}
// Signed in in a window of its own, which is the last page there: the one that waits fetches the new token from it.
const windows = new BroadcastChannel('kesu-signed-in');
windows.onmessage = async ({ data }) => {
  if (!dialog?.open) return;
  const error = dialog.querySelector('[data-relogin-error]');
  error.hidden = true;
  const answer = await fetch(data).catch(() => null);
  const page = new DOMParser().parseFromString(answer ? await answer.text() : '', 'text/html');
  const [fresh, who] = ['meta[name=csrf-token]', '#relogin [name=username]'].map((each) => page.querySelector(each));
  if (who?.value === dialog.querySelector('[name=username]').value) {
    take(fresh.content);
    goOn();
  } else {
    error.textContent = who ? texts.somebody_else : texts.offline;
    error.hidden = false;
  }
};
if (document.querySelector('[data-signed-in-here]')) windows.postMessage(location.pathname);
dialog?.addEventListener('close', () => askFor(''));
dialog?.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const form = event.target;
  const error = form.querySelector('[data-relogin-error]');
  error.hidden = true;
  try {
    const answer = await fetch(step || form.action, {
      method: 'POST', body: new FormData(form), headers: { Accept: 'application/json', 'X-CSRFToken': token() },
    });
    const result = await answer.json();
    if (!answer.ok) throw new Error(result.detail);
    take(result.csrf_token);
    if (result.next) {
      askFor(result.next);
      return;
    }
  } catch (problem) {
    error.textContent = problem instanceof TypeError || problem instanceof SyntaxError ? texts.offline : problem.message;
    error.hidden = false;
    return;
  } finally {
    form.querySelector('[name=password]').value = '';
    form.querySelector('[name=code]').value = '';
  }
  goOn();
});
