// Runs once, when gradio has put the source pane on the page. `element` is the pane, `props.value` its HTML, `server.source` asks for a
// document: the link of a place goes out ("#source-0-7-9"), HTML comes back, '' for a place that does not exist.

const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const wide = window.matchMedia("(min-width: 821px)");
const chooser = () => document.getElementById("chooser");
let latest = 0; // answers can overtake each other; only the last question counts

async function show(link) {
  const mine = ++latest;
  const html = await server.source(link);
  if (mine !== latest || !html) return;
  const select = chooser();
  if (select) select.value = link.split("-")[1];
  props.value = html;
  await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
  const highlight = element.querySelector("#highlight");
  if (highlight) go(highlight, highlight.getBoundingClientRect().height < innerHeight / 2 ? "center" : "start");
  else element.closest("#source").scrollTo(0, 0); // it scrolls by itself where there is room for two
}

function go(target, block) {
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block, behavior: still ? "auto" : "smooth" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.hash.startsWith("#source-")) {
    event.preventDefault();
    history.pushState(null, "", location.pathname + location.search + link.hash);
    show(link.hash);
  } else if (element.contains(link)) {
    const target = document.getElementById(link.hash.slice(1));
    if (!target) return;
    event.preventDefault();
    go(target, "center");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.id === "chooser") show(`#source-${event.target.value}`);
});

window.addEventListener("popstate", () => {
  if (location.hash.startsWith("#source-")) show(location.hash);
});

if (location.hash.startsWith("#source-")) show(location.hash);

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
