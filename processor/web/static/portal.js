// Small behaviours. Every page works without them.
(function () {
  "use strict";
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  // theme switch
  function markTheme() { all("[data-theme-set]").forEach(function (b) { b.setAttribute("aria-pressed", String(b.dataset.themeSet === window.portalTheme.choice())); }); }
  all("[data-theme-set]").forEach(function (b) { b.addEventListener("click", function () { window.portalTheme.set(b.dataset.themeSet); markTheme(); }); });
  markTheme();

  // show what is typed in a password field
  all("[data-show]").forEach(function (b) {
    var field = document.getElementById(b.dataset.show);
    b.hidden = false;
    b.addEventListener("click", function () {
      var shown = field.type === "text";
      field.type = shown ? "password" : "text";
      b.setAttribute("aria-pressed", String(!shown));
    });
  });

  // show and hide a region
  all("[data-toggle-for]").forEach(function (b) {
    var region = document.getElementById(b.dataset.toggleFor);
    b.hidden = false;
    region.hidden = b.dataset.open !== "1";
    b.setAttribute("aria-expanded", String(!region.hidden));
    b.addEventListener("click", function () { region.hidden = !region.hidden; b.setAttribute("aria-expanded", String(!region.hidden)); if (!region.hidden) { region.focus(); } });
  });

  // lists that narrow the page as soon as another entry is chosen
  all("select[data-submit]").forEach(function (s) { s.addEventListener("change", function () { s.form.submit(); }); });

  // print
  all("[data-print]").forEach(function (b) { b.hidden = false; b.addEventListener("click", function () { window.print(); }); });

  // choose all rows of the page, and follow when one is chosen or not
  all("input[data-all]").forEach(function (whole) {
    var rows = all("input[data-row]", whole.form);
    whole.addEventListener("change", function () { rows.forEach(function (r) { r.checked = whole.checked; }); });
    rows.forEach(function (r) { r.addEventListener("change", function () { whole.checked = rows.every(function (one) { return one.checked; }); }); });
  });

  // cards of options
  function markOptions() { all(".opt input").forEach(function (i) { i.closest(".opt").classList.toggle("on", i.checked); }); }
  all(".opt input").forEach(function (i) { i.addEventListener("change", markOptions); });
  markOptions();

  // the purpose box appears when the chosen columns need it
  var purpose = document.getElementById("purpose-box");
  function markPurpose() { purpose.hidden = !all("input[data-needs-purpose]").some(function (i) { return i.checked; }); }
  if (purpose) { all("input[data-needs-purpose]").forEach(function (i) { i.addEventListener("change", markPurpose); }); markPurpose(); }

  // only answers with a finding or a change
  var only = document.getElementById("only-marked");
  if (only) {
    only.closest("[hidden]").hidden = false;
    only.addEventListener("change", function () { all(".qa > div").forEach(function (d) { d.hidden = only.checked && !d.hasAttribute("data-marked"); }); });
  }

  // J and K: next and previous submission, while nothing is being typed and the keys are switched on
  var keys = document.getElementById("keys-on"), keysKept = "off";
  try { keysKept = localStorage.getItem("keys") || "on"; } catch (e) { /* private window */ }
  if (keys) {
    if (keys.closest("[hidden]")) { keys.closest("[hidden]").hidden = false; }
    keys.checked = keysKept === "on";
    keys.addEventListener("change", function () { try { localStorage.setItem("keys", keys.checked ? "on" : "off"); } catch (e) { /* for this page */ } });
  }
  document.addEventListener("keydown", function (e) {
    if (!keys || !keys.checked || e.ctrlKey || e.altKey || e.metaKey || /^(TEXTAREA|SELECT)$/.test(document.activeElement.tagName) || (document.activeElement.tagName === "INPUT" && document.activeElement.type !== "checkbox")) { return; }
    var link = e.key === "j" ? "next" : e.key === "k" ? "prev" : "";
    var found = link && document.querySelector("a[data-key=" + link + "]");
    if (found) { found.click(); }
  });

  // what goes on in the background: its region is fetched again and again; when it is over, the page
  all("[data-poll]").forEach(function (region) {
    function again() { setTimeout(look, Number(region.dataset.poll)); }
    function look() {
      fetch(location.href, { credentials: "same-origin" }).then(function (answer) { return answer.text(); }).then(function (text) {
        var found = new DOMParser().parseFromString(text, "text/html").getElementById(region.id);
        if (!found) { location.reload(); return; }
        region.replaceChildren.apply(region, Array.prototype.slice.call(found.childNodes));
        again();
      }).catch(again);
    }
    again();
  });

  all("[data-focus-now]").forEach(function (n) { n.focus(); });
})();
