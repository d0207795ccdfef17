// A choice among many people, found by typing: whoever writes Chinese cannot type into a <select>, because no input method composes there.
// select[data-find="placeholder"] gets a field before it that narrows the options; ↓ ↑ go through what is left, Enter goes on.
const plain = (text) => text.normalize('NFKC').toLowerCase().replace(/\s+/g, '');

function narrow(select, words) {
  const all = [...select.options].filter((option) => option.value);
  const found = all.filter((option) => plain(option.textContent).includes(words));
  all.forEach((option) => { option.hidden = words !== '' && !found.includes(option); });
  return found;
}

function choose(select, option) {
  const value = option?.value ?? '';
  if (select.value === value) return;
  select.value = value;
  select.dispatchEvent(new Event('change', { bubbles: true }));
  if (option) document.dispatchEvent(new CustomEvent('kesu:announce', { detail: option.textContent }));
}

function onward(from) {
  const fields = [...from.form.elements].filter((e) => e.matches('input:not([type=hidden]), select, textarea, button') && e.getClientRects().length);
  fields[fields.indexOf(from) + 2]?.focus(); // past the choice itself
}

function equip(select) {
  if (select.dataset.finds || select.options.length < 3) return;
  select.dataset.finds = 'yes';
  const field = document.createElement('input');
  field.className = 'input find';
  field.autocomplete = 'off';
  field.placeholder = select.dataset.find;
  field.setAttribute('aria-label', select.dataset.find);
  if (select.id) field.setAttribute('aria-controls', select.id);
  if (select.dataset.key) {
    field.dataset.key = select.dataset.key;
    delete select.dataset.key;
  }
  select.before(field);
  let composing = false;
  const look = () => {
    const words = plain(field.value);
    const found = narrow(select, words);
    field.setAttribute('aria-invalid', String(words !== '' && !found.length));
    if (words) choose(select, found.find((option) => option.selected) ?? found[0]);
  };
  field.addEventListener('compositionstart', () => { composing = true; });
  field.addEventListener('compositionend', () => { composing = false; look(); });
  field.addEventListener('input', (event) => {
    event.stopPropagation(); // it is no text of the form
    if (!composing) look();
  });
  field.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const found = narrow(select, plain(field.value));
      const at = found.findIndex((option) => option.selected);
      choose(select, found[(at + step + found.length) % found.length]);
    } else if (event.key === 'Enter') onward(field);
    else return;
    event.preventDefault();
  });
}

const look = (root) => root.querySelectorAll?.('select[data-find]').forEach(equip);
look(document);
document.addEventListener('htmx:afterSwap', (event) => look(event.detail.target));
