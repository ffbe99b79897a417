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
document.addEventListener("htmx:afterSettle", () => letKeyboardReach(document));
