// Dialogs, menus and things that can be closed. Any element with data-open="ID" opens the dialog ID; data-close closes what it stands in.
const openers = new WeakMap();

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-open]');
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open);
    if (dialog) event.preventDefault(); // a button that without scripts would ask the server to open it
    if (dialog && !dialog.open) {
      openers.set(dialog, opener);
      dialog.showModal();
    }
    return;
  }
  const closer = event.target.closest('[data-close]');
  if (closer) {
    const dialog = closer.closest('dialog');
    if (dialog) {
      event.preventDefault();
      dialog.close();
    } else closer.closest('.toast, .banner')?.remove();
    return;
  }
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});

// A dialog that the server sent open becomes a modal one.
document.querySelectorAll('dialog[open][data-modal]').forEach((dialog) => {
  dialog.close();
  dialog.showModal();
});

// Focus goes back to what opened the dialog (the browser does it only when that element had the focus).
document.addEventListener('close', (event) => openers.get(event.target)?.focus(), true);

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.isComposing) return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.open = false;
    menu.querySelector('summary').focus();
  }
});

// Toasts leave after eight seconds, unless somebody points at them or has the focus there.
function countDown(toast) {
  let timer = setTimeout(() => toast.remove(), 8000);
  const stay = () => clearTimeout(timer);
  const go = () => { stay(); timer = setTimeout(() => toast.remove(), 8000); };
  toast.addEventListener('mouseenter', stay);
  toast.addEventListener('focusin', stay);
  toast.addEventListener('mouseleave', go);
  toast.addEventListener('focusout', go);
}
document.querySelectorAll('#toasts .toast').forEach(countDown);

// Nothing outside of a modal dialog is read out, nor bright.
function placeOfToasts() {
  const page = document.getElementById('toasts');
  const modal = [...document.querySelectorAll('dialog:modal')].at(-1);
  if (!page || !modal) return page;
  const known = modal.querySelector(':scope > .toasts');
  if (known) return known;
  const place = page.cloneNode(false);
  place.removeAttribute('id');
  place.setAttribute('role', 'alert'); // read out although it was not there before
  modal.append(place);
  return place;
}

// Any module may say: document.dispatchEvent(new CustomEvent('kesu:toast', {detail: 'text'})); the server by HX-Trigger.
document.addEventListener('kesu:toast', (event) => {
  const model = document.getElementById('toast');
  const place = model && placeOfToasts();
  if (!place) return;
  const toast = model.content.firstElementChild.cloneNode(true);
  toast.querySelector('span').textContent = event.detail?.value ?? event.detail;
  place.append(toast);
  countDown(toast);
});

// A button [data-copy="text"] puts the text on the clipboard.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const texts = JSON.parse(document.getElementById('texts')?.textContent || 'null') || {};
  await navigator.clipboard?.writeText(button.dataset.copy).catch(() => {});
  document.dispatchEvent(new CustomEvent('kesu:toast', { detail: `${texts.copied} ${button.dataset.copy}` }));
});
