// What of a document may be painted as nothing before it was: for each visible element that says
// something or can be pressed, two numbers. `place`: the same for elements of the same kind in the
// same place, painted in the same colours and of a size that can be met by a finger or not.
// `paint`: the same for words in the same colours, size and weight on the same ground, wherever
// they stand; 0 for what says nothing, and in the light, where its size is measured, for what can
// be pressed. What lies over others by its position is a ground of its own. `theme`: part of both.
// The elements stay with the page.
(theme) => {
  const TELLING = new Set(["class", "role", "type", "tabindex"]);
  const PRESSED = "a, area, button, input, select, summary, textarea, [contenteditable], [role], [tabindex]";
  const CONTROLS = "input, select, textarea";
  const OFF = ":disabled, [aria-disabled=true] *, [aria-disabled=true]";
  const SHINES = "rgba(0, 0, 0, 0)";
  const numberOf = (parts) => {
    const text = parts.join(" ");
    let one = 0x811c9dc5, other = 0x41c6ce57;
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      one = Math.imul(one ^ code, 0x01000193);
      other = Math.imul(other ^ code, 0x5bd1e995);
    }
    return (other >>> 11) * 0x100000000 + (one >>> 0);
  };
  const said = ({ name, value }) => {
    if (name === "data-walked") return "";
    return TELLING.has(name) || name.startsWith("aria-") ? `${name}=${value.replace(/\d/g, "0")}` : name;
  };
  const placeOf = (e, style, box, around) => numberOf([
    around,
    e.localName,
    ...[...e.attributes].map(said).sort(),
    style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.visibility,
    style.display, style.position, style.fontSize, style.fontWeight, style.textShadow,
    box.width < 24 || box.height < 24,
  ]);
  const groundOf = (style, place, around) => {
    const over = style.position !== "static" && style.position !== "relative";
    const own = [
      over ? place : "",
      style.backgroundColor === SHINES ? "" : style.backgroundColor,
      style.backgroundImage, style.opacity, style.filter, style.mixBlendMode, style.clipPath,
    ];
    return own.join(" ") === "  none 1 none normal none" ? around : numberOf([around, ...own]);
  };
  const wordsOf = (e) => [...e.childNodes].filter((n) => n.nodeType === Node.TEXT_NODE)
    .map((n) => n.data).join("").trim();
  const paintOf = (e, style, ground) => {
    const words = wordsOf(e), control = e.matches(CONTROLS);
    if (!words && !control) return 0;
    const off = e.matches(OFF) || !!e.closest("label")?.control?.matches(OFF);
    return numberOf([
      ground, style.color, style.fontSize, style.fontWeight, style.textShadow, off,
      control && `${e.localName} ${e.type}`, words.length < 2, /[\p{L}\p{N}]/u.test(words),
    ]);
  };
  const places = new Map([[null, theme]]), grounds = new Map([[null, theme]]);
  const found = { places: [], paints: [] };
  window.painted = [];
  for (const e of document.querySelectorAll("*")) {
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    const place = placeOf(e, style, box, places.get(e.parentElement));
    const ground = groundOf(style, place, grounds.get(e.parentElement));
    places.set(e, place);
    grounds.set(e, ground);
    if (style.visibility !== "visible" || box.width === 0 || box.height === 0) continue;
    const pressed = e.matches(PRESSED), words = paintOf(e, style, ground);
    if (!words && !pressed) continue;
    window.painted.push(e);
    found.places.push(place);
    found.paints.push(pressed && theme === "light" ? 0 : words);
  }
  return found;
};
