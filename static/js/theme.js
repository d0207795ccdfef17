// Light or dark, at once and kept on the user: the form still works without this script.
const root = document.documentElement;
const form = document.querySelector('[data-theme-form]');

form?.addEventListener('submit', (event) => {
  event.preventDefault();
  const button = form.querySelector('button[name=theme]');
  const shown = root.dataset.theme || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  const theme = shown === 'dark' ? 'light' : 'dark';
  root.dataset.theme = theme;
  document.querySelector('meta[name=color-scheme]')?.setAttribute('content', theme);
  button.value = shown;
  const data = new FormData(form);
  data.set('theme', theme);
  fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' } }).catch(() => {});
});
