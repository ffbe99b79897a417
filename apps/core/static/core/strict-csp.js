"use strict";

// What Unfold 0.110 needs to run under a policy without 'unsafe-eval' and 'unsafe-inline'.
//
// Alpine's CSP build (static/unfold/js/alpine/alpine.js) reads expressions with a parser of its own,
// which knows neither statements, template strings nor the page's globals, and a style that is bound as
// a string is an inline style. So the few expressions of Unfold's templates that are written that way are
// put into words that it knows, and the functions that they call are given by the page's scope. A template
// that changes makes tests/browser/test_csp.py fail; then this table is where to look.

htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;

document.addEventListener("alpine:init", () => {
    const IN_OTHER_WORDS = new Map([
        // admin/nav_sidebar.html
        ["`width: ${sidebarWidth}px`", "{'width': sidebarWidth + 'px'}"],
        [
            "if (resizing) { sidebarWidth = Math.min(max, Math.max(min, " +
            "getComputedStyle($el).direction === 'rtl' ? " +
            "document.getElementById('nav-sidebar').getBoundingClientRect().right - $event.clientX : " +
            "$event.clientX)); localStorage.setItem('sidebarWidth', sidebarWidth); }",
            "resizing && (sidebarWidth = widthOfSidebar($el, $event, min, max))",
        ],
        // admin/actions.html
        ["'width: ' + changeListWidth + 'px'", "{'width': changeListWidth + 'px'}"],
        // admin/change_form.html
        [
            "activeTab && activeTab !== 'general' ? " +
            "window.location.pathname + window.location.search + '#' + activeTab : " +
            "window.location.pathname + window.location.search",
            "addressOfTab(activeTab)",
        ],
        // unfold/helpers/command.html
        [
            "if (!$event.metaKey && !$event.ctrlKey) selectItem(true, false)",
            "$event.metaKey || $event.ctrlKey || selectItem(true, false)",
        ],
        [
            "if (!$event.metaKey && !$event.ctrlKey) selectItem(false, false)",
            "$event.metaKey || $event.ctrlKey || selectItem(false, false)",
        ],
        // templatetags/unfold_list.py, display links
        [
            "window.location.href = $el.href + window.location.hash",
            "followWithTab($el)",
        ],
        // unfold/forms/array.html
        ["items.push({ key: new Date().getTime()})", "items.push({ key: keyOfItem() })"],
        [
            "if ($el.getElementsByTagName('input')[0].name.includes('__prefix__')) { " +
            "$el.getElementsByTagName('input')[0].name = " +
            "$el.parentElement.getElementsByTagName('input')[0].name }",
            "nameItem($el)",
        ],
    ]);
    // templatetags/unfold.py, changeform_condition: a searched relation tells conditional fields of its choice.
    const TELLS_ITS_CHOICE = new RegExp(
        "^const \\$ = django\\.jQuery; \\$\\(function \\(\\) \\{ const select = \\$\\('#[\\w-]+'\\); " +
        "select\\.on\\('change', \\(ev\\) => \\{ (\\w+) = select\\.val\\(\\); \\}\\); \\}\\);$",
    );
    const inOtherWords = (value) =>
    IN_OTHER_WORDS.get(value) ??
    (typeof value === "string" ? value.replace(TELLS_ITS_CHOICE, "tellChoice($el, '$1')") : value);
    Alpine.mapAttributes(({ name, value }) => ({ name, value: inOtherWords(value) }));

    const FUNCTIONS = {
        // Unfold's own, of app.js, which the templates call by name.
        getCurrentTab,
        moveRecords,
        sortRecords,

        addressOfTab(tab) {
            const fragment = tab && tab !== "general" ? `#${tab}` : "";
            return window.location.pathname + window.location.search + fragment;
        },
        followWithTab(link) {
            window.location.href = link.href + window.location.hash;
        },
        keyOfItem() {
            return Date.now();
        },
        nameItem(item) {
            const [input] = item.getElementsByTagName("input");
            if (input.name.includes("__prefix__")) {
                input.name = item.parentElement.getElementsByTagName("input")[0].name;
            }
        },
        tellChoice(select, field) {
            django.jQuery(select).on("change", () => {
                Alpine.$data(select)[field] = select.value;
            });
        },
        widthOfSidebar(element, event, min, max) {
            const fromRight = getComputedStyle(element).direction === "rtl";
            const sidebar = document.getElementById("nav-sidebar").getBoundingClientRect();
            const wanted = fromRight ? sidebar.right - event.clientX : event.clientX;
            const width = Math.min(max, Math.max(min, wanted));
            localStorage.setItem("sidebarWidth", width);
            return width;
        },
    };
    Alpine.data("theme", (...settings) => ({ ...FUNCTIONS, ...theme(...settings) }));
    Alpine.data("searchCommand", searchCommand);
});
