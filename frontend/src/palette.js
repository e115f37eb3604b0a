// Search and keyboard shortcuts, loaded when one of them is first used (`console.js`).
//
// The server draws the results and the list of shortcuts: both are parts of the page /search, which
// also works without script.

// A full key must not be in an address. The field of the page /search refuses one as well.
// Its beginning may be missing.
const FULL_KEY = /vx_[0-9A-Za-z]{20}|(?<![0-9A-Za-z])[0-9A-Za-z]{43}/;
// A whole key, as the page “Identify a key” accepts it.
const WHOLE_KEY = /(?<![0-9A-Za-z])vx_[0-9A-Za-z]{49}(?![0-9A-Za-z])/;
const IDENTIFY = "/keys/found";
const WAIT_MILLISECONDS = 150;

let palette, field, list, status, help;
let typed, lastRequest;

const make = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
};

/** Fetches the page /search. Returns nothing if the session has ended, or if the signal stops it. */
async function searchPage(q = "", signal = undefined) {
  try {
    const response = await fetch(`/search?q=${encodeURIComponent(q)}`, { signal });
    // The sign-in page leads back here.
    if (response.redirected) return void location.reload();
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return signal?.aborted ? undefined : page;
  } catch (error) {
    if (!signal?.aborted && status) status.textContent = "Can't reach the server. Check your connection and try again.";
  }
}

const options = () => [...list.querySelectorAll("[role=option]")];
const selected = () => list.querySelector("[aria-selected=true]");

function select(option) {
  selected()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function show(page) {
  const sections = [...page.querySelectorAll("#results section")];
  const groups = sections.map((section) => {
    const group = make('<div role="group"><p aria-hidden="true"></p></div>');
    group.ariaLabel = group.firstElementChild.textContent = section.querySelector("h2").textContent;
    for (const link of section.querySelectorAll("a")) {
      link.role = "option";
      link.tabIndex = -1;
      link.ariaSelected = "false";
      group.append(link);
    }
    return group;
  });
  list.replaceChildren(...groups);
  const found = options();
  for (const [number, option] of found.entries()) option.id = `palette-${number}`;
  select(found[0]);
  status.textContent = found.length === 0 ? "Nothing found" : `${found.length} ${found.length === 1 ? "result" : "results"}`;
}

async function search() {
  const q = field.value.trim();
  const isKey = FULL_KEY.test(q);
  // Only a later search stops an earlier one: another shortcut may fetch the page meanwhile.
  lastRequest?.abort();
  lastRequest = new AbortController();
  const page = await searchPage(isKey ? "identify a key" : q, lastRequest.signal);
  if (page) show(page);
  if (isKey) status.textContent = "This looks like a full key, so it wasn't sent. “Identify a key” sends only its SHA-256.";
}

/**
 * Identifies the key in a text. Like the page's own form, it sends the SHA-256 of the key as the body of a POST, so the
 * key is in no request and no address. The page opens empty if the text has no whole key, or if the browser cannot hash.
 */
export async function identify(text) {
  const [key] = WHOLE_KEY.exec(text) ?? [];
  if (!key || !crypto.subtle) return location.assign(IDENTIFY);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  const form = make(`<form method="post" action="${IDENTIFY}" hidden><input type="hidden" name="digest"></form>`);
  form.firstElementChild.value = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  document.body.append(form);
  form.submit();
}

function onKey(event) {
  const all = options();
  const at = all.indexOf(selected());
  const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
  if (next !== undefined) select(all.at(next % all.length));
  else if (event.key === "Enter") selected()?.click();
  else return;
  event.preventDefault();
}

/** Presses a button of the menu, or selects an option of it. */
function pressControl(control) {
  if (!control.matches("option")) return control.click();
  control.selected = true;
  control.parentElement.dispatchEvent(new Event("change", { bubbles: true }));
}

function build() {
  palette = make(
    '<dialog class="palette" aria-label="Search"><input type="text" role="combobox" ' +
      'aria-label="Search keys, pages and actions" aria-controls="palette-list" aria-expanded="true" ' +
      'aria-autocomplete="list" autocomplete="off" spellcheck="false" maxlength="64" ' +
      'placeholder="Key, page, action or request ID"><p role="status"></p>' +
      '<div id="palette-list" role="listbox" aria-label="Results"></div></dialog>',
  );
  [field, status, list] = palette.children;
  field.addEventListener("input", () => {
    clearTimeout(typed);
    typed = setTimeout(search, WAIT_MILLISECONDS);
  });
  field.addEventListener("keydown", onKey);
  palette.addEventListener("click", (event) => {
    // The backdrop, or a result, whose link is then followed.
    const option = event.target.closest("[role=option]");
    if (event.target !== palette && !option) return;
    // The field is emptied when the dialog closes.
    const text = field.value;
    palette.close();
    const { press } = option?.dataset ?? {};
    const hasKey = option?.pathname === IDENTIFY && FULL_KEY.test(text);
    if (!press && !hasKey) return;
    event.preventDefault();
    if (hasKey) void identify(text);
    else pressControl(document.querySelector(press));
  });
  palette.addEventListener("close", () => (field.value = ""));
}

/** Opens the search, with a text to begin with. */
async function open(text = "") {
  if (!palette) build();
  // A page that replaced another one in the document does not have it.
  document.body.append(palette);
  list.replaceChildren();
  palette.showModal();
  field.value = text;
  await search();
}

async function showHelp() {
  const own = document.getElementById("shortcuts-title");
  if (own) {
    own.tabIndex = -1;
    return own.focus();
  }
  const shortcuts = (await searchPage())?.getElementById("shortcuts");
  if (!shortcuts) return;
  help?.remove();
  help = make('<dialog aria-labelledby="shortcuts-title"><div class="dialog-body"></div></dialog>');
  const close = make('<form method="dialog" class="actions"><button class="button primary" autofocus>Close</button></form>');
  help.firstElementChild.append(...shortcuts.children, close);
  document.body.append(help);
  help.showModal();
}

/** Opens the dialog of the list of keys, or the page, if the member may create keys. */
async function createKey() {
  const button = document.querySelector("button[formaction=\"/keys/new\"]");
  if (button) return button.click();
  const link = (await searchPage())?.querySelector('#results a[href="/keys/new"]');
  if (link) location.assign(link.href);
}

const focused = () => document.activeElement?.closest("main tbody tr");

/** Focuses the link of another row, or the row itself if it has none. */
function move(step) {
  const rows = [...document.querySelectorAll("main tbody tr")].filter((row) => row.checkVisibility());
  const at = rows.indexOf(focused());
  const row = rows[at < 0 ? 0 : Math.min(Math.max(at + step, 0), rows.length - 1)];
  if (!row) return;
  const target = row.querySelector("a") ?? row;
  if (target === row) row.tabIndex = -1;
  target.focus();
}

const SHORTCUTS = {
  search: open,
  "?": showHelp,
  c: createKey,
  j: () => move(1),
  k: () => move(-1),
  x: () => focused()?.querySelector(".choose")?.click(),
  "/": () => {
    const ownField = document.querySelector("main input[type=search]");
    // The field is hidden while the list has no entries.
    return ownField?.checkVisibility() ? ownField.focus() : open();
  },
};

export const use = (shortcut, text) => SHORTCUTS[shortcut](text);
