"use strict";

// An id's copy button.
document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) {
        return;
    }
    await navigator.clipboard.writeText(button.dataset.copy);
    button.title = "Copied";
    const icon = button.querySelector(".material-symbols-outlined");
    if (icon) {
        icon.textContent = "check";
        setTimeout(() => (icon.textContent = "content_copy"), 1500);
    }
});

// "3 hours ago", with the exact time on hover, in the reader's own zone.
const UNITS = [
    ["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60],
];
const RELATIVE = new Intl.RelativeTimeFormat("en-US");
const ON_HOVER = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long", hourCycle: "h23" });

function ago(moment) {
    const seconds = (moment.getTime() - Date.now()) / 1000;
    const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
    const number = Math.trunc(seconds / length);
    return number ? RELATIVE.format(number, unit) : "now";
}

function localizeTimes(root) {
    for (const element of root.querySelectorAll("time[data-ago], time[datetime][title]")) {
        const moment = new Date(element.dateTime);
        if (!Number.isNaN(moment.getTime())) {
            element.title = ON_HOVER.format(moment);
            if ("ago" in element.dataset) {
                element.textContent = ago(moment);
            }
        }
    }
    // Times that are shown to the second are in the reader's own zone in the text itself.
    for (const element of root.querySelectorAll("time[data-exact]")) {
        const moment = new Date(element.dateTime);
        if (!Number.isNaN(moment.getTime())) {
            element.textContent = moment.toLocaleString("en-US", EXACT);
        }
    }
    for (const list of root.querySelectorAll("[data-next-runs]")) {
        localizeRuns(list);
    }
}

// Times to come: beside the reader's time that of another clock, and a word where the reader's clock changes.
function localizeRuns(list) {
    let before = -new Date().getTimezoneOffset();
    for (const item of list.children) {
        const offset = -new Date(item.querySelector("time").dateTime).getTimezoneOffset();
        const elsewhere = item.querySelector("[data-offset]");
        if (elsewhere) {
            elsewhere.hidden = Number(elsewhere.dataset.offset) === offset;
        }
        const moved = offset - before;
        if (moved && !item.querySelector("[data-clock-change]")) {
            const mark = document.createElement("strong");
            mark.dataset.clockChange = "";
            mark.textContent = `Your clock goes ${moved > 0 ? "forward" : "back"} by ${Math.abs(moved)} min before this run.`;
            item.append(" ", mark);
        }
        before = offset;
    }
}
const EXACT = {
    weekday: "short", month: "short", day: "numeric", year: "numeric",
    hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short",
};
document.addEventListener("DOMContentLoaded", () => localizeTimes(document));
document.addEventListener("htmx:afterSwap", (event) => localizeTimes(event.target));
