// Colleagues in every <textarea data-mention="ADDRESS">: @ or ＠ and some of a name opens the same list.
// Quick texts in every <textarea data-quick="ADDRESS">: ；； or ;; and an abbreviation opens a list at the text, arrows choose, Enter puts
// the text in; [data-quick-open="ID"] opens the same list with a search of its own. Nothing happens while an input method composes.
const pop = document.getElementById('quick-pop');
const dialog = document.getElementById('quick-dialog');
const TYPED = /[；;]{2}([^\s；;{}]{0,20})$/;
const NAMED = /(?<![A-Za-z0-9._%+-])[@＠]([^\s@＠；;]{0,20})$/;
const PAUSE = 150; // milliseconds
let field = null; // where the text goes
let from = 0; // where ；； begins
let abbreviated = false; // and not a colleague named
let chosen = 0;
let timer = 0;
let asked = 0; // an answer that comes late is not shown
let ask = null; // looks for what was typed since; no list shows it yet
let wanted = null; // {key, end} pressed meanwhile, which takes what is found then, and never what another word had found

const box = () => (dialog.open ? dialog : pop).querySelector('[data-quick-found]');
const options = () => [...box().querySelectorAll('[role=option]')];

function mark(index) {
  const all = options();
  chosen = all.length ? (index + all.length) % all.length : 0;
  all.forEach((option, i) => option.setAttribute('aria-selected', String(i === chosen)));
  all[chosen]?.scrollIntoView({ block: 'nearest' });
  const holder = dialog.open ? dialog.querySelector('input') : field;
  if (all.length) holder.setAttribute('aria-activedescendant', all[chosen].id);
  else holder.removeAttribute('aria-activedescendant');
}

async function load(typed, from = field.dataset.quick) {
  const mine = (asked += 1);
  const address = `${from}?${new URLSearchParams({ q: typed })}`;
  const answer = await fetch(address, { headers: { 'HX-Request': 'true' } }).catch(() => null);
  if (answer?.status === 401) document.dispatchEvent(new CustomEvent('kesu:signed-out'));
  if (mine !== asked) return false;
  ask = null;
  if (!answer?.ok) {
    if (wanted) box().replaceChildren();
    take();
    return false;
  }
  const found = new DOMParser().parseFromString(await answer.text(), 'text/html');
  box().replaceChildren(...found.body.childNodes);
  mark(0);
  const said = box().querySelector('[data-say]');
  if (said) document.dispatchEvent(new CustomEvent('kesu:announce', { detail: said.dataset.say }));
  return true;
}

function close() {
  clearTimeout(timer);
  asked += 1;
  ask = wanted = null;
  if (pop.hidden) return;
  pop.hidden = true;
  box().replaceChildren();
  field?.removeAttribute('aria-activedescendant');
  field?.removeAttribute('aria-controls');
}

// Over the text where there is room, else under it.
function place() {
  const at = field.getBoundingClientRect();
  const room = Math.min(280, Math.max(at.top - 56, innerHeight - at.bottom - 8));
  pop.style.maxBlockSize = `${Math.max(120, room)}px`;
  pop.style.insetInlineStart = `${Math.max(8, Math.min(at.left + 8, innerWidth - pop.offsetWidth - 8))}px`;
  const above = at.top - 56 >= innerHeight - at.bottom;
  pop.style.insetBlockStart = above ? `${Math.max(8, at.top - pop.offsetHeight - 4)}px` : `${at.bottom + 4}px`;
}

function soon(act) {
  clearTimeout(timer);
  ask = act;
  timer = setTimeout(act, PAUSE);
}

function look() {
  if (wanted) return undefined; // what follows the key is no part of the abbreviation
  const before = field.value.slice(0, field.selectionStart);
  const quick = field.dataset.quick ? TYPED.exec(before) : null;
  const found = quick ?? (field.dataset.mention ? NAMED.exec(before) : null);
  if (!found || field.selectionStart !== field.selectionEnd) return close();
  from = found.index;
  abbreviated = Boolean(quick);
  soon(async () => {
    if (!(await load(found[1], quick ? field.dataset.quick : field.dataset.mention)) || document.activeElement !== field) return;
    if (wanted) {
      take();
      return;
    }
    pop.hidden = false;
    field.setAttribute('aria-controls', 'quick-list');
    place();
  });
  return undefined;
}

// As if it had been typed: it can be undone, and the draft is saved. What was typed behind it meanwhile stays behind it.
function write(text, begin, end) {
  const behind = field.selectionEnd - end;
  field.setSelectionRange(begin, end);
  if (!document.execCommand('insertText', false, text)) {
    field.setRangeText(text, begin, end, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  if (behind > 0) field.setSelectionRange(field.selectionEnd + behind, field.selectionEnd + behind);
}

function put(option, until) {
  const text = option.querySelector('template').content.textContent;
  const inDialog = dialog.open;
  if (inDialog) dialog.close();
  const begin = inDialog ? field.selectionStart : from;
  close();
  field.focus();
  write(text, begin, until ?? field.selectionEnd);
}

// The answer for which a key waited is there; without a hit Enter is a line.
function take() {
  if (!wanted || ask) return;
  const { key, end } = wanted;
  const option = options()[chosen];
  wanted = null;
  if (option) put(option, dialog.open ? undefined : end);
  else if (key === 'Enter' && !dialog.open) write('\n', end, end);
}

function step(event) {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const option = options()[chosen];
  const shown = dialog.open || !pop.hidden;
  const takes = event.key === 'Enter' || (event.key === 'Tab' && shown && !dialog.open);
  if (takes && ask) {
    wanted ??= { key: event.key, end: field.selectionEnd };
    clearTimeout(timer);
    ask();
  } else if (!shown) return;
  else if (way) mark(chosen + way);
  else if (event.key === 'Enter' && option) put(option);
  else if (event.key === 'Tab' && option && !dialog.open) put(option);
  else if (event.key === 'Escape' && !dialog.open) close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

if (pop && dialog) {
  const written = (event) => {
    if (!event.target.matches?.('textarea[data-quick], textarea[data-mention]') || event.isComposing) return;
    field = event.target;
    look();
  };
  document.addEventListener('input', written);
  document.addEventListener('compositionend', written);
  document.addEventListener('keydown', (event) => {
    if (event.target === field && (!pop.hidden || (ask && abbreviated))) step(event);
    else if (dialog.open && dialog.contains(event.target) && event.target.matches('input')) step(event);
  }, true);
  document.addEventListener('focusout', (event) => { if (event.target === field && !dialog.open) close(); });
  document.addEventListener('scroll', (event) => { if (!pop.hidden && !pop.contains(event.target) && event.target !== field) place(); }, true);
  for (const list of [pop, dialog]) {
    list.addEventListener('mousedown', (event) => { if (event.target.closest('[role=option]')) event.preventDefault(); });
    list.addEventListener('click', (event) => {
      const option = event.target.closest('[role=option]');
      if (option) put(option);
    });
  }
  const search = dialog.querySelector('input');
  document.addEventListener('click', (event) => {
    const opener = event.target.closest('[data-quick-open]');
    if (!opener) return;
    close();
    field = document.getElementById(opener.dataset.quickOpen);
    search.value = '';
    dialog.showModal();
    search.focus();
    load('');
  });
  const again = (event) => {
    if (event.isComposing) return;
    soon(async () => { if (await load(search.value)) take(); });
  };
  search.addEventListener('input', again);
  search.addEventListener('compositionend', again);
  dialog.addEventListener('close', () => { ask = wanted = null; dialog.querySelector('[data-quick-found]').replaceChildren(); field?.focus(); });
  document.querySelectorAll('[data-quick-open]').forEach((button) => { button.hidden = false; });
}
