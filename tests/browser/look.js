// What axe finds in a part of the document. `fresh`: places in `window.painted` of the elements of
// which contrast and size are measured, of no other; null: of all. `unsure`: places of those of
// which axe cannot tell whether they can be read.
async ([where, options, fresh]) => {
  const MEASURED = ["color-contrast", "target-size"];
  const LONG = "contrast and size are measured of this"; // so long that axe names nothing by it
  const marked = fresh === null ? [] : fresh.map((place) => window.painted[place]);
  const selector = fresh === null ? "*" : "[data-fresh]";
  axe.configure({ rules: MEASURED.map((id) => ({ id, selector })) });
  for (const e of marked) e.setAttribute("data-fresh", LONG);
  const asked = { ...options, elementRef: true, resultTypes: ["violations", "incomplete"] };
  const all = await axe.run({ include: [[where]] }, asked);
  for (const e of marked) e.removeAttribute("data-fresh");
  // nothing else comes over: what passed is as long as the page
  const told = ({ target, failureSummary }) => ({ target, failureSummary });
  const unread = all.incomplete.filter(({ id }) => id === MEASURED[0]).flatMap(({ nodes }) => nodes);
  return {
    violations: all.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(told) })),
    unsure: fresh === null ? [] : unread.map(({ element }) => window.painted.indexOf(element)),
  };
};
