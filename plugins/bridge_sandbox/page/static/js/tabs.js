// On a narrow screen one pane shows at a time, behind tabs.

/** The tabs in `list`; each names its pane by `aria-controls`. Gives back a function that shows the pane of a given id. */
export function tabs(list) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const paneOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
  const select = (chosen) => {
    for (const tab of all) {
      tab.setAttribute("aria-selected", String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      paneOf(tab).classList.toggle("selected", tab === chosen);
    }
  };
  for (const tab of all) tab.addEventListener("click", () => select(tab));
  list.addEventListener("keydown", ({ key }) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (by === undefined) return;
    const next = all[(all.indexOf(document.activeElement) + by + all.length) % all.length];
    select(next);
    next.focus();
  });
  select(all[0]);
  return (id) => select(all.find((tab) => tab.getAttribute("aria-controls") === id));
}
