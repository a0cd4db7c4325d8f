const wide = window.matchMedia("(min-width: 821px)");

// Gradio labels each message with its source text, tags and all; what is in it reads better. And on a phone, where the talk does not
// scroll by itself, a question that was just asked comes into sight.
let questions = 0;

function tidy() {
  document.querySelectorAll("#chat [data-testid][aria-label]").forEach((message) => message.removeAttribute("aria-label"));
  const asked = document.querySelectorAll("#chat .question");
  if (asked.length > questions && !wide.matches) asked[asked.length - 1].scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
  questions = asked.length;
}

new MutationObserver(tidy).observe(document.body, { subtree: true, childList: true, attributeFilter: ["aria-label"] });

// A visitor's own files were removed: nothing of them stays on the page. Their numbers are as long as no row is.
const isOwn = (link) => /^#source-\d{25}/.test(link);

document.addEventListener("own-files-removed", () => {
  away();
  passages.clear();
  for (const row of [...kept.keys()]) if (isOwn(`#source-${row}`)) kept.delete(row);
  document.querySelectorAll("#found li").forEach((found) => isOwn(found.querySelector("a").hash) && found.remove());
  if (isOwn(location.hash)) history.replaceState(null, "", location.pathname + location.search);
  if (!isOwn(`#source-${pane.row}`)) return;
  element.replaceChildren();
  pane.row = null;
  show("#source-0", { stay: true });
});

if (location.hash.startsWith("#source-")) show(location.hash);
else show("#source-0", { stay: true });
