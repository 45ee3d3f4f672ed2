// Draws a page's pictures from the data that it carries, and sorts its tables.

const pictures = new Map();
const MOST_PRINTED = 200;

// ---- one picture: its choice of views, its chart, its legend

function choiceOfViews(figure, views, redraw) {
  const chosen = { view: views[0] };
  if (views.length < 2) return chosen;
  const holder = document.createElement("label");
  holder.append("Show ");
  const select = document.createElement("select");
  views.forEach((view, index) => {
    const option = document.createElement("option");
    option.value = String(index);
    option.textContent = view.name;
    select.append(option);
  });
  select.addEventListener("change", () => {
    chosen.view = views[Number(select.value)];
    redraw();
  });
  holder.append(select);
  figure.querySelector(".controls").append(holder);
  return chosen;
}

function legend(figure, { chart, hidden }) {
  const place = figure.querySelector(".legend");
  place.replaceChildren();
  if (chart.data.datasets.length < 2) return;
  chart.data.datasets.forEach((dataset, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", String(chart.isDatasetVisible(index)));
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = dataset.borderColor;
    button.append(swatch, dataset.label);
    button.addEventListener("click", () => {
      const visible = !chart.isDatasetVisible(index);
      chart.setDatasetVisibility(index, visible);
      if (visible) hidden.delete(dataset.label);
      else hidden.add(dataset.label);
      button.setAttribute("aria-pressed", String(visible));
      chart.update();
    });
    place.append(button);
  });
}

/** A picture is drawn when it comes near the screen and let go when it is far from it: a report of
    a thousand runs has more of them than a browser has memory for. */
function addPicture(figure, views) {
  const canvas = figure.querySelector("canvas");
  const hidden = new Set();
  const entry = { chart: null, hidden };
  const chosen = choiceOfViews(figure, views, () => entry.redraw());
  entry.redraw = () => {
    const draw = chosen.view.form === "lines" ? lineChart : barChart;
    const { type, data, options, plugins = [], rows } = draw(chosen.view, theme());
    if (entry.chart) entry.chart.destroy();
    if (rows) canvas.parentElement.style.height = `${90 + rows * 26}px`;
    Object.assign(options, { animation: false, responsive: true, maintainAspectRatio: false });
    options.plugins.legend = { display: false };
    entry.chart = new Chart(canvas, { type, data, options, plugins });
    data.datasets.forEach((dataset, index) => {
      if (hidden.has(dataset.label)) entry.chart.setDatasetVisibility(index, false);
    });
    if (hidden.size > 0) entry.chart.update();
    legend(figure, entry);
    canvas.dataset.drawn = "true";
  };
  entry.release = () => {
    if (!entry.chart) return;
    entry.chart.destroy();
    entry.chart = null;
    canvas.width = canvas.height = 0;
    delete canvas.dataset.drawn;
  };
  pictures.set(figure, entry);
}

const near = new IntersectionObserver(
  (changes) => {
    for (const change of changes) {
      const entry = pictures.get(change.target);
      if (!change.isIntersecting) entry.release();
      else if (!entry.chart) entry.redraw();
    }
  },
  { rootMargin: "1500px 0px" },
);

// ---- tables

function sortBy(table, column, header) {
  const rising = header.getAttribute("aria-sort") !== "ascending";
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", rising ? "ascending" : "descending");
  const body = table.tBodies[0];
  const key = (row) => {
    const cell = row.cells[column];
    return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v);
  };
  const order = (a, b) => {
    const [one, other] = [key(a), key(b)];
    if (typeof one === "number" && typeof other === "number") return one - other;
    if (typeof one !== typeof other) return typeof one === "number" ? -1 : 1;
    return one.localeCompare(other, "en", { numeric: true });
  };
  const rows = [...body.rows].sort(order);
  if (!rising) rows.reverse();
  body.append(...rows);
}

for (const table of document.querySelectorAll("table")) {
  [...table.tHead.rows[0].cells].forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => sortBy(table, column, header));
  });
}

// ---- all of it

const views = JSON.parse(document.getElementById("report-data").textContent);
Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
for (const figure of document.querySelectorAll("figure[data-index]")) {
  addPicture(figure, views[Number(figure.dataset.index)]);
  near.observe(figure);
}

const redrawAll = () => {
  for (const entry of pictures.values()) if (entry.chart) entry.redraw();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
matchMedia("print").addEventListener("change", redrawAll);
addEventListener("beforeprint", () => {
  for (const each of document.querySelectorAll("details")) each.open = true;
  [...pictures.values()].slice(0, MOST_PRINTED).forEach((entry) => entry.redraw());
});
addEventListener("afterprint", redrawAll);
