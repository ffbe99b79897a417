// What waited for a fresh factor goes on by itself; the button is there for who has no JavaScript.
document.addEventListener("DOMContentLoaded", () => {
    const form = document.querySelector("form[data-resume]");
    if (form) {
        // A field may be named "submit".
        HTMLFormElement.prototype.submit.call(form);
    }
});
