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

show(location.hash.startsWith("#source-") ? location.hash : "#source-0");
