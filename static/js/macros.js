// Macros on a case: the list is searched and gone through by keyboard; what a macro offers next opens by itself (?next=STEP).
const fits = (link, typed) => link.textContent.toLowerCase().includes(typed);
const links = (list) => [...list.querySelectorAll('[data-macro]')].filter((link) => !link.parentElement.hidden);

document.addEventListener('input', (event) => {
  if (!event.target.matches?.('[data-macro-search]') || event.isComposing) return;
  const list = event.target.closest('[data-macros]');
  const typed = event.target.value.trim().toLowerCase();
  list.querySelectorAll('[data-macro]').forEach((link) => { link.parentElement.hidden = !fits(link, typed); });
});
document.addEventListener('keydown', (event) => {
  const list = event.target.closest?.('[data-macros]');
  if (!list || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = links(list);
  const search = list.querySelector('[data-macro-search]');
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way) {
    const stops = [search, ...all];
    event.preventDefault();
    stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(event.target) + way))].focus();
  } else if (event.key === 'Enter' && event.target === search) {
    event.preventDefault();
    all[0]?.click();
  }
});

const here = new URL(location.href);
const next = here.searchParams.get('next') ?? '';
if (/^[a-z_]+$/.test(next)) {
  here.searchParams.delete('next');
  history.replaceState(history.state, '', here);
  document.querySelector(`#actions a[data-sheet][href*="/steps/${next}/"]`)?.click();
}
