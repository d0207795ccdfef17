// A number in clear stands in the place of the masked one, or in the dialog, for a minute (templates/case/revealed.html), and goes
// sooner when somebody leaves the window or prints. Nothing of it stays in the page.
const before = new Map();

document.addEventListener('htmx:oobBeforeSwap', (event) => {
  const masked = event.detail.target;
  if (masked?.matches('.pii') && !masked.matches('[data-clear]')) before.set(masked.id, masked.cloneNode(true));
});

const sheet = document.getElementById('sheet');

function hide(clear, focus) {
  if (sheet?.contains(clear)) {
    sheet.close(); // which empties it
    return;
  }
  const masked = before.get(clear.id);
  before.delete(clear.id);
  if (!masked) {
    location.reload();
    return;
  }
  clear.replaceWith(masked);
  window.htmx.process(masked);
  if (focus) masked.querySelector('a')?.focus();
}
const shown = () => document.querySelectorAll('[data-clear]');
const hideAll = () => shown().forEach((clear) => hide(clear, false));

function tick(clear, until) {
  if (!clear.isConnected) return;
  const left = Math.ceil((until - Date.now()) / 1000);
  if (left <= 0) {
    hide(clear, clear.contains(document.activeElement));
    return;
  }
  clear.querySelector('[data-left]').textContent = left;
  setTimeout(() => tick(clear, until), 250);
}

document.addEventListener('kesu:revealed', () => {
  if (!sheet.querySelector('[data-clear]')) sheet.close();
  for (const clear of shown()) {
    if (clear.dataset.counting) continue;
    clear.dataset.counting = 'on';
    tick(clear, Date.now() + Number(clear.dataset.clear) * 1000);
    // the dialog gives the focus back to a link that is gone
    setTimeout(() => clear.querySelector('[data-hide]')?.focus());
  }
});
document.addEventListener('click', (event) => {
  const clear = event.target.closest('[data-hide]')?.closest('[data-clear]');
  if (clear) hide(clear, true);
});
document.addEventListener('visibilitychange', () => document.hidden && hideAll());
for (const leaves of ['blur', 'pagehide', 'beforeprint']) window.addEventListener(leaves, hideAll);
