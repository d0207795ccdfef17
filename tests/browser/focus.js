// From here on notes, each time Tab is about to move the focus on, where it is and whether a person
// can see that: the page stands then as the Tab before left it. `stops`: what was noted and not yet
// fetched; null: nowhere, or before where Tab began, which it reaches after the last; `first`:
// not been here yet. `start`: selector of where Tab begins. Returns about how often Tab has to be
// pressed to have been everywhere.
(start) => {
  const origin = document.querySelector(start);
  const look = () => {
    const e = document.activeElement;
    if (!e || e === document.body || e === document.documentElement) return null;
    if (origin.compareDocumentPosition(e) === Node.DOCUMENT_POSITION_PRECEDING) return null;
    const box = e.getBoundingClientRect();
    const words = e.getAttribute("aria-label") || e.textContent || e.getAttribute("name") || "";
    const name = `${e.tagName.toLowerCase()}${e.id ? `#${e.id}` : ""} ${words.trim().slice(0, 30)}`;
    const first = !e.dataset.walked;
    e.dataset.walked = "1";
    // a radio or a box is often drawn by its label, which then carries the ring
    const label = e.closest("label");
    const drawn = [e, ...(label ? [label, ...label.querySelectorAll("*")] : [])];
    const ring = drawn.some((one) => {
      const style = getComputedStyle(one);
      const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
      return outlined || style.boxShadow !== "none";
    });
    // a ring may be drawn around a whole group, by :has() or :focus-within
    let group = e.parentElement, grouped = false;
    for (let n = 0; group && n < 4 && !grouped; n += 1, group = group.parentElement) {
      const style = getComputedStyle(group);
      grouped = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
    }
    const area = label && box.width * box.height < 4 ? label.getBoundingClientRect() : box;
    const within = (value, most) => Math.min(Math.max(value, 0), most - 1);
    const x = within(area.left + area.width / 2, innerWidth);
    const y = within(area.top + Math.min(area.height / 2, 20), innerHeight);
    const inside =
      area.bottom > 0 && area.top < innerHeight &&
      area.right > 0 && area.left < innerWidth &&
      area.width > 0 && area.height > 0;
    const top = document.elementFromPoint(x, y);
    const near = !!top && (e.contains(top) || top.contains(e) || (!!label && label.contains(top)));
    return { name, first, ring: ring || grouped, inside, near, visible: getComputedStyle(e).visibility !== "hidden" };
  };
  removeEventListener("keydown", window.noteStop, true); // of an earlier walk
  for (const e of document.querySelectorAll("[data-walked]")) delete e.dataset.walked;
  let begun = false;
  window.stops = [];
  window.noteStop = (event) => {
    if (event.key !== "Tab") return;
    if (begun) window.stops.push(look());
    begun = true;
  };
  addEventListener("keydown", window.noteStop, true);
  // what cannot have the focus would leave it in a field that took it by itself
  const bare = !origin.hasAttribute("tabindex");
  if (bare) origin.tabIndex = -1;
  origin.focus();
  if (bare) origin.removeAttribute("tabindex");
  scrollTo(0, 0);
  const STOPS = "a[href], button, input, select, summary, textarea, [contenteditable], [tabindex]";
  const drawn = [...document.querySelectorAll(STOPS)].filter((e) =>
    e.tabIndex >= 0 && !e.disabled && e.checkVisibility({ visibilityProperty: true }) &&
    !(origin.compareDocumentPosition(e) & Node.DOCUMENT_POSITION_PRECEDING));
  return drawn.length + 2;
};
