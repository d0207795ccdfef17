// A note that names the person counts as read once it has been before the eyes; without this script its button says so.
const EYES = 1000; // milliseconds

async function read(form) {
  const headers = { 'X-Requested-With': 'fetch' };
  const answer = await fetch(form.action, { method: 'POST', headers, body: new FormData(form) }).catch(() => null);
  if (answer?.ok) form.querySelector('button')?.remove();
}

const timers = new Map();
const watch = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    clearTimeout(timers.get(target));
    if (!isIntersecting) continue;
    timers.set(target, setTimeout(() => {
      if (document.visibilityState === 'hidden') return;
      watch.unobserve(target);
      read(target.querySelector('form[data-mention]'));
    }, EYES));
  }
});
const look = (root) => root.querySelectorAll('form[data-mention]').forEach((form) => watch.observe(form.closest('article')));
look(document);
document.addEventListener('htmx:afterSwap', (event) => look(event.detail.target));
