// How far the page scrolls sideways, and the first elements that stick out.
() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  if (wide <= 0) return [];
  const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
  const out = [...document.querySelectorAll("body *")].filter(
    (e) => e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement),
  );
  const names = out.slice(0, 5).map((e) => {
    const css = typeof e.className === "string" ? e.className.trim().split(/\s+/).join(".") : "";
    return e.tagName.toLowerCase() + (css ? `.${css}` : "");
  });
  return [`${wide} px too wide: ${names.join(", ")}`];
};
