// Says every 15 seconds that the case is open here, and whether somebody is typing, and shows who else has it open: one line, told
// politely and only when it changes. Without an answer the line is empty.
const line = document.querySelector('[data-presence]');
const EVERY = 15000; // milliseconds
const TYPING = 60000;
let typed = -TYPING;
let shown = '[]';

function show(others) {
  const text = JSON.stringify(others);
  if (text === shown) return;
  shown = text;
  line.replaceChildren(...others.flatMap(([before, name, after], place) => {
    const person = document.createElement('span');
    person.lang = 'zh-CN';
    person.textContent = name;
    return [place ? ' · ' : '', before, person, after];
  }));
  line.previousElementSibling.hidden = !others.length;
}

async function ask() {
  if (document.visibilityState === 'hidden') return;
  const writing = performance.now() - typed < TYPING ? '?writing=1' : '';
  try {
    const answer = await fetch(line.dataset.presence + writing, { headers: { Accept: 'application/json' } });
    show(answer.ok ? (await answer.json()).others : []);
  } catch {
    show([]);
  }
}

if (line) {
  document.addEventListener('input', (event) => {
    if (!event.target.closest('form[data-draft]')) return;
    const first = performance.now() - typed >= TYPING;
    typed = performance.now();
    if (first) ask();
  });
  document.addEventListener('visibilitychange', ask);
  setInterval(ask, EVERY);
  ask();
}
