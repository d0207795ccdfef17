// Counsel's desk: text that is selected in a part of the proposal can be commented on. Without this script the comment's page asks for the quote.
const link = document.querySelector('a[data-comment]');
const points = (text) => Array.from(text).length; // the server counts characters, not halves of them

// How many characters of an element stand before a place in it; the place may be in its text or between its parts.
function upTo(element, container, offset) {
  const range = document.createRange();
  range.setStart(element, 0);
  range.setEnd(container, offset);
  return points(range.toString());
}

// Where the selection stands in its part: {part, start, end}; a part without places is meant as a whole.
function selected() {
  const selection = document.getSelection();
  if (!selection || selection.isCollapsed || !selection.toString().trim()) return null;
  const range = selection.getRangeAt(0);
  const from = range.startContainer.parentElement ?? range.startContainer;
  const part = from.closest('[data-part]');
  if (!part) return null;
  const runs = [...part.querySelectorAll('[data-at]')].filter((run) => range.intersectsNode(run));
  if (!runs.length) return part.querySelector('[data-at]') ? null : { part: part.dataset.part };
  const first = runs[0];
  const last = runs[runs.length - 1];
  const before = first.contains(range.startContainer) ? upTo(first, range.startContainer, range.startOffset) : 0;
  const ended = last.contains(range.endContainer) ? upTo(last, range.endContainer, range.endOffset) : points(last.textContent);
  const start = Number(first.dataset.at) + before;
  const end = Number(last.dataset.at) + ended;
  return end > start ? { part: part.dataset.part, start, end } : null;
}

// One link follows the selection; its address says what was selected.
if (link) {
  const here = link.cloneNode(true);
  const plain = link.href;
  here.classList.add('cm__here', 'btn--legal');
  here.removeAttribute('data-comment');
  here.hidden = true;
  document.body.append(here);
  const show = () => {
    const found = selected();
    here.hidden = !found;
    if (!found) return;
    const address = `${plain}?${new URLSearchParams(found)}`;
    here.href = address;
    const box = document.getSelection().getRangeAt(0).getBoundingClientRect();
    here.style.insetBlockStart = `${Math.min(innerHeight - 48, Math.max(56, box.top - 40))}px`;
    here.style.insetInlineStart = `${Math.min(innerWidth - 140, Math.max(8, box.left))}px`;
  };
  document.addEventListener('selectionchange', () => requestAnimationFrame(show));
  document.addEventListener('scroll', () => { here.hidden = true; }, true);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') here.hidden = true; });
}

// The end of the letter came into sight and stayed there: this person has read what stands here.
const end = document.querySelector('form[data-read-end]');
if (end) {
  let timer = 0;
  const post = async () => {
    watcher.disconnect();
    const answer = await fetch(end.action, { method: 'POST', body: new FormData(end), headers: { 'HX-Request': 'true' } }).catch(() => null);
    if (!answer?.ok) return; // the button is still there
    const place = end.querySelector('[data-done]');
    const refused = await answer.text(); // the content is another by now
    end.querySelector('button').hidden = !refused;
    place.textContent = refused || place.dataset.done;
  };
  const watcher = new IntersectionObserver(([seen]) => {
    clearTimeout(timer);
    if (seen.isIntersecting) timer = setTimeout(post, 2000);
  });
  watcher.observe(end);
}
