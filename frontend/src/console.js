// Browser behaviour of every page besides the module. Pages that are not hydrated have no other
// script.
//
// It listens on the document, so it also serves pages that replace another one in the document, and
// the parts that the module renders later. Without it, every page still works as plain HTML.
"use strict";
{
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const write = (element, text) => {
    if (element && element.textContent !== text) element.textContent = text;
  };

  // Choices that a person made for all pages. The server reads these cookies as well, so that the
  // next page is rendered accordingly.
  const THEME = "voxum_theme";
  const TIMES = "voxum_times";
  const chosen = (cookie) => document.cookie.match(new RegExp(`(?:^|; )${cookie}=(\\w+)`))?.[1];
  const ROWS = "voxum_rows";
  const choose = (cookie, word) => {
    document.cookie = `${cookie}=${word}; Path=/; Max-Age=31536000; SameSite=Lax`;
    adoptChoices();
  };
  function adoptChoices() {
    root.dataset.theme = chosen(THEME) ?? "system";
    root.dataset.times = chosen(TIMES) ?? "relative";
    root.dataset.rows = chosen(ROWS) ?? "compact";
    const theme = document.getElementById("theme");
    if (theme) theme.value = root.dataset.theme;
    const exact = document.getElementById("exact-times");
    if (exact) exact.checked = root.dataset.times === "exact";
    const comfortable = document.getElementById("comfortable");
    if (comfortable) comfortable.checked = root.dataset.rows === "comfortable";
    const areSingleKeysOn = localStorage.getItem(SINGLE_KEYS) !== "off";
    const singleKeys = document.getElementById("single-keys");
    if (singleKeys) singleKeys.checked = areSingleKeysOn;
    for (const hint of all(".search kbd")) hint.hidden = !areSingleKeysOn;
    if (/Mac|iP/.test(navigator.platform)) write(document.querySelector("[data-palette] kbd"), "⌘ K");
  }

  // Search and shortcuts, whose script is loaded when they are first used. The shortcuts of a
  // single key can be turned off, since speech input may cause them.
  const SINGLE_KEYS = "voxum:single-keys";
  const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
  const paletteScript = () => document.querySelector("[data-palette]")?.dataset.palette;
  // Text that is typed while the search loads, so that it is not lost and no letter acts as a
  // shortcut. Text that is typed into a field stays there.
  let typedAhead;
  function useShortcut(event, shortcut) {
    const script = paletteScript();
    if (!script || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (typedAhead !== undefined) return;
    if (shortcut === "search") typedAhead = "";
    const start = ({ use }) => {
      const text = typedAhead;
      typedAhead = undefined;
      use(shortcut, text);
    };
    // The script of an older build may be gone. The page has the same results.
    import(script).then(start, () => {
      typedAhead = undefined;
      location.assign("/search");
    });
  }
  function typeAhead(event) {
    const { key, ctrlKey, metaKey, altKey, isComposing, target } = event;
    if (typedAhead === undefined || key.length > 1 || ctrlKey || metaKey || altKey || isComposing) return false;
    if (target.closest?.(TYPING)) return false;
    typedAhead += key;
    event.preventDefault();
    return true;
  }
  function shortcut({ key, ctrlKey, metaKey, altKey, target }) {
    if (ctrlKey || metaKey) return !altKey && key.toLowerCase() === "k" ? "search" : undefined;
    const isOff = altKey || localStorage.getItem(SINGLE_KEYS) === "off" || target.closest?.(TYPING);
    return !isOff && ["/", "?", "c", "j", "k", "x"].includes(key) ? key : undefined;
  }

  // Texts that are copied, downloaded or printed.
  const select = (element) => {
    if (element.select) {
      element.focus();
      element.select();
    } else getSelection().selectAllChildren(element);
  };
  async function copy(button) {
    const source = document.getElementById(button.dataset.copy);
    const label = button.querySelector("[aria-live]");
    const note = document.getElementById(`${source.id}-note`);
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      button.querySelector("use")?.setAttribute("href", "#i-check");
      write(label, "Copied");
      write(note, "");
    } catch {
      // Browsers allow the clipboard only on secure origins, and not always there.
      select(source);
      if (note) write(note, "Couldn't copy automatically. The text is selected: press Ctrl+C (⌘C on Mac).");
      else write(label, "Press Ctrl+C");
    }
  }
  function download(button) {
    const text = document.getElementById(button.dataset.download).textContent;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${text.trim()}\n`], { type: "text/plain" }));
    link.download = button.dataset.name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // A page that shows a secret only once asks before it is left, until the person confirms with the
  // page's own button or link that the secret is saved. A new key counts as saved as soon as a
  // request with it was accepted, which the frame on that page reports.
  const unsaved = () => document.querySelector("[data-unsaved]");
  function settle() {
    const page = unsaved();
    if (!page) return;
    page.removeAttribute("data-unsaved");
    for (const box of all("[required]", page)) box.required = false;
  }
  function readFrame({ contentDocument }) {
    if (contentDocument?.querySelector("[data-stage=accepted]")) settle();
  }
  if (unsaved()) {
    addEventListener("beforeunload", (event) => {
      if (unsaved()) event.preventDefault();
    });
    // This event does not bubble.
    document.addEventListener("load", ({ target }) => readFrame(target), true);
    all("iframe").forEach(readFrame);
  }

  // The keys that are selected in the list. They stay selected in this tab while another search, order or page of the
  // list is open, or the page that confirms a bulk action. Their IDs are not secret.
  const CHOSEN = "voxum:chosen";
  const selection = new Set(JSON.parse(sessionStorage.getItem(CHOSEN)));
  const knownBoxes = new WeakSet();
  let rangeStart;
  function chooseRange(box, event) {
    const boxes = all(".choose");
    const ends = [boxes.indexOf(rangeStart), boxes.indexOf(box)].sort((a, b) => a - b);
    if (event.shiftKey && ends[0] >= 0) {
      for (const other of boxes.slice(ends[0], ends[1] + 1)) other.checked = box.checked;
    }
    rangeStart = box;
  }
  let announced = 0;
  function countChosen() {
    const boxes = all(".choose");
    for (const box of boxes) {
      if (!knownBoxes.has(box) && selection.has(box.value)) box.checked = true;
      knownBoxes.add(box);
    }
    const shown = boxes.filter((box) => box.checked);
    const ids = new Set(shown.map((box) => box.value));
    // Keys of this page that are no longer checked, or that were revoked and have no box.
    for (const id of selection) if (document.getElementById(`key-${id}`) && !ids.has(id)) selection.delete(id);
    for (const id of ids) selection.add(id);
    sessionStorage.setItem(CHOSEN, JSON.stringify([...selection]));
    const everything = document.getElementById("choose-all");
    if (everything) {
      everything.checked = shown.length > 0 && shown.length === boxes.length;
      everything.indeterminate = shown.length > 0 && shown.length < boxes.length;
      everything.hidden = boxes.length === 0;
    }
    const bar = document.querySelector(".several p");
    if (!bar) return;
    const number = selection.size;
    const hidden = number - shown.length;
    write(bar.firstChild, number > 0 ? `${number}` : "");
    write(bar.lastChild, hidden > 0 ? ` selected, ${hidden} not shown` : " selected");
    if (number !== announced) write(document.getElementById("chosen"), number + bar.lastChild.data);
    announced = number;
  }
  // Adds the keys that are not shown. The server refuses more than 100, so others need not be in the address.
  function addChosen({ target, formData }) {
    if (target.id !== "several") return;
    const sent = formData.getAll("key");
    for (const id of [...selection].slice(0, 101)) if (!sent.includes(id)) formData.append("key", id);
  }

  // A preview in a list is copied by a click on it, or by the menu of its row.
  async function copyPreview(preview) {
    try {
      await navigator.clipboard.writeText(preview.textContent);
      preview.classList.add("copied");
      setTimeout(() => preview.classList.remove("copied"), 2_000);
      write(document.getElementById("chosen"), "Copied");
    } catch {
      select(preview);
    }
  }

  // The menu of further actions, which all rows of a list share. The browser closes it when its
  // button is pressed again, before the click arrives, so the click must not open it again.
  let menuButton, pressedOpen;
  const rowMenu = () => document.getElementById("row-menu");
  const isMenuOf = (button) => button && button === menuButton && rowMenu()?.matches(":popover-open");
  const menuItems = (menu) => all("[role=menuitem]", menu).filter((item) => !item.hidden);
  function openMenu(button) {
    const menu = document.getElementById(button.dataset.menu);
    const row = button.closest("tr");
    const link = row.querySelector("a.name");
    const status = row.querySelector("[data-status]").dataset.status;
    for (const item of all("[role=menuitem]", menu)) {
      item.hidden = !(item.dataset.for ?? status).split(" ").includes(status);
      const address = `${link.pathname}${item.dataset.path ?? ""}`;
      if (item.localName === "a") item.href = address;
      else if (item.dataset.path) item.formAction = address;
    }
    menu.ariaLabel = button.ariaLabel;
    menuButton?.setAttribute("aria-expanded", false);
    menuButton = button;
    menu.showPopover();
    const [at, size] = [button.getBoundingClientRect(), menu.getBoundingClientRect()];
    const below = at.bottom + 4;
    menu.style.top = `${below + size.height > innerHeight ? Math.max(4, at.top - 4 - size.height) : below}px`;
    menu.style.left = `${Math.max(4, at.right - size.width)}px`;
    menuItems(menu)[0].focus();
  }
  function moveInMenu(event, menu) {
    const items = menuItems(menu);
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) {
      event.preventDefault();
      items.at(next % items.length).focus();
    } else if (event.key === " " && event.target.localName === "a") {
      event.preventDefault();
      event.target.click();
    } else if (event.key === "Tab") closeMenu(menu);
  }
  function closeMenu(menu) {
    menu.hidePopover();
    menuButton?.focus();
  }

  // The buttons that check several permissions at once.
  const scopes = (form) => all("[name=scopes]", form);
  function markPresets() {
    for (const button of all("[data-scopes]")) {
      const wanted = button.dataset.scopes.split(" ");
      const pressed = scopes(button.form).every((box) => box.checked === wanted.includes(box.value));
      button.setAttribute("aria-pressed", pressed);
    }
  }
  function applyPreset(button) {
    const wanted = button.dataset.scopes.split(" ");
    for (const box of scopes(button.form)) box.checked = wanted.includes(box.value);
    markPresets();
    correct(button);
  }

  // An error is hidden when its field changes, and may come back with the next response.
  function correct(changed) {
    const field = changed.closest(".field, .search");
    if (!field) return;
    field.removeAttribute("data-invalid");
    for (const faulty of all("[aria-invalid]", field)) faulty.removeAttribute("aria-invalid");
    for (const error of all(".error", field)) error.hidden = true;
    for (const link of all(".faults a")) {
      if (field.contains(document.getElementById(link.hash.slice(1)))) link.parentElement.hidden = true;
    }
    for (const list of all(".faults")) {
      const left = [...list.children].filter((fault) => !fault.hidden).length;
      const notice = list.closest(".notice");
      notice.hidden = left === 0;
      // The module keeps this text node.
      const text = notice.querySelector("p").firstChild;
      text.data = text.data.replace(/the \d+ (\w+) fields/, left > 1 ? `the ${left} $1 fields` : "the $1 field");
    }
  }

  // A field with which the browser does not send its form, such as a full key whose text would get
  // into an address. Its advice is shown at the field, like other errors.
  function refuse(event) {
    const field = event.target;
    const error = document.getElementById(`${field.id}-error`);
    if (!error || !field.title) return;
    event.preventDefault();
    const advice = field.title.replace("Identify a key", '<a href="/keys/found" data-identify>$&</a>');
    error.innerHTML = `<svg class="icon" aria-hidden="true"><use href="#i-alert"></use></svg><span>${advice}</span>`;
    error.role = "alert";
    error.hidden = false;
    field.setAttribute("aria-invalid", true);
    field.focus();
  }

  // Identifies the key that a field refused, without another field to paste it into.
  function identifyRefused(event) {
    const script = paletteScript();
    const field = event.target.closest(".field, .search").querySelector("[aria-invalid]");
    if (!script || !field) return;
    event.preventDefault();
    const text = field.value;
    field.value = "";
    import(script).then(({ identify }) => identify(text), () => location.assign(event.target.href));
  }

  // The server refuses larger files, so they are refused before they are sent.
  const MAX_FILE_BYTES = 16 * 1024 * 1024;
  function limit(field) {
    const isTooLarge = [...field.files].some((file) => file.size > MAX_FILE_BYTES);
    field.setCustomValidity(isTooLarge ? "This file is larger than 16 MiB. Split it, and send the parts one by one." : "");
    if (isTooLarge) field.reportValidity();
  }

  // Relative times of pages without the module, which keeps those of its own pages right. They are
  // counted from the time at which the server rendered the page, by the server's clock, since the
  // browser's may be wrong. The texts are those of `domain::relative`.
  const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];
  function relative(then, now) {
    const seconds = Math.trunc(Math.abs(now - then) / 1_000);
    const half = then > now ? 0.5 : 0;
    const at = UNITS.findIndex(([, size], at) => seconds + half * (UNITS[at + 1]?.[1] ?? 0) >= size);
    if (at < 0) return "just now";
    const [unit, size] = UNITS[at];
    const count = Math.trunc(seconds / size + half);
    const text = `${count} ${unit}${count === 1 ? "" : "s"}`;
    return half ? `in ${text}` : `${text} ago`;
  }
  let rendered, opened;
  function renewTimes() {
    if (!("still" in root.dataset) || !rendered) return;
    const now = rendered + Date.now() - opened;
    for (const time of all("time[data-relative]")) {
      write(time.querySelector(".ago"), relative(Date.parse(time.dateTime), now));
    }
  }

  // Sorting a list loads a new page, so the focus has to return to the head of the column.
  const SORTED = "voxum:sorted";
  let body;
  function adoptPage() {
    if (body === document.body) return;
    body = document.body;
    rendered = Date.parse(document.querySelector(".updated time")?.dateTime);
    opened = Date.now();
    adoptChoices();
    // A bulk action has succeeded, or the session has ended.
    if (document.querySelector("[data-tone=success] + .views, .bare:not(.in-frame)")) selection.clear();
    all("a.sort")[sessionStorage.getItem(SORTED) ?? -1]?.focus();
    sessionStorage.removeItem(SORTED);
    // The set-up form begins with the time zone of the browser, if it has that option.
    const zone = document.querySelector("[data-own-zone] select");
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    for (const option of zone?.options ?? []) if (option.value === own) zone.value = own;
  }

  // While a list that follows its server is visible, such as that of rejected requests, it asks for
  // newer entries, at most once in 5 seconds.
  let nextLook = Date.now() + 5_000;
  async function follow() {
    const news = document.querySelector("[data-follow]");
    if (!news || document.hidden || Date.now() < nextLook) return;
    nextLook = Infinity;
    let pause = 30_000;
    try {
      const response = await fetch(news.dataset.follow, { signal: AbortSignal.timeout(10_000) });
      // The session has ended, so the server leads from the page to the sign-in page.
      if (response.status === 204) return location.reload();
      if (response.ok) {
        showNews(news, new DOMParser().parseFromString(await response.text(), "text/html"));
        pause = 5_000;
      }
    } catch {
      // The server cannot be reached. The page shows when it was updated.
    }
    nextLook = Date.now() + pause;
  }
  // Adds new rows at the top, and removes as many at the bottom. This waits while the pointer is on
  // a link or button of the list, or while the focus is in a row that would be removed.
  function showNews(news, page) {
    // Another page may have replaced this one meanwhile.
    if (!news.isConnected) return;
    const both = (selector) => [document, page].map((part) => part.querySelector(selector));
    const [updated, now] = both(".updated time");
    if (now) updated?.replaceWith(now);
    const [summary, newSummary] = both(".summary");
    if (newSummary && !summary?.contains(document.activeElement)) summary?.replaceWith(newSummary);
    const [learned, newLearned] = both(".learned");
    if (newLearned) return showLearned(news, both("[data-follow]")[1], learned, newLearned);
    const [list, newList] = both(".followed");
    const [body, newBody] = both(".followed tbody");
    if (!newBody || list.querySelector(":is(a, button):hover")) return;
    const call = (row) => row.querySelector("th a").getAttribute("href");
    const known = new Set([...(body?.rows ?? [])].map(call));
    const rows = [...newBody.rows].filter((row) => !known.has(call(row)));
    const leaving = body ? [...rows, ...body.rows].slice(newBody.rows.length) : [list];
    if (leaving.some((part) => part.contains(document.activeElement))) return;
    for (const row of all(".new", list)) row.classList.remove("new");
    for (const row of rows) row.classList.add("new");
    setTimeout(() => rows.forEach((row) => row.classList.remove("new")), 10_000);
    if (body) {
      body.prepend(...rows);
      for (const row of leaving) row.remove();
    } else list.replaceWith(newList);
    const [chips, newChips] = both(".chips");
    if (!chips) document.querySelector(".find").append(newChips ?? "");
    else if (newChips && !chips.querySelector(":focus, :popover-open")) chips.replaceWith(newChips);
    const [next, newNext] = both(".pager a");
    if (next && newNext) next.href = newNext.href;
    else if (newNext) document.querySelector(".followed").after(newNext.parentElement);
    const [, newNews] = both("[data-follow]");
    news.dataset.follow = newNews.dataset.follow;
    write(news, newNews.textContent);
    renewTimes();
  }

  // Renews the addresses that use a key, and keeps the boxes as the person has left them. New ones
  // follow the others, and what is under the pointer stays there. One that is not checked does not
  // count as offered, so the server asks before it is excluded.
  function showLearned(news, newNews, list, newList) {
    const pointed = list.querySelector(":is(label, button):hover");
    const top = () => pointed.getBoundingClientRect().top;
    const before = pointed && top();
    const known = new Map(all("label", list).map((row) => [row.control.value, row]));
    const parts = all("form, fieldset", list);
    for (const [at, part] of all("form, fieldset", newList).entries()) {
      parts[at].hidden = part.hidden;
      for (const row of all(":scope > label", part)) {
        const box = row.querySelector("input");
        const old = known.get(box.value);
        if (old) old.querySelector("small").replaceWith(row.querySelector("small"));
        else {
          if (!box.checked) row.querySelector("[type=hidden]")?.remove();
          parts[at].append(row);
        }
      }
    }
    list.querySelector(".progress").replaceWith(newList.querySelector(".progress"));
    if (pointed) scrollBy(0, top() - before);
    write(news, newNews.textContent);
    renewTimes();
  }

  // Dialogs are in the middle of the window, but browsers place them beside the scroll bar, also while it is hidden.
  const measureScrollBar = () => {
    root.style.setProperty("--scroll-bar", `${innerWidth - root.getBoundingClientRect().width}px`);
  };
  addEventListener("load", measureScrollBar);
  addEventListener("resize", measureScrollBar);

  // The module, which the next page may need. Loading it right away would delay this page.
  function fetchAhead() {
    const files = document.querySelector("meta[name=next-page-files]")?.content;
    if (!files || navigator.connection?.saveData) return;
    for (const file of files.split(" ")) {
      const link = document.createElement("link");
      link.rel = "prefetch";
      link.href = file;
      document.head.append(link);
    }
  }
  addEventListener("load", () => {
    const whenIdle = window.requestIdleCallback ?? setTimeout;
    whenIdle(fetchAhead);
  });

  // The module does not start if an extension or a translator changed the page before, or if its
  // files have been removed by an upgrade. Reloading the page usually helps; otherwise the page
  // continues as plain HTML and shows a notice.
  const RELOADED = "voxum:reloaded";
  addEventListener("voxum:failed", () => {
    const last = Number(sessionStorage.getItem(RELOADED));
    sessionStorage.setItem(RELOADED, Date.now());
    if (Date.now() - last > 60_000) return location.reload();
    root.dataset.still = "";
    const notice = document.createElement("p");
    notice.className = "notice";
    notice.dataset.tone = "warning";
    notice.role = "alert";
    notice.textContent =
      "This page could not start its script, so it does not update by itself. Everything on it still works. " +
      "A browser extension or a translation may be the reason: switch it off for this site, and reload the page.";
    document.getElementById("main")?.prepend(notice);
  });

  function refresh() {
    adoptPage();
    adoptChoices();
    countChosen();
    markPresets();
  }

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    const button = at("[data-copy], [data-download], [data-print], [data-scopes]");
    if (button?.dataset.copy) void copy(button);
    else if (button?.dataset.download) download(button);
    else if (button?.dataset.scopes) {
      event.preventDefault();
      applyPreset(button);
    } else if (button) print();
    const box = at(".choose");
    if (box) {
      chooseRange(box, event);
      // The scroll padding keeps a row at the lower edge above the bar of bulk actions.
      box.closest("tr").scrollIntoView({ block: "nearest" });
    }
    if (at("code.copies")) void copyPreview(event.target);
    const opener = at("[data-menu]");
    if (opener && (opener === pressedOpen || isMenuOf(opener))) closeMenu(rowMenu());
    else if (opener) openMenu(opener);
    pressedOpen = undefined;
    const item = at("[data-copies]");
    if (item) {
      void copyPreview(menuButton.closest("tr").querySelector("code.copies"));
      closeMenu(item.closest("[role=menu]"));
    }
    const head = at("a.sort");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!elsewhere && at("[data-unsaved] a:not([target])")) settle();
    if (at("[data-identify]") && !elsewhere) identifyRefused(event);
    if (at("[data-palette]") && !elsewhere) useShortcut(event, "search");
    if (head && !elsewhere) sessionStorage.setItem(SORTED, all("a.sort").indexOf(head));
  });
  document.addEventListener("pointerdown", ({ target }) => {
    const opener = target.closest?.("[data-menu]");
    pressedOpen = isMenuOf(opener) ? opener : undefined;
  });
  // Events about popovers do not bubble.
  document.addEventListener("toggle", ({ target, newState }) => {
    if (target.id === "row-menu") menuButton?.setAttribute("aria-expanded", newState === "open");
  }, true);
  document.addEventListener("change", ({ target }) => {
    if (target.id === "theme") choose(THEME, target.value);
    if (target.id === "comfortable") choose(ROWS, target.checked ? "comfortable" : "compact");
    if (target.id === "exact-times") choose(TIMES, target.checked ? "exact" : "relative");
    if (target.id === "single-keys") {
      localStorage.setItem(SINGLE_KEYS, target.checked ? "on" : "off");
      adoptChoices();
    }
    if (target.id === "choose-all") for (const box of all(".choose")) box.checked = target.checked;
    countChosen();
    markPresets();
    correct(target);
    if (target.type === "file") limit(target);
  });
  document.addEventListener("input", ({ target }) => correct(target));
  // This event does not bubble.
  document.addEventListener("invalid", refuse, true);
  // The boxes are reset after this event.
  document.addEventListener("reset", () => {
    selection.clear();
    setTimeout(countChosen);
  });
  document.addEventListener("formdata", addChosen);
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("[role=menu]");
    if (menu) return moveInMenu(event, menu);
    if (typeAhead(event)) return;
    const pressed = event.defaultPrevented || event.isComposing ? undefined : shortcut(event);
    if (pressed) useShortcut(event, pressed);
  });
  // Nothing stays where it was under an open menu.
  addEventListener("scroll", () => {
    if (rowMenu()?.matches(":popover-open")) rowMenu().hidePopover();
  }, { passive: true });
  document.addEventListener("submit", ({ target }) => {
    if (target.closest("[data-unsaved]")) settle();
    if (target.method === "post") for (const error of all(".error", target)) error.hidden = false;
  }, true);
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("input[readonly]")) target.select();
  });
  // A page from the browser's back/forward cache may be older than the choice.
  addEventListener("pageshow", () => {
    adoptChoices();
    renewTimes();
  });
  // The computer may have slept for longer than the interval.
  document.addEventListener("visibilitychange", () => {
    renewTimes();
    void follow();
  });
  setInterval(renewTimes, 10_000);
  setInterval(follow, 1_000);
  new MutationObserver(refresh).observe(root, { childList: true, subtree: true });
  refresh();
}
