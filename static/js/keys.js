// Keyboard. Any element with data-key="r" is pressed (or focused, when it takes text) by that key. Single keys are ignored while typing,
// while an input method composes, while a dialog is open, and when the person switched them off.
const body = document.body;
const find = (selector) => [...document.querySelectorAll(selector)].find((e) => !e.closest('[hidden]') && e.getClientRects().length);
const inMenu = (selector) => [...document.querySelectorAll(`details.menu:not([open]) ${selector}`)].find((e) => !e.closest('[hidden]')); // closed, and its keys work

const typing = (event) =>
  event.isComposing || event.keyCode === 229 ||
  Boolean(event.target.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]'));

function press(element) {
  if (element.matches('[data-search]') && !document.dispatchEvent(new Event('kesu:search-panel', { cancelable: true }))) return; // search.js opened it
  if (element.matches('input, textarea, select')) {
    element.focus();
    element.select?.();
  } else if (element.getAttribute('aria-disabled') !== 'true') {
    element.click();
  }
}

document.addEventListener('keydown', (event) => {
  if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
  const dialog = document.querySelector('dialog[open]');
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k' && !dialog) {
    const search = find('[data-search]');
    if (search) {
      event.preventDefault();
      press(search);
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key === 'Enter') {
    const form = event.target.form ?? event.target.closest('form') ?? (dialog ? null : document.querySelector('form[data-main]')); // of a page with one errand
    const button = form && [...form.elements].find((e) => e.matches('[data-ctrl-enter]')); // also one outside with form="ID"
    if (button) {
      event.preventDefault();
      form.requestSubmit(button);
    }
    return;
  }
  if (event.altKey && /^[1-9]$/.test(event.key) && !dialog) {
    const section = document.querySelector(`[data-section="${event.key}"]`);
    const field = section?.querySelector('input:not([type=hidden]), textarea, select, button, summary');
    if (field) {
      event.preventDefault();
      section.scrollIntoView({ block: 'nearest' });
      field.focus();
    }
    return;
  }
  if (event.key === 'Escape' && typing(event) && !dialog && !(event.target.type === 'search' && event.target.value)) {
    event.target.blur(); // out of the text: single keys work again, and Tab goes on from here
    return;
  }
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || dialog) return;
  if (body.dataset.singleKeys !== 'on' && event.key !== '?') return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === '/') {
    const filter = find('[data-filter]') || find('[data-search]');
    if (filter) {
      event.preventDefault();
      press(filter);
    }
    return;
  }
  if (!/^[a-z?[\]]$/.test(key)) return;
  const element = find(`[data-key="${CSS.escape(key)}"]`) || inMenu(`[data-key="${CSS.escape(key)}"]`);
  if (element) {
    event.preventDefault();
    press(element);
  }
});

// The sheet shows what works on this page, as it stands when the sheet is opened.
document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-open=keys]')) return;
  document.getElementById('keys')?.querySelectorAll('[data-needs]').forEach((row) => {
    row.hidden = !document.querySelector(row.dataset.needs);
  });
}, true);

// Switching single keys on and off is kept on the user.
const switcher = document.querySelector('[data-single-keys-form]');
switcher?.addEventListener('change', () => {
  body.dataset.singleKeys = switcher.elements.single_keys.checked ? 'on' : 'off';
  const data = new FormData(switcher);
  const token = document.querySelector('meta[name=csrf-token]')?.content ?? '';
  fetch(switcher.action, { method: 'POST', body: data, headers: { Accept: 'application/json', 'X-CSRFToken': token } }).catch(() => {});
});
switcher?.addEventListener('submit', (event) => event.preventDefault());
