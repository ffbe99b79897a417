"use strict";

function megabytes(bytes) {
    return Math.ceil(bytes / 1024 ** 2).toLocaleString();
}

// A file that is dropped or chosen goes up at once when the dataset is known.
function enhanceUpload(form) {
    const zone = form.querySelector("[data-drop]");
    const input = form.querySelector("input[type=file]");
    const name = form.querySelector("[data-drop-name]");
    const chosen = () => form.querySelector("input[name=dataset]:checked");
    let sent = false;

    function sendWhenComplete() {
        if (!input.files.length || sent) {
            return;
        }
        // Said before it goes up: a server that stops listening leaves the browser without an answer.
        const most = Number(form.dataset.mostBytes);
        if (input.files[0].size > most) {
            const size = megabytes(input.files[0].size);
            name.textContent =
                `${input.files[0].name} is ${size} MB. The limit is ${megabytes(most)} MB: split the file.`;
            input.value = "";
            return;
        }
        name.textContent = chosen() ? `${input.files[0].name} is on its way` : `${input.files[0].name}: choose what it holds`;
        if (chosen()) {
            form.requestSubmit();
        }
    }
    form.addEventListener("submit", (event) => {
        if (sent) {
            event.preventDefault();
        }
        sent = true;
    });
    window.addEventListener("pageshow", () => (sent = false));
    input.addEventListener("change", sendWhenComplete);
    for (const radio of form.querySelectorAll("input[name=dataset]")) {
        radio.addEventListener("change", () => {
            if (input.files.length) {
                sendWhenComplete();
                return;
            }
            // The dataset's last imports are shown below.
            const address = new URL(window.location.href);
            if (address.searchParams.get("dataset") !== radio.value && !address.searchParams.has("attempt_of")) {
                address.search = "";
                address.searchParams.set("dataset", radio.value);
                refreshLatest(address);
            }
        });
    }
    for (const type of ["dragenter", "dragover"]) {
        zone.addEventListener(type, (event) => {
            event.preventDefault();
            zone.classList.add("is-over");
        });
    }
    for (const type of ["dragleave", "drop"]) {
        zone.addEventListener(type, () => zone.classList.remove("is-over"));
    }
    zone.addEventListener("drop", (event) => {
        event.preventDefault();
        if (event.dataTransfer.files.length === 1) {
            input.files = event.dataTransfer.files;
            sendWhenComplete();
        } else {
            name.textContent = "One file at a time.";
        }
    });
}

async function refreshLatest(address) {
    // As htmx does, so that the answer brings no style with a nonce of its own.
    const answer = await fetch(address, { headers: { "HX-Request": "true" } });
    if (!answer.ok) {
        return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-latest]");
    const old = document.querySelector("[data-latest]");
    if (fresh && old) {
        old.replaceWith(fresh);
        window.history.replaceState(null, "", address);
    }
}

// The box that stands in for a select says whose choice it shows.
function nameSearchBox(select) {
    const box = select.nextElementSibling?.querySelector("[role=combobox]");
    const shown = box?.querySelector(".select2-selection__rendered");
    if (!shown) {
        return;
    }
    const id = `${shown.id}-of`;
    const name = document.createElement("span");
    name.id = id;
    name.className = "sr-only";
    name.textContent = select.getAttribute("aria-label");
    box.before(name);
    box.setAttribute("aria-labelledby", `${id} ${shown.id}`);
}

// What a column becomes: say at once which needed fields nobody gives yet.
function enhanceColumns(form) {
    const box = form.querySelector("[data-missing]");
    const selects = [...form.querySelectorAll("[data-column]")];
    function update() {
        const given = new Set(selects.map((select) => select.value));
        const makesNone = form.querySelector("[name=mode][value=update]")?.checked;
        let missing = 0;
        for (const field of box.querySelectorAll("[data-required]")) {
            field.hidden = given.has(field.dataset.required) || (makesNone && "forNew" in field.dataset);
            missing += field.hidden ? 0 : 1;
        }
        box.hidden = missing === 0;
        const counts = new Map();
        for (const select of selects) {
            counts.set(select.value, (counts.get(select.value) || 0) + 1);
        }
        for (const select of selects) {
            const twice = select.value !== "" && counts.get(select.value) > 1;
            select.toggleAttribute("aria-invalid", twice);
            if (twice) {
                select.setAttribute("aria-invalid", "true");
            }
        }
    }
    for (const select of selects) {
        select.addEventListener("change", update);
        // The select with a search box is the admin's own; it tells of a change by jQuery alone.
        django.jQuery(select).on("select2:select", () => {
            select.dispatchEvent(new Event("change"));
        });
    }
    form.querySelectorAll("[name=mode]").forEach((mode) => mode.addEventListener("change", update));
    django.jQuery(() => selects.forEach(nameSearchBox));
    for (const word of form.querySelectorAll(".qd-words select")) {
        word.addEventListener("change", () => {
            word.removeAttribute("aria-invalid");
            const open = document.querySelector(`[data-open="${word.dataset.group}"]`);
            const left = form.querySelectorAll(`[data-group="${word.dataset.group}"][aria-invalid]`).length;
            if (open) {
                open.textContent = `${left} open`;
                open.hidden = left === 0;
            }
        });
    }
    update();
}

// One click is one import; and a reason half typed outlives a look at other rows.
function enhanceConfirm(form) {
    let sent = false;
    form.addEventListener("submit", (event) => {
        if (sent) {
            event.preventDefault();
        }
        sent = true;
    });
    window.addEventListener("pageshow", () => (sent = false));
    const reason = form.querySelector("[name=reason]");
    if (reason && form.dataset.keep) {
        // The server may answer with the next page before it has kept what this one sent.
        const typed = window.sessionStorage.getItem(form.dataset.keep);
        if (typed !== null) {
            reason.value = typed;
        }
        reason.addEventListener("input", () => window.sessionStorage.setItem(form.dataset.keep, reason.value));
        form.addEventListener("submit", () => window.sessionStorage.removeItem(form.dataset.keep));
        reason.addEventListener("change", () => {
            const body = new FormData();
            body.set("reason", reason.value);
            body.set("plan_token", form.querySelector("[name=plan_token]").value);
            body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
            fetch(form.dataset.keep, { method: "POST", body, keepalive: true });
        });
    }
}

document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("form[data-upload]").forEach(enhanceUpload);
    document.querySelectorAll("form[data-columns]").forEach(enhanceColumns);
    document.querySelectorAll("form[data-confirm]").forEach(enhanceConfirm);
});
