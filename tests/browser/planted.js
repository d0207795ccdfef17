// Of one document: elements that nobody but planted markup can have made, what ran, what the policy had to stop, and which
// planted texts can be read. Runs after the page.
() => {
  const asks = /^(src|href|action|formaction|data|poster|srcset|xlink:href|hx-get|hx-post|content)$/;
  const lives = ({ name, value }) =>
    name.startsWith('planted') ||
    (/^(on|hx-on|style$|srcdoc$)/.test(name) && value.includes('planted')) ||
    (asks.test(name) && /^\s*(javascript:|\/planted|0;url=\/planted)/i.test(value));
  const made = [...document.querySelectorAll('*')].filter(
    (each) =>
      [...each.attributes].some(lives) ||
      (/^(script|style)$/i.test(each.tagName) && each.type !== 'application/json' && each.textContent.includes('planted')),
  );
  const words = [];
  const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_COMMENT);
  while (walker.nextNode()) {
    const { nodeType, parentElement, data } = walker.currentNode;
    if (nodeType === Node.COMMENT_NODE) {
      if (data.includes('planted')) made.push({ outerHTML: `<!--${data}` });
    } else if (!/^(script|style)$/i.test(parentElement?.tagName ?? '')) words.push(data);
  }
  for (const each of document.querySelectorAll('input, textarea, [title], [aria-label], [alt], [data-confirm]')) {
    words.push(each.value ?? '', each.title ?? '', each.ariaLabel ?? '', each.alt ?? '', each.dataset.confirm ?? '');
  }
  return {
    wrong: [
      ...made.map((each) => each.outerHTML.slice(0, 160)),
      ...(window.__planted ? [`ran ${window.__planted} times`] : []),
      ...(window.__stopped ?? []),
    ],
    words: words.map(String).filter((each) => each.includes('planted')),
  };
}
