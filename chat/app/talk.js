// Runs once, when the page is there. `trigger` sends what the visitor does to the server; `props.value` is what the server tells: what to
// keep of the talk. It lies in this browser, and can be deleted with one button.

const KEPT = "footnoted-talk", CHOSEN = "footnoted-readings", OPINIONS = "footnoted-opinions", STYLE = "footnoted-style";
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const send = (act, more = {}) => trigger("submit", { act, ...more });

function stored(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise; // nothing readable there, or no right to look
  }
}

function store(key, value) {
  try {
    if (Object.keys(value).length) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {} // full, or not allowed: the talk goes on without
}

// What the server tells ---------------------------------------------------------------------------------------------------------------

watch("value", () => {
  const told = JSON.parse(props.value || "{}");
  store(KEPT, told.kept ?? []);
  if (told.readings && byId("count")) byId("count").textContent = told.readings;
  if (told.file) take(told.file);
  mark();
});

// Tabs --------------------------------------------------------------------------------------------------------------------------------

const tabs = () => all("#head [role=tab]");

function view(name, focus = false) {
  for (const tab of tabs()) {
    const chosen = tab.id === `tab-${name}`, panel = byId(tab.getAttribute("aria-controls"));
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen && focus) tab.focus();
    panel?.setAttribute("role", "tabpanel");
    panel?.setAttribute("aria-labelledby", tab.id);
    panel?.classList.toggle("shown", chosen);
  }
}

document.addEventListener("keydown", (event) => {
  if (event.target.role !== "tab") return;
  const row = tabs(), place = row.indexOf(event.target);
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: row.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  view(row.at(next % row.length).id.slice(4), true);
});

// Under an answer ---------------------------------------------------------------------------------------------------------------------

const acts = {
  copy: (act) => copy(quoted(act.closest(".answer")), act),
  link: (act) => copy(new URL(act.getAttribute("href"), location.origin + location.pathname).href, act),
  save: (act, turn) => unfold(act, byId(`t${turn}-files`).classList.toggle("shown")),
  file: (act, turn) => ask(act, turn, act.id.split("-file-")[1]),
  others: (_, turn) => send("others", { turn }),
  anew: (_, turn) => send("anew", { turn }),
  helpful: (act) => judge(act, "helpful"),
  unhelpful: (act) => judge(act, "not helpful"),
  reason: (act) => judge(act, "not helpful", act.textContent),
};

function quoted(answer) {
  const notes = all("ol.notes > li", answer), turn = answer.querySelector(".act").id.match(/\d+/)[0];
  const quotations = all("blockquote .words", answer).map((words, place) => `“${words.textContent}” ${cited(notes[place])}`);
  const works = all(`#chat .works .of-${turn}`).map(cited);
  if (works.length) works.unshift(document.querySelector("#chat .works .line").textContent);
  return [...quotations, ...works].join("\n\n");
}

function cited(note) {
  const plain = note.cloneNode(true);
  all("a", plain).forEach((link) => (link.textContent = link.getAttribute("href"))); // shown shortened
  return plain.textContent.replaceAll("\u00a0", " ").trim();
}

async function copy(text, act) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    copied = copyTheOldWay(text); // no permission, or a page that is not served securely
  }
  act.focus({ preventScroll: true });
  say(copied ? "Copied" : "Not copied: your browser does not let us", act);
}

function copyTheOldWay(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

function say(words, act) {
  byId("said").textContent = words;
  const before = act.dataset.words ?? act.textContent;
  act.dataset.words = before;
  act.textContent = words;
  setTimeout(() => ((act.textContent = before), (byId("said").textContent = "")), 2000);
}

// Files come over the visitor's own event and are saved from memory: they lie nowhere that somebody else could look.

const asking = new Map(); // acts that wait for their file, by number
let asked = 0;

function unfold(act, shown) {
  act.setAttribute("aria-expanded", shown);
}

function ask(act, turn, format) {
  if ([...asking.values()].includes(act)) return;
  asking.set((asked += 1), act);
  byId("said").textContent = "Saving …";
  send("save", { turn, format, asked });
}

function take(file) {
  const act = asking.get(file.asked);
  if (!asking.delete(file.asked)) return; // told again of what was saved
  if (!file.failed) {
    const bytes = Uint8Array.from(atob(file.data), (character) => character.charCodeAt(0));
    save(new Blob([bytes], { type: file.type }), file.name);
  }
  if (act.isConnected) say(file.failed ?? "Saved", act);
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // not before the browser has it
}

// Remarks stay in this browser, by the answer's link; they can be saved as a file and sent to whoever asks for them.

const subject = (answer) => answer.querySelector("a.act[id$=-link]")?.getAttribute("href") ?? answer.textContent.slice(0, 200);

function judge(act, verdict, reason = "") {
  const opinions = stored(OPINIONS, {}), about = subject(act.closest(".answer")), before = opinions[about];
  if (before?.verdict === verdict && before.reason === reason) delete opinions[about];
  else opinions[about] = { verdict, reason };
  store(OPINIONS, opinions);
  mark();
}

function mark() {
  const opinions = stored(OPINIONS, {}), answers = all("#chat .answer");
  for (const answer of answers) {
    const opinion = opinions[subject(answer)];
    press(answer.querySelector("[id$=-helpful]"), opinion?.verdict === "helpful");
    press(answer.querySelector("[id$=-unhelpful]"), opinion?.verdict === "not helpful");
    all(".why .act", answer).forEach((act) => press(act, opinion?.reason === act.textContent));
    answer.querySelector(".why")?.classList.toggle("shown", opinion?.verdict === "not helpful");
  }
  for (const act of all("#chat [id$=-save], #t0-save")) {
    const files = byId(act.id.replace("-save", "-files"));
    if (!act.hasAttribute("aria-expanded")) {
      act.setAttribute("aria-expanded", "false");
      act.setAttribute("aria-controls", files.id);
      files.setAttribute("role", "group");
      files.setAttribute("aria-label", act.id === "t0-save" ? "Save the talk as" : "Save the answer as");
    }
  }
  if (!byId("kept")) return;
  byId("kept").hidden = !byId("chat")?.querySelector(".question");
  byId("opinions").hidden = !Object.keys(opinions).length;
}

function press(act, pressed) {
  if (act && act.getAttribute("aria-pressed") !== String(pressed)) act.setAttribute("aria-pressed", pressed);
}

function saveOpinions() {
  const listed = Object.entries(stored(OPINIONS, {})).map(([answer, opinion]) => ({ answer, ...opinion }));
  save(new Blob([JSON.stringify(listed, null, 2)], { type: "application/json" }), "footnoted-remarks.json");
}

// Which readings are asked ------------------------------------------------------------------------------------------------------------

const boxes = () => all("#library .choose");
let chosen = stored(CHOSEN, []);

function choose(documents) {
  chosen = documents.length === boxes().length ? [] : documents;
  store(CHOSEN, chosen);
  send("choose", { documents: chosen });
  tick();
}

function tick() {
  if (!byId("scope")) return;
  const there = boxes();
  there.forEach((box) => (box.checked = chosen.includes(box.value)));
  const count = there.filter((box) => box.checked).length;
  byId("scope").hidden = !count;
  const words = `Asking ${count} of ${there.length} readings.`, shown = byId("scope").firstElementChild;
  if (shown.textContent !== words) shown.textContent = words;
}

// What the visitor does ---------------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const pressed = event.target.closest?.("button, a.act");
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (pressed.matches("#head [role=tab]")) view(pressed.id.slice(4));
  else if (pressed.matches(".chip")) {
    send("ask", { question: pressed.textContent });
    document.querySelector("#question textarea").focus({ preventScroll: true });
  } else if (pressed.id === "all-readings") choose([]);
  else if (pressed.id === "remove-own") {
    send("remove-own");
    document.dispatchEvent(new Event("own-files-removed"));
  } else if (pressed.id === "opinions") saveOpinions();
  else if (pressed.id === "forget") {
    [KEPT, OPINIONS].forEach((key) => store(key, {}));
    history.replaceState(null, "", location.pathname);
    send("forget");
    document.querySelector("#question textarea").focus();
  } else if (pressed.matches("#chat .act, #foot .act, #t0-save")) {
    const [, turn, name] = pressed.id.match(/^t(\d+)-([a-z]+)/);
    event.preventDefault();
    acts[name](pressed, Number(turn));
  }
});

// A file that is too large is refused before it is sent, and before gradio hears of it.
document.addEventListener(
  "change",
  (event) => {
    if (event.target.type !== "file" || !byId("too-large")) return;
    const line = byId("too-large"), most = Number(line.dataset.megabytes);
    const large = [...event.target.files].find((file) => file.size > most * 1_000_000);
    line.hidden = !large;
    line.textContent = large ? `“${large.name}” is larger than ${most} MB; add a smaller file. Nothing was added.` : "";
    if (!large) return;
    event.stopImmediatePropagation();
    event.target.value = "";
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  const files = event.key === "Escape" && event.target.closest?.(".acts.files.shown");
  if (!files) return;
  files.classList.remove("shown");
  const act = byId(files.id.replace("-files", "-save"));
  unfold(act, false);
  act.focus();
});

document.addEventListener("change", (event) => {
  if (event.target.id === "style") {
    store(STYLE, event.target.value);
    send("style", { style: event.target.value });
  }
  if (event.target.matches?.("#library .choose")) choose(boxes().filter((box) => box.checked).map((box) => box.value));
});

// The parts of the page come one after the other; each is made ready when it is there.

function prepare() {
  if (tabs().length && !document.querySelector("[role=tabpanel]") && byId("talk") && byId("shelf")) view("ask");
  for (const list of all("#chat .examples[role=list]")) {
    list.setAttribute("role", "group"); // it holds buttons, no list items
    list.setAttribute("aria-label", "Questions to start with");
  }
  if (byId("style") && !byId("style").dataset.ready) {
    const style = stored(STYLE, ""), options = [...byId("style").options].map((option) => option.value);
    if (options.includes(style)) byId("style").value = style;
    byId("style").dataset.ready = "yes";
  }
  mark();
  tick();
}

let due = false;
new MutationObserver(() => {
  if (due) return;
  due = true;
  requestAnimationFrame(() => ((due = false), prepare()));
}).observe(document.body, { subtree: true, childList: true });

prepare();
send("hello", { link: location.search, kept: stored(KEPT, []), chosen, style: stored(STYLE, "chicago") });
