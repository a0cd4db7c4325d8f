// The source pane. Runs once, when gradio has put it on the page: `element` is the pane, `server` asks the program.
//
//   server.source("#source-0")                      the HTML of a document; '' for one that does not exist
//   server.facsimile(["#source-0-7-9", 0])          the images of the pages on which a place stands, or of a page by its number
//
// A document is sent once; a later click only moves the highlight. Its blocks say in `data-start` where they begin, in code points.

const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const MOST_KEPT = 4; // documents whose HTML is kept, to go back and forth
const kept = new Map(); // HTML by row
const pane = {
  row: null, // of the document shown
  span: null, // {start, end} of what is highlighted
  blocks: [], // elements with words of the document, in order
  view: "text", // or "page"
  page: 0, // number of the first page shown as an image
  highlighted: 0, // that page, if words are marked on it
};
let latest = 0; // answers can overtake each other; only the last question counts

function placeOf(link) {
  const found = /^#source-(\d{1,30})(?:-(\d{1,12})-(\d{1,12}))?$/.exec(link);
  if (!found) return null;
  return { row: found[1], span: found[2] === undefined ? null : { start: Number(found[2]), end: Number(found[3]) } };
}

const linkOf = ({ row, span }) => `#source-${row}${span ? `-${span.start}-${span.end}` : ""}`;

// `stay`: the page stays where it is, as when it opens on a phone, where the pane lies below the talk.
async function show(link, { stay = false } = {}) {
  const mine = ++latest;
  const place = placeOf(link);
  if (!place || !(await open(place.row)) || mine !== latest) return;
  pane.span = place.span;
  const chooser = document.getElementById("chooser");
  if (chooser) chooser.value = place.row;
  unmark();
  const highlight = place.span && mark(place.span.start, place.span.end);
  if (asImages()) await picture(0, { stay });
  else if (highlight) goToHighlight(highlight);
  else if (!stay) scroller().scrollTo(0, 0);
}

// Whether the document of a row is in the pane now: it is fetched unless it was shown lately.
async function open(row) {
  if (pane.row === row) return true;
  const mine = latest;
  const html = kept.get(row) ?? (await server.source(`#source-${row}`));
  if (mine !== latest || !html) return false;
  kept.delete(row);
  kept.set(row, html);
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  element.innerHTML = html;
  Object.assign(pane, { row, span: null, page: 0, blocks: [...element.querySelectorAll("[data-start]")] });
  look();
  return true;
}

// The highlight ------------------------------------------------------------------------------------------------------------------------

const isOurs = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches("sup, .page-turn, .own");
const startOf = (block) => Number(block.dataset.start);
const isPlain = (text) => !/[\ud800-\udfff]/.test(text);

// The text nodes of a block that are the document's words: not note marks, page names or our card.
function ownTexts(block) {
  const filter = (node) => (node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT : isOurs(node) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP);
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT, filter);
  const found = [];
  while (walker.nextNode()) found.push(walker.currentNode);
  return found;
}

// How many code points a text has, and how many UTF-16 units so many of them take.
function points(text) {
  return isPlain(text) ? text.length : [...text].length;
}
function units(text, count) {
  if (isPlain(text)) return Math.min(count, text.length);
  let at = 0;
  for (; count > 0 && at < text.length; count--) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return at;
}

// Row of the last block that starts at a position or before it.
function blockAt(position) {
  let low = 0;
  let high = pane.blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startOf(pane.blocks[middle]) <= position) low = middle + 1;
    else high = middle;
  }
  return Math.max(low - 1, 0);
}

function unmark() {
  element.querySelectorAll(".own").forEach((card) => card.remove());
  element.querySelectorAll("article mark").forEach((mark) => {
    const block = mark.parentElement;
    mark.replaceWith(...mark.childNodes);
    block.normalize();
  });
}

// Puts a stretch of the text into `mark` elements, with the notes marked in it below, and gives the first; null where there is nothing.
function mark(start, end) {
  let first = null;
  let last = null;
  const notes = new Set();
  for (let row = blockAt(start); row < pane.blocks.length && startOf(pane.blocks[row]) < end; row++) {
    const block = pane.blocks[row];
    let at = startOf(block);
    for (const node of ownTexts(block)) {
      const length = points(node.data);
      const from = Math.max(start - at, 0);
      const until = Math.min(end - at, length);
      if (from < until) {
        const begin = units(node.data, from);
        const size = units(node.data, until) - begin;
        const words = begin ? node.splitText(begin) : node;
        if (size < words.length) words.splitText(size);
        const lit = document.createElement("mark");
        words.replaceWith(lit);
        lit.append(words);
        first ??= lit;
        last = block;
      }
      at += length;
    }
    block.querySelectorAll("sup[data-at]").forEach((sup) => {
      const position = Number(sup.dataset.at);
      if (start < position && position <= end) notes.add(sup.querySelector("a").hash);
    });
  }
  if (!first) return null;
  first.id = "highlight";
  first.tabIndex = -1;
  if (notes.size) {
    const card = document.createElement("aside");
    card.className = "own";
    for (const note of notes) card.append(noteOf(element.querySelector(note)));
    if (last.tagName === "LI") last.append(card);
    else last.after(card);
  }
  return first;
}

// One of the source's own notes, as it stands in the list at the end.
function noteOf(item) {
  const note = document.createElement("p");
  note.append(item.querySelector("b").cloneNode(true), " ", item.querySelector(".said").cloneNode(true));
  return note;
}

// Where it goes ------------------------------------------------------------------------------------------------------------------------

// On a wide screen the pane scrolls by itself, on a phone the window does.
function scroller() {
  const column = element.closest("#source");
  return getComputedStyle(column).overflowY === "visible" ? { scrollTo: () => column.scrollIntoView() } : column;
}

function goToHighlight(highlight) {
  go(highlight, highlight.getBoundingClientRect().height < innerHeight / 2 ? "center" : "start");
  getSelection().collapse(highlight.firstChild, 0); // from here Shift and the arrow keys select
}

// Near places are scrolled to; far ones are jumped to, and again once what is around them has been laid out, which moves them.
function go(target, block) {
  target.focus({ preventScroll: true });
  const far = Math.abs(target.getBoundingClientRect().top) > 3 * innerHeight;
  target.scrollIntoView({ block, behavior: still || far ? "auto" : "smooth" });
  if (!far && !still) return;
  let top = target.getBoundingClientRect().top;
  let frames = 6;
  requestAnimationFrame(function again() {
    target.scrollIntoView({ block });
    const now = target.getBoundingClientRect().top;
    if (--frames && Math.abs(now - top) > 1) requestAnimationFrame(again);
    top = now;
  });
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

// Text or page -------------------------------------------------------------------------------------------------------------------------

const asImages = () => pane.view === "page" && element.querySelector(".views") !== null;

// Sets what is seen to what is chosen.
function look() {
  const images = asImages();
  element.querySelector("article")?.classList.toggle("as-page", images);
  element.querySelectorAll(".views button").forEach((button) => button.setAttribute("aria-pressed", String((button.dataset.view === "page") === images)));
  if (!images) element.querySelector(".facsimile")?.replaceChildren();
}

element.addEventListener("click", async (event) => {
  const chosen = event.target.closest?.("button[data-view]");
  if (chosen && chosen.dataset.view !== pane.view) {
    const number = pane.view === "text" ? pageInSight() : pane.page;
    pane.view = chosen.dataset.view;
    look();
    if (pane.view === "page") await picture(number);
    else backToText(number);
  }
  const turned = event.target.closest?.("button[data-turn]");
  if (turned) await picture(Number(turned.dataset.turn));
});

// The number of the page to draw when the text is left: 0, that of the highlight, while it can be seen; else the one in sight.
function pageInSight() {
  const highlight = element.querySelector("#highlight");
  const middle = innerHeight / 2;
  if (highlight) {
    const { top, bottom } = highlight.getBoundingClientRect();
    if (bottom > 0 && top < innerHeight) return 0;
  }
  let number = 0;
  for (const start of element.querySelectorAll("[data-page]")) {
    if (number && start.getBoundingClientRect().top > middle) break;
    number = Number(start.dataset.page);
  }
  return number;
}

function backToText(number) {
  const highlight = element.querySelector("#highlight");
  const start = element.querySelector(`[data-page="${number}"]`);
  if (highlight && (!number || number === pane.highlighted)) goToHighlight(highlight);
  else if (start) go(start, "start");
}

// Draws a page, or with 0 those on which the highlight stands.
async function picture(number, { stay = false } = {}) {
  const mine = ++latest;
  const holder = element.querySelector(".facsimile");
  const waiting = setTimeout(() => holder.setAttribute("aria-busy", "true"), 150);
  const html = await server.facsimile([linkOf(pane), number]);
  clearTimeout(waiting);
  if (mine !== latest) return;
  holder.removeAttribute("aria-busy");
  holder.innerHTML = html;
  const first = holder.querySelector("figure");
  if (!first) return;
  pane.page = Number(first.dataset.number);
  pane.highlighted = holder.querySelector(".lit") ? pane.page : 0;
  const turned = document.activeElement === document.body || !element.contains(document.activeElement);
  if (turned) first.focus({ preventScroll: true });
  await Promise.all([...holder.querySelectorAll("img")].map((image) => image.decode().catch(() => {})));
  if (mine !== latest) return;
  const lit = holder.querySelector(".lit");
  if (lit) lit.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
  else if (!stay) scroller().scrollTo(0, 0);
}
