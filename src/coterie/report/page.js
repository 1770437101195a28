const { charts, columns, themes } = JSON.parse(document.getElementById("charts").textContent);
const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const toggle = document.getElementById("theme");
const byId = new Map(charts.map((chart) => [chart.id, chart]));

function rows(places) {
  const names = Object.keys(places);
  const read = names.map((name) => {
    const column = columns[places[name]];
    return Array.isArray(column) ? (at) => column[at] : (at) => column.words[column.codes[at]];
  });
  const first = columns[places[names[0]]];
  const count = Array.isArray(first) ? first.length : first.codes.length;
  return Array.from({ length: count }, (_, at) => Object.fromEntries(names.map((name, n) => [name, read[n](at)])));
}

function change(spec, path, value) {
  const last = path[path.length - 1];
  path.slice(0, -1).reduce((inner, key) => inner[key], spec)[last] = value;
}

function isDark() {
  return (root.dataset.theme || (system.matches ? "dark" : "light")) === "dark";
}

async function draw(chart) {
  const place = document.getElementById(chart.id);
  const spec = structuredClone(chart.spec);
  document.querySelectorAll(`select[data-chart="${chart.id}"]`).forEach((select) => {
    for (const [path, value] of chart.choices[Number(select.dataset.choice)][select.selectedIndex]) {
      change(spec, path, value);
    }
  });
  if (chart.data) {
    chart.values ??= rows(chart.data);
    spec.data = { values: chart.values };
  }
  chart.view?.finalize();
  const { view } = await window.vegaEmbed(place, spec, {
    actions: false,
    renderer: chart.canvas ? "canvas" : "svg",
    config: themes[isDark() ? "dark" : "light"],
    tooltip: { theme: isDark() ? "dark" : "light" },
  });
  chart.view = view;
}

function redraw() {
  charts.forEach(draw);
}

function showTheme() {
  toggle.setAttribute("aria-pressed", String(isDark()));
}

toggle.hidden = false;
showTheme();
toggle.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  showTheme();
  redraw();
});
system.addEventListener("change", () => {
  showTheme();
  redraw();
});

document.querySelectorAll("select[data-chart]").forEach((select) => {
  select.addEventListener("change", () => draw(byId.get(select.dataset.chart)));
});

document.querySelectorAll("input[data-find]").forEach((input) => {
  input.parentElement.hidden = false;
  const families = document.getElementById(input.dataset.find);
  const output = input.parentElement.querySelector("output");
  const opened = new Set(families.querySelectorAll("details[open]"));
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let count = 0;
    families.querySelectorAll("details").forEach((family) => {
      const inFamily = family.querySelector("summary").textContent.toLowerCase().includes(wanted);
      let shown = 0;
      family.querySelectorAll("tbody tr").forEach((row) => {
        row.hidden = !inFamily && !row.querySelector("th").textContent.toLowerCase().includes(wanted);
        shown += row.hidden ? 0 : 1;
      });
      family.hidden = shown === 0;
      family.open = wanted ? shown > 0 : opened.has(family);
      count += shown;
    });
    output.textContent = wanted ? String(count) : "";
  });
});

// One after the other, so that the page stays responsive while they appear.
for (const chart of charts) {
  await draw(chart);
  await new Promise((resume) => setTimeout(resume));
}
