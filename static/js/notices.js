// The bell: looks once in a while how many notices are unread, says so when there are more, and never loudly.
const bell = document.querySelector('[data-bell]');
const EVERY = 90_000;
let known = Number(bell?.dataset.bell ?? 0);

async function look() {
  if (document.hidden) return;
  let answer;
  try {
    answer = await fetch(bell.dataset.count, { headers: { Accept: 'application/json' } });
  } catch {
    return; // offline: the next look will tell
  }
  if (!answer.ok) return; // the session ended: the next act asks for the password
  const { unread, words } = await answer.json();
  const mark = bell.querySelector('b');
  mark.hidden = !unread;
  mark.textContent = unread > 99 ? '99+' : String(unread);
  bell.setAttribute('aria-label', words);
  if (unread > known) document.dispatchEvent(new CustomEvent('kesu:announce', { detail: words }));
  known = unread;
}

if (bell) setInterval(look, EVERY);
