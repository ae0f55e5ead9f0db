// Pages replace their live part every second. What its reader is doing there goes on: selected text stays selected, and
// what was opened stays open.
let opened = [];

document.addEventListener('htmx:beforeRequest', event => {
  const selection = document.getSelection();
  if (!selection.isCollapsed && event.target.contains(selection.anchorNode)) {
    event.preventDefault();
  }
});
document.addEventListener('htmx:beforeSwap', event => {
  opened = [...event.detail.target.querySelectorAll('details[open]')].map(each => each.id);
});
document.addEventListener('htmx:afterSwap', () => {
  opened.map(id => document.getElementById(id)).filter(each => each).forEach(each => { each.open = true; });
});
