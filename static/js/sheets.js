// Forms behind [data-sheet] links open in one dialog (templates/case/sheet_dialog.html); without this script they are pages of their own.
const body = document.getElementById('sheet-body');
const sheet = document.getElementById('sheet');
let opener = null;

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-sheet]');
  if (!link || !sheet || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  link.closest('details.menu[open]')?.removeAttribute('open');
  if (!sheet.contains(link)) opener = link;
  window.htmx.ajax('GET', link.href, { target: body });
});

body?.addEventListener('htmx:afterSwap', () => {
  if (!sheet.open) sheet.showModal();
  const problem = body.querySelector('[data-error-summary]');
  const wrong = body.querySelector('.is-error input, .is-error textarea, .is-error select');
  const first = body.querySelector('input:not([type=hidden]):not([type=file]), textarea, select') ?? body.querySelector('[data-close]');
  (problem ?? wrong ?? first)?.focus();
});
// The form could not be fetched: its page says why.
body?.addEventListener('htmx:responseError', (event) => {
  if (!sheet.open && event.detail.xhr.status !== 401 && opener) location.assign(opener.href);
});
sheet?.addEventListener('close', () => {
  body.replaceChildren();
  opener?.focus();
});
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-leave-sheet]')) sheet?.close();
});

