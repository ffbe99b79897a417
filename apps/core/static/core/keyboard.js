"use strict";

// What Unfold 0.110 opens by a click alone, links without an address and icons, opens by keyboard too: it
// can be reached by Tab, is told as a button, and answers to Enter and Space.
const CLICKED = ["a:not([href])", "div", "span", "td", "h2", "h3"]
    .flatMap((tag) => [`${tag}[x-on\\:click]`, `${tag}[hx-get]`])
    .join(",");
const OPERABLE = "a[href], button, input, select, textarea, [tabindex]";

// An icon is a word that a font draws; this is what the icon is for.
const NAMES = new Map([
    ["chevron_right", "Show or hide"],
    ["expand_more", "Show or hide"],
    ["more_vert", "More"],
    ["more_horiz", "More"],
    ["close", "Close"],
    ["visibility", "Show or hide the password"],
    ["visibility_off", "Show or hide the password"],
    ["light_mode", "Light"],
    ["dark_mode", "Dark"],
    ["computer", "As the device"],
    ["sailing", "Start"],
]);

function letKeyboardReach(root) {
    for (const element of root.querySelectorAll(CLICKED)) {
        // A backdrop is closed by Escape, and what holds a control of its own needs no second one.
        if (element.id === "changelist-filter-close" || element.querySelector(OPERABLE)) {
            continue;
        }
        if (element.hasAttribute("tabindex") || element.closest("button, a[href]")) {
            continue;
        }
        element.tabIndex = 0;
        element.setAttribute("role", "button");
        element.dataset.asButton = "";
        const name = NAMES.get(element.textContent.trim());
        if (name && !element.ariaLabel) {
            element.ariaLabel = element.title || name;
        }
    }
}

document.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches?.("[data-as-button]")) {
        event.preventDefault();
        event.target.click();
    }
});

document.addEventListener("alpine:initialized", () => letKeyboardReach(document));
document.addEventListener(
    "htmx:afterSettle",
    (event) => {
        letKeyboardReach(document);
        // Unfold takes every row of a form that htmx brings for a row of an inline, and fails on others.
        if (!event.target.dataset.inlineFormset) {
            event.stopImmediatePropagation();
        }
    },
    true,
);

// A menu of actions closes when the user clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.qd-record-menu[open]")) {
        menu.open = menu.contains(event.target);
    }
});

document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.qd-record-menu[open]");
    if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
    }
});

// An icon is a ligature: a screen reader would read its name, "chevron_right", as text.
function hideIcons(root) {
    for (const icon of root.querySelectorAll(".material-symbols-outlined:not([role], [aria-label])")) {
        const owner = icon.closest("a, button, summary");
        if (owner && !owner.ariaLabel && !owner.title && owner.innerText.trim() === icon.innerText.trim()) {
            const name = NAMES.get(icon.textContent.trim());
            if (!name) {
                continue;
            }
            owner.ariaLabel = name;
        }
        icon.ariaHidden = "true";
    }
}

// Select2 builds a control beside the field and names it after its value alone.
function labelOf(field) {
    const label = field.id && document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
    if (label) {
        return label;
    }
    // In an inline's table the head of the column names the field; a split date and time share their row's label.
    const cell = field.closest("td");
    const head = cell?.closest("table")?.querySelectorAll("thead th")[cell.cellIndex];
    return head ?? field.closest(".field-row, .form-row, .fieldset-row")?.querySelector("label");
}

function nameFields(root) {
    for (const select of root.querySelectorAll("select.select2-hidden-accessible")) {
        const label = labelOf(select);
        const control = select.nextElementSibling?.querySelector(".select2-selection");
        if (!label || !control) {
            continue;
        }
        label.id ||= `${select.id}_label`;
        const value = control.querySelector(".select2-selection__rendered[id]");
        control.setAttribute("aria-labelledby", value ? `${label.id} ${value.id}` : label.id);
        value?.setAttribute("aria-labelledby", label.id);
        control.querySelector(".select2-search__field")?.setAttribute("aria-labelledby", label.id);
    }
    for (const input of root.querySelectorAll("input.vDateField, input.vTimeField")) {
        const label = labelOf(input);
        if (label && label.htmlFor !== input.id) {
            const part = input.classList.contains("vDateField") ? "date" : "time";
            input.ariaLabel = `${label.textContent.replace("*", "").trim()}: ${part}`;
        }
    }
}

function nameRegions() {
    const names = { "nav-sidebar-inner": "Main", "tabs-items": "Parts of this page" };
    for (const [id, name] of Object.entries(names)) {
        const region = document.getElementById(id);
        if (region) {
            region.ariaLabel = name;
        }
    }
}

document.addEventListener("DOMContentLoaded", () => {
    nameRegions();
    hideIcons(document);
    nameFields(document);
    // Select2 comes later, for each row that is added to an inline again.
    new MutationObserver((changes) => {
        const isField = (node) => node.nodeType === Node.ELEMENT_NODE && node.matches(".select2, tr");
        if (changes.some((change) => [...change.addedNodes].some(isField))) {
            hideIcons(document);
            nameFields(document);
        }
    }).observe(document.body, { childList: true, subtree: true });
});
