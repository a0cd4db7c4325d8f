// Hovering or focusing a footnote number shows its passage in place: a small card with the sentence in its paragraph and the citation, or
// the source's own note. It stays while the pointer is on the number or on the card, or the number has the focus; Escape puts it away.
// `server.passage(["#source-0-7-9", "apa"])` gives what is in it. A tap shows nothing: it goes to the source.

const HOVER_MILLISECONDS = 250; // a pointer on its way somewhere else opens nothing
const GRACE_MILLISECONDS = 300; // to get from the number to the card
const EDGE = 12; // pixels kept free around the card

const card = document.createElement("div");
card.id = "passage-card";
card.setAttribute("role", "tooltip");
card.hidden = true;
(document.querySelector("main") ?? document.body).append(card);

const passages = new Map(); // what was asked for already, by citation style and link
let about = null; // the number whose card is shown
let wanted = null; // the number whose card is to be shown
let opening;
let closing;

async function peek(number) {
  clearTimeout(closing);
  wanted = number;
  if (about === number) return;
  const content = await contentOf(number.hash);
  if (wanted !== number || !content || !number.isConnected) return;
  away();
  wanted = about = number;
  card.replaceChildren(content);
  card.hidden = false;
  number.setAttribute("aria-describedby", card.id);
  beside(number);
}

async function contentOf(link) {
  const content = document.createElement("div");
  if (link.startsWith("#own-")) {
    content.append(noteOf(element.querySelector(link)));
    content.querySelectorAll("a").forEach((anchor) => anchor.replaceWith(...anchor.childNodes)); // nothing in it can be reached by Tab
  } else {
    const style = document.getElementById("style")?.value ?? "", key = `${style} ${link}`;
    if (!passages.has(key)) passages.set(key, await server.passage([link, style]));
    content.innerHTML = passages.get(key);
  }
  return content.textContent ? content : null;
}

function away() {
  clearTimeout(opening);
  clearTimeout(closing);
  about?.removeAttribute("aria-describedby");
  about = wanted = null;
  card.hidden = true;
}

// Under the number, or over it where there is more room; always inside the window.
function beside(number) {
  const anchor = number.getBoundingClientRect();
  if (!number.isConnected || anchor.bottom < 0 || anchor.top > innerHeight) return away();
  const below = innerHeight - anchor.bottom;
  const under = below > anchor.top || card.offsetHeight + EDGE < below;
  card.style.maxHeight = `${Math.max(below, anchor.top) - 2 * EDGE}px`;
  card.style.left = `${Math.max(EDGE, Math.min(anchor.left - 40, innerWidth - card.offsetWidth - EDGE))}px`;
  card.style.top = `${under ? anchor.bottom + 6 : anchor.top - card.offsetHeight - 6}px`;
}

const numberAt = (target) => target.closest?.("a.number[href^='#source-'], #reading a.number[href^='#own-']");

// The browser's own tooltip would lie over the card; a screen reader is told the same in another way.
function untitle(number) {
  if (!number.title) return;
  number.setAttribute("aria-label", `Footnote ${number.textContent}: ${number.title}`);
  number.removeAttribute("title");
}

document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  const number = numberAt(event.target);
  clearTimeout(opening);
  if (number) {
    untitle(number);
    clearTimeout(closing);
    opening = setTimeout(() => peek(number), HOVER_MILLISECONDS);
  } else if (card.contains(event.target)) {
    clearTimeout(closing);
  } else if (about && about !== document.activeElement) {
    clearTimeout(closing);
    closing = setTimeout(away, GRACE_MILLISECONDS);
  }
});

document.addEventListener("focusin", (event) => {
  const number = numberAt(event.target);
  if (!number || !number.matches(":focus-visible")) return;
  untitle(number);
  peek(number);
});
document.addEventListener("focusout", (event) => {
  if (numberAt(event.target) === about && !card.matches(":hover")) away();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") away();
});
document.addEventListener("click", (event) => {
  if (!card.contains(event.target)) away();
});
document.addEventListener("scroll", (event) => about && event.target !== card && beside(about), { capture: true, passive: true });
window.addEventListener("resize", away);
