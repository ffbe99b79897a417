"use strict";

// One menu for all rows of a list: it is filled with a row's key when the row's button opens it.
const KEY = "__key__";
const GAP = 4;

document.addEventListener("DOMContentLoaded", () => {
    const menu = document.getElementById("qd-row-menu");
    const list = document.getElementById("result_list");
    if (!menu || !list) {
        return;
    }
    let opener = null;
    for (const cell of list.querySelectorAll("td.qd-row-menu")) {
        const button = document.createElement("button");
        button.type = "button";
        button.ariaLabel = "Actions";
        button.ariaExpanded = "false";
        button.setAttribute("aria-controls", menu.id);
        button.value = cell.dataset.key ?? cell.closest("tr").querySelector(".action-select").value;
        cell.append(button);
    }

    function close(focus) {
        if (!opener) {
            return;
        }
        menu.hidden = true;
        opener.ariaExpanded = "false";
        if (focus) {
            opener.focus();
        }
        opener = null;
    }

    function place() {
        const button = opener.getBoundingClientRect();
        const below = button.bottom + GAP;
        const fits = below + menu.offsetHeight <= window.innerHeight;
        menu.style.top = `${fits ? below : Math.max(GAP, button.top - GAP - menu.offsetHeight)}px`;
        menu.style.left = `${Math.max(GAP, Math.min(button.right, window.innerWidth - GAP) - menu.offsetWidth)}px`;
    }

    function open(button) {
        close(false);
        opener = button;
        for (const link of menu.querySelectorAll("a")) {
            link.href = link.dataset.url.replace(KEY, button.value);
        }
        menu.hidden = false;
        button.ariaExpanded = "true";
        place();
        menu.querySelector("a").focus();
    }

    list.addEventListener("click", (event) => {
        const button = event.target.closest(".qd-row-menu button");
        if (button) {
            event.stopPropagation();
            if (button === opener) {
                close(true);
            } else {
                open(button);
            }
        }
    });
    menu.addEventListener("keydown", (event) => {
        const links = [...menu.querySelectorAll("a")];
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (event.key === "Escape") {
            close(true);
        } else if (step) {
            event.preventDefault();
            links.at((links.indexOf(document.activeElement) + step) % links.length).focus();
        }
    });
    menu.addEventListener("focusout", (event) => {
        if (!menu.contains(event.relatedTarget) && event.relatedTarget !== opener) {
            close(false);
        }
    });
    document.addEventListener("click", (event) => menu.contains(event.target) || close(false));
    // The menu is fixed to the window, and its row is not.
    window.addEventListener("scroll", () => close(false), { capture: true, passive: true });
    window.addEventListener("resize", () => close(false));
});
