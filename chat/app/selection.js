// Words selected in the pane can be asked about: a small button near them puts them between quotation marks into the question box, and the
// cursor after them. Tab reaches it, Escape puts it away. `server.words("#source-0-7-9")` gives the words as they can be found again.

const SETTLED_MILLISECONDS = 200; // a selection that still grows is left alone
const FEW_LETTERS = 3;

const offer = document.createElement("button");
offer.type = "button";
offer.id = "ask-about";
offer.textContent = "Ask about this";
offer.hidden = true;
(document.querySelector("main") ?? document.body).append(offer);

let settling;
let pressed = false; // a mouse button is down: the selection is still being drawn
let asked = ""; // the place asked about or put away last: for the same selection the button does not come again

// Where the selection stands in the document, in code points; null where it holds none of its words, or others too.
function selected() {
  const selection = getSelection();
  const article = element.querySelector("article");
  if (!selection.rangeCount || selection.isCollapsed || !article) return null;
  const range = selection.getRangeAt(0);
  if (!article.contains(range.commonAncestorContainer)) return null;
  let start = null;
  let end = 0;
  let letters = "";
  for (const block of pane.blocks) {
    if (!range.intersectsNode(block)) {
      if (start !== null) break;
      continue;
    }
    let at = startOf(block);
    for (const node of ownTexts(block)) {
      const from = node === range.startContainer ? range.startOffset : 0;
      const until = node === range.endContainer ? range.endOffset : node.length;
      if (from < until && range.intersectsNode(node)) {
        start ??= at + points(node.data.slice(0, from));
        end = at + points(node.data.slice(0, until));
        letters += node.data.slice(from, until);
      }
      at += points(node.data);
    }
  }
  return start !== null && (letters.match(/[\p{L}\p{N}]/gu) ?? []).length >= FEW_LETTERS ? { start, end } : null;
}

function propose() {
  const span = selected();
  if (!span) asked = "";
  offer.hidden = pressed || !span || asked === linkOf({ row: pane.row, span });
  if (!offer.hidden) placeOffer();
}

// Below the last line of the selection: above it a phone puts its own menu.
function placeOffer() {
  const lines = getSelection().rangeCount ? getSelection().getRangeAt(0).getClientRects() : [];
  const last = lines[lines.length - 1];
  if (!last) return;
  const bottom = innerHeight - offer.offsetHeight - 8;
  offer.style.left = `${Math.max(8, Math.min(last.right - offer.offsetWidth / 2, innerWidth - offer.offsetWidth - 8))}px`;
  offer.style.top = `${Math.max(8, Math.min(last.bottom + 10, bottom))}px`;
}

async function askAbout() {
  const span = selected();
  asked = span && linkOf({ row: pane.row, span });
  offer.hidden = true;
  const words = span && (await server.words(asked));
  const box = document.querySelector("#question textarea");
  if (!words || !box) return;
  const before = box.value.trimEnd();
  box.value = `${before}${before ? " " : ""}“${words}” `;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

document.addEventListener("selectionchange", () => {
  clearTimeout(settling);
  settling = setTimeout(propose, SETTLED_MILLISECONDS);
});
document.addEventListener("pointerdown", (event) => {
  pressed = event.pointerType === "mouse" && event.target !== offer;
  if (pressed) offer.hidden = true;
});
document.addEventListener("pointerup", () => {
  pressed = false;
  clearTimeout(settling);
  settling = setTimeout(propose, 0);
});
// From the highlight on, Shift and the arrow keys select, as they do in a text that can be edited; browsers go on from there by themselves.
document.addEventListener("keydown", (event) => {
  const way = /^Arrow(Up|Down|Left|Right)$/.exec(event.key)?.[1];
  const selection = getSelection();
  if (!way || !event.shiftKey || document.activeElement?.id !== "highlight" || !selection.isCollapsed) return;
  event.preventDefault();
  const step = way === "Up" || way === "Down" ? "line" : event.ctrlKey || event.altKey ? "word" : "character";
  selection.modify("extend", way === "Up" || way === "Left" ? "backward" : "forward", step);
});

document.addEventListener("keydown", (event) => {
  if (offer.hidden) return;
  if (event.key === "Escape") {
    asked = linkOf({ row: pane.row, span: selected() });
    offer.hidden = true;
  } else if (event.key === "Tab" && !event.shiftKey && document.activeElement !== offer && !document.activeElement?.matches("textarea, input")) {
    event.preventDefault();
    offer.focus();
  }
});
document.addEventListener("scroll", () => offer.hidden || placeOffer(), { capture: true, passive: true });
offer.addEventListener("pointerdown", (event) => event.preventDefault()); // the selection stays
offer.addEventListener("click", askAbout);
