// Colleagues in every <textarea data-mention="ADDRESS">: @ or ＠ and some of a name opens the same list.
// Quick texts in every <textarea data-quick="ADDRESS">: ；； or ;; and an abbreviation opens a list at the text, arrows choose, Enter puts
// the text in; [data-quick-open="ID"] opens the same list with a search of its own. Nothing happens while an input method composes.
const pop = document.getElementById('quick-pop');
const dialog = document.getElementById('quick-dialog');
const TYPED = /[；;]{2}([^\s；;{}]{0,20})$/;
const NAMED = /(?<![A-Za-z0-9._%+-])[@＠]([^\s@＠；;]{0,20})$/;
const PAUSE = 150; // milliseconds
const PATIENCE = 3000; // until an answer that does not come is none
let field = null; // where the text goes
let from = 0; // where ；； begins
let abbreviated = false; // and not a colleague named
let chosen = 0;
let timer = 0;
let asked = 0; // an answer that comes late is not shown
let ask = null; // looks for what was typed since; no list shows it yet
let wanted = null; // {key, typed, text, end} pressed meanwhile, which takes what is found then, and never what another word had found
let composing = false;

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
  const signal = AbortSignal.timeout(PATIENCE);
  const answer = await fetch(address, { headers: { 'HX-Request': 'true' }, signal }).catch(() => null);
  if (answer?.status === 401) document.dispatchEvent(new CustomEvent('kesu:signed-out'));
  const text = answer?.ok ? await answer.text().catch(() => null) : null;
  if (mine !== asked) return false;
  ask = null;
  if (text === null) {
    if (wanted) box().replaceChildren();
    take();
    return false;
  }
  const found = new DOMParser().parseFromString(text, 'text/html');
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
  abbreviated = Boolean(quick?.[1]);
  soon(async () => {
    if (!(await load(found[1], quick ? field.dataset.quick : field.dataset.mention)) || document.activeElement !== field) return;
    if (wanted) take();
    else show();
  });
  return undefined;
}

function show() {
  pop.hidden = false;
  field.setAttribute('aria-controls', 'quick-list');
  place();
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

// The answer for which a key waited is there. In the text it takes what is abbreviated so, and of what else was found nothing that nobody
// has seen: the list shows it, if it stood there, else Enter is a line, as it is without a hit.
function take() {
  if (!wanted || ask || composing) return;
  const { key, typed, text, end } = wanted;
  const all = options();
  wanted = null;
  if (dialog.open) {
    if (all[chosen]) put(all[chosen]);
    return;
  }
  if (field.value.slice(from, end) !== text) return; // changed meanwhile: it means another place
  const names = abbreviated ? 'code' : 'b, code';
  const begins = (one) => one.textContent.toLowerCase().startsWith(typed.toLowerCase());
  const meant = typed && all.find((option) => [...option.querySelectorAll(names)].some(begins));
  if (meant) put(meant, end);
  else if (all.length && !pop.hidden) show();
  else if (key === 'Enter') write('\n', end, end);
}

function line({ text, end }) {
  if (field.value.slice(from, end) !== text) return;
  field.setRangeText('\n', end, end, 'preserve');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

// What stands before the caret is what the list is of.
function still() {
  const before = field.value.slice(0, field.selectionStart);
  const found = TYPED.exec(before) ?? NAMED.exec(before);
  return found?.index === from ? found : null;
}

function step(event) {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const option = options()[chosen];
  const inText = !dialog.open;
  const shown = dialog.open || !pop.hidden;
  const takes = event.key === 'Enter' || (event.key === 'Tab' && shown && inText);
  if (takes && inText && wanted && field.selectionEnd !== wanted.end) return; // a line of what is written on
  if (takes && inText && !wanted && !still()) {
    close(); // the caret went elsewhere
    return;
  }
  if (takes && ask) {
    if (!wanted) wait(event.key);
  } else if (event.key === 'Escape' && inText && (shown || wanted)) close();
  else if (!shown) return;
  else if (way) mark(chosen + way);
  else if (takes && option) put(option);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function wait(key) {
  const found = dialog.open ? null : still();
  wanted = { key, typed: found?.[1], text: found?.[0], end: field.selectionEnd };
  clearTimeout(timer);
  ask();
}

if (pop && dialog) {
  const written = (event) => {
    if (!event.target.matches?.('textarea[data-quick], textarea[data-mention]') || event.isComposing) return;
    field = event.target;
    look();
  };
  document.addEventListener('input', written);
  document.addEventListener('compositionstart', (event) => { composing = event.target === field; });
  document.addEventListener('compositionend', (event) => {
    composing = false;
    take();
    written(event);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target === field && (!pop.hidden || (ask && abbreviated))) step(event);
    else if (dialog.open && dialog.contains(event.target) && event.target.matches('input')) step(event);
  }, true);
  document.addEventListener('focusout', (event) => {
    if (event.target !== field || dialog.open) return;
    const left = wanted;
    wanted = null;
    if (left?.key === 'Enter') line(left); // who goes on elsewhere does not wait for it
    close();
  });
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
