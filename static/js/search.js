// The panel of the search box (templates/components/search_panel.html): opened by Ctrl K, "/" or a click into the box. First hits follow
// the typing after a pause; Enter sends the form to the page; arrows go through the hits. Without this script the box is a plain form.
const panel = document.getElementById('search-panel');
const box = document.querySelector('[data-search]');
const form = panel?.querySelector('form[role=search]');
const field = panel?.querySelector('input[type=search]');
const hits = document.getElementById('search-hits');
const PAUSE = 300; // milliseconds
let timer = 0;
let opener = null;

const look = () => window.htmx.trigger(form, 'kesu:search');
const lookSoon = () => { clearTimeout(timer); timer = setTimeout(look, PAUSE); };

function open() {
  opener = document.activeElement;
  panel.showModal();
  field.value = box?.value ?? '';
  field.focus();
  field.select();
  hits.replaceChildren();
  look();
}

if (panel && window.htmx) {
  document.addEventListener('kesu:search-panel', (event) => {
    event.preventDefault(); // whoever asked does not focus the box
    if (!document.querySelector('dialog[open]')) open();
  });
  box?.addEventListener('click', () => { if (!document.querySelector('dialog[open]')) open(); });
  panel.addEventListener('close', () => {
    clearTimeout(timer);
    (opener?.isConnected ? opener : box)?.focus();
  });
}
// An input method writes letters before the word stands there: those are not looked for.
field?.addEventListener('input', (event) => { if (!event.isComposing) lookSoon(); });
field?.addEventListener('compositionend', lookSoon);
form?.addEventListener('submit', () => clearTimeout(timer)); // the page itself is asked

panel?.addEventListener('keydown', (event) => {
  if (event.isComposing || event.keyCode === 229 || !panel.open) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault(); // the browser's own search
    field.focus();
    field.select();
    return;
  }
  if (event.key === 'Escape') { // a search field would be emptied first
    event.preventDefault();
    panel.close();
    field.blur(); // the browser takes the focus out of what is closed only when it draws: a key until then went nowhere
    return;
  }
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way) return;
  const stops = [field, ...hits.querySelectorAll('a[data-hit]')];
  const here = stops.indexOf(document.activeElement);
  if (here < 0) return;
  event.preventDefault();
  stops[Math.max(0, Math.min(here + way, stops.length - 1))].focus();
});
// The hits are drawn anew for what was typed last: the focus stays in its place among them, and the arrows go on.
let place = -1;
const links = () => [...hits.querySelectorAll('a[data-hit]')];
hits?.addEventListener('htmx:beforeSwap', () => { place = links().indexOf(document.activeElement); });
hits?.addEventListener('htmx:afterSwap', () => {
  if (place >= 0) (links()[Math.min(place, links().length - 1)] ?? field).focus();
  place = -1;
});
// A hit that is opened tells that the query was worth remembering; the server leaves out what may name a person.
panel?.addEventListener('click', (event) => {
  if (!event.target.closest('a[data-hit]') || !field.value.trim()) return;
  const data = new FormData(form);
  data.append('csrfmiddlewaretoken', document.querySelector('meta[name=csrf-token]')?.content ?? '');
  navigator.sendBeacon(form.dataset.remember, data);
});
