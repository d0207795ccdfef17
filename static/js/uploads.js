// [data-uploads="URL"] around a file field: files that are chosen, dropped or pasted are sent in pieces before the form, each with its
// progress, and go on where they stopped when the network comes back. The form then carries `upload=ID` instead of the file itself.
// Without this script the field sends its files with the form. Server: complaints/api/uploads.py.
const token = () => document.querySelector('meta[name=csrf-token]')?.content ?? '';
const AT_ONCE = 2; // files
const PATIENCE = [1, 2, 4, 8, 15]; // seconds before the next try
const queues = new WeakMap();
const words = (box) => (box.words ??= JSON.parse(box.querySelector('#upload-texts').textContent));
const say = (text, values = {}) => Object.entries(values).reduce((all, [k, v]) => all.replace(`{${k}}`, v), text);
const announce = (text) => document.dispatchEvent(new CustomEvent('kesu:announce', { detail: text }));
const listOf = (box) => box.querySelector('[data-uploads-list]');
const bytes = (n) => (n < 1024 ** 2 ? `${Math.max(1, Math.round(n / 1024))} KB` : `${(n / 1024 ** 2).toFixed(1)} MB`);

class Refused extends Error {}
class SignedOut extends Error {}

// One call; a refusal carries the server's sentence, everything else is the network's.
function send(method, url, body, headers, onProgress, job) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    job.xhr = xhr;
    xhr.open(method, url);
    xhr.setRequestHeader('X-CSRFToken', token());
    xhr.setRequestHeader('Accept', 'application/json');
    Object.entries(headers).forEach(([name, value]) => xhr.setRequestHeader(name, value));
    xhr.upload.onprogress = (event) => onProgress?.(event.loaded);
    xhr.onerror = xhr.onabort = xhr.ontimeout = () => reject(new TypeError('network'));
    xhr.onload = () => {
      let answer = {};
      try { answer = JSON.parse(xhr.responseText || '{}'); } catch { /* a page of a proxy */ }
      if (xhr.status < 300) resolve(answer);
      else if (xhr.status === 401) reject(new SignedOut());
      else if ([408, 409, 429].includes(xhr.status) || (xhr.status >= 500 && xhr.status !== 507)) reject(Object.assign(new TypeError('again'), { said: answer.detail }));
      else reject(Object.assign(new Refused(answer.detail || ''), { status: xhr.status }));
    };
    xhr.send(body);
  });
}

const later = (seconds, job) => new Promise((resolve) => {
  const stop = () => { clearTimeout(timer); removeEventListener('online', stop); document.removeEventListener('kesu:signed-in', stop); resolve(); };
  const timer = setTimeout(stop, seconds * 1000);
  job.wake = stop;
  addEventListener('online', stop);
  document.addEventListener('kesu:signed-in', stop);
});

function show(job, state, text) {
  job.state = state;
  job.row.className = `upload is-${state}`;
  job.row.querySelector('[data-say]').textContent = text;
  job.row.querySelector('[data-retry]').hidden = state !== 'failed';
}

function progress(job, came) {
  if (!job.row.isConnected) { // the dialog was closed: choosing the file again goes on from here
    job.gone = true;
    job.xhr.abort();
    return;
  }
  job.row.querySelector('progress').value = came;
  const spent = (performance.now() - job.since) / 1000;
  const speed = (came - job.from) / spent;
  const texts = words(job.box);
  const rest = Math.ceil((job.file.size - came) / speed);
  const left = rest > 90 ? say(texts.minutes, { n: Math.ceil(rest / 60) }) : say(texts.seconds, { n: rest });
  const known = spent > 1 && Number.isFinite(rest);
  show(job, 'sending', known ? say(texts.sending, { percent: Math.floor((100 * came) / job.file.size), left }) : texts.started);
}

async function transfer(job) {
  const { file, box } = job;
  const json = { 'Content-Type': 'application/json' };
  const about = JSON.stringify({ name: job.name, size: file.size, mark: job.mark });
  const begun = job.id
    ? await send('GET', `${box.dataset.uploads}${job.id}/`, null, {}, null, job)
    : await send('POST', box.dataset.uploads, about, json, null, job);
  job.id = begun.id;
  job.row.dataset.upload = begun.id;
  let came = begun.received;
  job.from = came;
  job.since = performance.now();
  while (came < file.size && !job.gone) {
    const piece = file.slice(came, came + Number(box.dataset.piece));
    const headers = { 'Content-Type': 'application/octet-stream', 'Upload-Offset': String(came) };
    const before = came;
    const answer = await send('PATCH', `${box.dataset.uploads}${job.id}/`, piece, headers, (n) => progress(job, before + n), job);
    came = answer.received;
    job.tries = 0;
    progress(job, came);
  }
}

async function run(job) {
  const texts = words(job.box);
  job.tries = 0;
  show(job, 'sending', texts.started);
  while (!job.gone) {
    try {
      await transfer(job);
      if (!job.gone) finished(job);
      return;
    } catch (error) {
      if (job.gone) return;
      if (error instanceof Refused || !(error instanceof TypeError || error instanceof SignedOut)) {
        if (error.status === 404) job.id = ''; // swept meanwhile
        show(job, 'failed', error.message || texts.failed);
        announce(`${job.name}：${error.message || texts.failed}`);
        return;
      }
      if (error instanceof SignedOut) document.dispatchEvent(new CustomEvent('kesu:signed-out'));
      show(job, 'stopped', error instanceof SignedOut ? texts.signed_out : error.said || texts.offline); // another window, a store that is away: in the server's words
      await later(PATIENCE[Math.min(job.tries++, PATIENCE.length - 1)], job);
    }
  }
}

function finished(job) {
  const texts = words(job.box);
  const field = document.createElement('input');
  field.type = 'hidden';
  field.name = 'upload';
  field.value = job.id;
  job.row.querySelector('input[name=upload]')?.remove();
  job.row.prepend(field);
  job.row.querySelector('progress').value = job.file.size;
  job.row.querySelector('[data-remove]').textContent = texts.remove;
  show(job, 'done', texts.done);
  announce(say(texts.done_of, { name: job.name }));
  tellTwin(job).catch(() => {}); // it is said again once it is added
}

// The same file may lie in this case or another already: said before it is added. Larger ones are not held in memory.
async function tellTwin(job) {
  if (!crypto.subtle || job.file.size > 64 * 1024 ** 2) return;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await job.file.arrayBuffer()));
  const hex = [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const { words: twin } = await send('GET', `${job.box.dataset.known}?sha256=${hex}`, null, {}, null, {});
  if (!twin || job.gone) return;
  show(job, 'done', `${words(job.box).done} · ${twin}`);
  announce(`${job.name}：${twin}`);
}

function work(box) {
  const jobs = queues.get(box);
  const busy = jobs.filter((job) => job.busy).length;
  for (const job of jobs.filter((one) => one.state === 'waiting').slice(0, AT_ONCE - busy)) {
    job.busy = true;
    run(job).finally(() => { job.busy = false; work(box); });
  }
  const form = box.closest('form');
  if (form?.dataset.whenSent && !jobs.some((job) => ['waiting', 'sending', 'stopped'].includes(job.state))) submit(form);
}

function add(box, files) {
  const jobs = queues.get(box) ?? [];
  queues.set(box, jobs);
  const texts = words(box);
  for (const file of files) {
    const name = file.pasted ?? file.name;
    const mark = `${file.lastModified}`;
    if (jobs.some((job) => !job.gone && job.name === name && job.mark === mark && job.file.size === file.size)) continue;
    // a row of an earlier try, drawn by the server: the same file goes on there
    [...listOf(box).querySelectorAll('[data-upload]')]
      .filter((row) => !row.job && row.querySelector('progress').max === file.size && row.querySelector('.upload__name').textContent === name)
      .forEach((row) => row.remove());
    const row = box.querySelector('[data-upload-row]').content.firstElementChild.cloneNode(true);
    const job = { box, file, name, mark, row };
    row.querySelector('.upload__name').textContent = name;
    row.querySelector('.upload__size').textContent = bytes(file.size);
    row.querySelector('progress').max = file.size || 1;
    row.querySelector('progress').setAttribute('aria-label', name);
    row.querySelector('[data-remove]').setAttribute('aria-label', say(texts.cancel_of, { name }));
    row.querySelector('[data-retry]').setAttribute('aria-label', say(texts.retry_of, { name }));
    row.job = job;
    listOf(box).append(row);
    jobs.push(job);
    const limit = Number(box.dataset.limit);
    if (!file.size) show(job, 'failed', texts.empty);
    else if (file.size > limit) show(job, 'failed', say(texts.too_large, { limit: Math.floor(limit / 1024 ** 2) }));
    else show(job, 'waiting', texts.waiting);
  }
  listOf(box).hidden = !listOf(box).children.length;
  work(box);
}

function remove(row) {
  const { job } = row;
  const box = row.closest('[data-uploads]');
  const id = row.dataset.upload;
  if (job) {
    job.gone = true;
    job.state = 'gone';
    job.xhr?.abort();
    job.wake?.();
  }
  if (id) send('DELETE', `${box.dataset.uploads}${id}/`, null, {}, null, {}).catch(() => {}); // else swept after a day
  const next = row.nextElementSibling?.querySelector('[data-remove]') ?? box.querySelector('input[type=file]');
  row.remove();
  listOf(box).hidden = !listOf(box).children.length;
  next?.focus();
  if (queues.has(box)) work(box);
}

function submit(form) {
  delete form.dataset.whenSent;
  form.querySelector('[type=submit]')?.removeAttribute('aria-busy');
  const box = form.querySelector('[data-uploads]');
  const failed = listOf(box).querySelector('.is-failed, .is-stopped');
  if (failed) {
    announce(words(box).unfinished);
    (failed.querySelector('[data-retry]:not([hidden])') ?? failed.querySelector('[data-remove]')).focus();
  } else form.requestSubmit();
}

// Before forms.js and htmx see it: nothing is sent while something is still on its way.
addEventListener('submit', (event) => {
  const box = event.target.querySelector?.('[data-uploads]');
  if (!box || (!listOf(box).querySelector('.is-waiting, .is-sending, .is-stopped, .is-failed'))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  event.target.dataset.whenSent = 'yes';
  event.target.querySelector('[type=submit]')?.setAttribute('aria-busy', 'true');
  if (queues.has(box)) work(box);
  else submit(event.target);
}, true);

document.addEventListener('change', (event) => {
  const box = event.target.type === 'file' && event.target.closest('[data-uploads]');
  if (!box) return;
  add(box, [...event.target.files]);
  event.target.value = '';
});
document.addEventListener('click', (event) => {
  const row = event.target.closest('.upload');
  if (!row) return;
  if (event.target.closest('[data-remove]')) remove(row);
  if (event.target.closest('[data-retry]')) {
    row.job.state = 'waiting';
    work(row.job.box);
  }
});

// Dropping and pasting, wherever in the form.
const boxFor = (event) => event.target.closest?.('form, dialog')?.querySelector('[data-uploads]') ?? document.querySelector('main form [data-uploads]');
for (const name of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(name, (event) => {
    const box = event.dataTransfer?.types.includes('Files') && boxFor(event);
    if (!box) return;
    event.preventDefault();
    box.classList.toggle('is-over', name === 'dragenter' || name === 'dragover');
    if (name === 'drop') add(box, [...event.dataTransfer.files]);
  });
}
document.addEventListener('paste', (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  const box = files.length && boxFor(event);
  if (!box) return;
  event.preventDefault();
  const at = new Date(Date.now() - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  files.forEach((file, place) => {
    if (/^image\.\w+$/.test(file.name)) file.pasted = `${words(box).pasted}-${at}${place ? `-${place + 1}` : ''}.${file.name.split('.').pop()}`;
  });
  add(box, files);
});

const prepare = (root) => root.querySelectorAll?.('[data-uploads]').forEach((box) => {
  box.querySelector('[data-drop-hint]').hidden = false;
  box.querySelectorAll('[data-remove]').forEach((button) => { button.hidden = false; });
});
prepare(document);
document.addEventListener('htmx:afterSwap', (event) => prepare(event.target));
