// What of a document may be painted as nothing before it was: a number for each element, the same
// for elements of the same kind in the same place, painted in the same colours and of a size that
// can be met by a finger or not. `theme`: part of the number. The elements stay with the page.
(theme) => {
  const TELLING = new Set(["class", "role", "type", "tabindex"]);
  const numberOf = (text) => {
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
  const numbers = new Map([[null, theme]]);
  for (const e of document.querySelectorAll("*")) {
    const style = getComputedStyle(e);
    const box = e.getBoundingClientRect();
    numbers.set(e, numberOf([
      numbers.get(e.parentElement),
      e.localName,
      ...[...e.attributes].map(said).sort(),
      style.color, style.backgroundColor, style.backgroundImage, style.opacity, style.visibility,
      style.display, style.position, style.fontSize, style.fontWeight, style.textShadow,
      box.width < 24 || box.height < 24,
    ].join(" ")));
  }
  numbers.delete(null);
  window.painted = [...numbers.keys()];
  return [...numbers.values()];
};
