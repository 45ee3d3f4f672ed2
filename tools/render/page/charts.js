// Turns the charts that a page carries into what Chart.js draws. Every text goes into the page as
// text, never as markup: names come from files that anybody may have written.

const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3]];

// ---- words and numbers

function milliseconds(value) {
  const tidy = (number) => String(Number(number.toPrecision(3)));
  if (value >= 1000) return `${tidy(value / 1000)} s`;
  if (value >= 1 || value === 0) return `${tidy(value)} ms`;
  if (value >= 0.001) return `${tidy(value * 1000)} µs`;
  return `${tidy(value * 1e6)} ns`;
}

function percentile(inverse) {
  if (inverse <= 1) return "0 %";
  const nines = Math.max(0, Math.ceil(Math.log10(inverse)) - 2);
  return `${(100 * (1 - 1 / inverse)).toFixed(nines)} %`;
}

/** How a value of an axis reads. */
function wordsOf(axis) {
  if (axis.scale === "percentile") return percentile;
  if (axis.unit === "ms") return milliseconds;
  const unit = axis.unit ? ` ${axis.unit}` : "";
  return (value) =>
    (Math.abs(value) >= 100
      ? Math.round(value).toLocaleString("en-US")
      : String(Number(value.toPrecision(3)))) + unit;
}

// ---- colours

function theme() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    text: read("--text"),
    faint: read("--faint"),
    line: read("--line"),
    series: read("--series").split(/\s+/),
    shade: (name) => (/^[a-z]+$/.test(name) ? read(`--${name}`) : ""),
  };
}

/** A colour for each series: shades of one family where the page's style knows the family, the next
    colour where not; series of one shade have one colour then. */
function coloursOf(chart, colours) {
  const families = [];
  const used = {};
  return chart.series.map((series) => {
    const known = series.shade && colours.shade(series.shade);
    if (known) {
      const shades = known.split(/\s+/);
      used[series.shade] = (used[series.shade] ?? -1) + 1;
      return { colour: shades[used[series.shade] % shades.length], dash: [] };
    }
    const name = series.shade || series.label;
    if (!families.includes(name)) families.push(name);
    const index = families.indexOf(name);
    return {
      colour: colours.series[index % colours.series.length],
      dash: DASHES[Math.floor(index / colours.series.length) % DASHES.length],
    };
  });
}

// ---- axes

function decades(scale) {
  const ticks = [];
  if (!(scale.min > 0) || !Number.isFinite(scale.max)) return;
  const first = Math.floor(Math.log10(scale.min) + 1e-9);
  const last = Math.ceil(Math.log10(scale.max) - 1e-9);
  const fine = last - first <= 2 ? [1, 2, 5] : [1];
  for (let power = first; power <= last; ++power) {
    for (const step of fine) {
      const value = step * 10 ** power;
      if (value >= scale.min * 0.999 && value <= scale.max * 1.001) ticks.push({ value });
    }
  }
  scale.ticks = ticks;
}

/** As Chart.js takes it; `values` are those that stand on it. */
function axisOf(axis, colours, values) {
  const words = wordsOf(axis);
  const made = {
    title: { display: true, text: axis.title, color: colours.faint },
    grid: { color: colours.line, borderColor: colours.faint },
    ticks: {
      color: colours.faint,
      maxRotation: 0,
      autoSkipPadding: 10,
      callback: (value) => words(value),
    },
  };
  if (axis.scale === "linear" && axis.range) {
    return Object.assign(made, { type: "linear", min: axis.range[0], max: axis.range[1] });
  }
  if (axis.scale === "linear") return Object.assign(made, { type: "linear", beginAtZero: true });
  Object.assign(made, { type: "logarithmic", afterBuildTicks: decades });
  if (axis.ticks.length > 0) {
    made.afterBuildTicks = (scale) => {
      scale.ticks = axis.ticks.map((value) => ({ value }));
    };
  }
  if (axis.scale === "percentile") {
    made.min = 1;
    made.max = 10 ** Math.ceil(Math.log10(Math.max(10, ...values)) - 1e-9);
  } else if (values.length > 0 && axis.ticks.length === 0) {
    // Room above and below, so that no curve runs along the frame.
    made.min = Math.min(...values) / 1.5;
    made.max = Math.max(...values) * 1.5;
  }
  return made;
}

function onTheOtherSide(axis, side, colours) {
  return Object.assign(axis, {
    position: side,
    grid: { drawOnChartArea: false, borderColor: colours.faint },
  });
}

// ---- lines

function lineChart(chart, colours) {
  const looks = coloursOf(chart, colours);
  const drawable = (axis, value) => value !== null && (axis.scale === "linear" || value > 0);
  const axisOfSeries = (series) => (series.second ? chart.second : chart.y);
  const datasets = chart.series.map((series, index) => ({
    label: series.label,
    data: series.points
      .filter(([, y]) => y === null || drawable(axisOfSeries(series), y))
      .map(([x, y]) => ({ x, y: y === null ? NaN : y })),
    yAxisID: series.second ? "y2" : "y",
    borderColor: looks[index].colour,
    backgroundColor: looks[index].colour,
    borderDash: looks[index].dash,
    borderWidth: 2,
    pointRadius: series.dots ? 4 : 0,
    pointHitRadius: 8,
    showLine: series.joined,
  }));
  const valuesOn = (id, of) =>
    datasets
      .filter((dataset) => dataset.yAxisID === id)
      .flatMap((dataset) => dataset.data.map(of).filter((value) => !Number.isNaN(value)));
  const xs = datasets.flatMap((dataset) => dataset.data.map((point) => point.x));
  const scales = {
    x: axisOf(chart.x, colours, xs),
    y: axisOf(chart.y, colours, valuesOn("y", (point) => point.y)),
  };
  if (chart.second) {
    const values = valuesOn("y2", (point) => point.y);
    scales.y2 = onTheOtherSide(axisOf(chart.second, colours, values), "right", colours);
  }
  const xWords = wordsOf(chart.x);
  return {
    type: "line",
    data: { datasets },
    options: {
      parsing: false,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales,
      plugins: {
        tooltip: {
          callbacks: {
            title: (items) => (items.length ? xWords(items[0].parsed.x) : ""),
            label: (item) =>
              `${item.dataset.label}: ` +
              wordsOf(axisOfSeries(chart.series[item.datasetIndex]))(item.parsed.y),
          },
        },
      },
    },
  };
}

// ---- bars

/** Lines of at most that many characters, ended at a space or before a + where there is one. */
function brokenUp(text, most) {
  const lines = [];
  let rest = text;
  while (rest.length > most) {
    const at = Math.max(rest.lastIndexOf(" ", most), rest.lastIndexOf("+", most));
    const end = at > 0 ? at : most;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return lines.concat(rest);
}

/** Names beside bars; on a narrow page they are broken into lines. */
function namesAxis(colours, stacked) {
  return {
    stacked,
    grid: { color: colours.line, borderColor: colours.faint },
    ticks: {
      color: colours.text,
      autoSkip: false,
      font: { size: 11 },
      callback(value) {
        const text = this.getLabelForValue(value);
        return this.chart.width > 600 ? text : brokenUp(text, 18);
      },
    },
  };
}

/** Draws the intervals of a series over its bars. */
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart) {
    const index = chart.data.datasets.findIndex((dataset) => dataset.intervals);
    if (index < 0 || !chart.isDatasetVisible(index)) return;
    const { ctx, scales, chartArea: area } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left, area.top, area.width, area.height);
    ctx.clip();
    ctx.strokeStyle = chart.data.datasets[index].whiskerColor;
    ctx.lineWidth = 1.5;
    chart.getDatasetMeta(index).data.forEach((bar, row) => {
      const interval = chart.data.datasets[index].intervals[row];
      if (!interval) return;
      const edge = area.right - 1;
      const [low, high] = interval.map((value) => Math.min(edge, scales.x.getPixelForValue(value)));
      ctx.beginPath();
      ctx.moveTo(low, bar.y);
      ctx.lineTo(high, bar.y);
      ctx.moveTo(low, bar.y - 4);
      ctx.lineTo(low, bar.y + 4);
      // An arrow where it goes on beyond the picture.
      const back = high === edge ? 5 : 0;
      ctx.moveTo(high - back, bar.y - 4);
      ctx.lineTo(high, bar.y);
      ctx.lineTo(high - back, bar.y + 4);
      ctx.stroke();
    });
    ctx.restore();
  },
};

function barChart(chart, colours) {
  const stacked = chart.form === "stacked";
  const looks = coloursOf(chart, colours);
  const datasets = chart.series.map((series, index) => ({
    label: series.label,
    data: series.points,
    xAxisID: series.second ? "x2" : "x",
    backgroundColor: looks[index].colour,
    borderColor: looks[index].colour,
    intervals: series.intervals,
    whiskerColor: colours.text,
  }));
  const highest = Math.max(0, ...chart.series.flatMap((series) => series.points));
  const reach = chart.series
    .flatMap((series) => series.intervals || [])
    .reduce((most, interval) => Math.max(most, interval ? interval[1] : 0), 0);
  const x = Object.assign(axisOf(chart.x, colours, []), { stacked });
  if (stacked && chart.x.unit === "%") x.max = 100;
  if (reach > 0) x.suggestedMax = Math.min(reach, 1.5 * highest);
  const scales = { x, y: namesAxis(colours, stacked) };
  if (chart.second) {
    scales.x2 = onTheOtherSide(axisOf(chart.second, colours, []), "top", colours);
  }
  const label = (item) => {
    const series = chart.series[item.datasetIndex];
    const words = wordsOf(series.second ? chart.second : chart.x);
    const range = series.intervals && series.intervals[item.dataIndex];
    return `${series.label}: ${words(item.parsed.x)}` +
      (range ? ` (${range.map(words).join(" .. ")})` : "");
  };
  return {
    type: "bar",
    rows: (stacked ? 1 : 1.7) * chart.names.length,
    data: { labels: chart.names, datasets },
    options: { indexAxis: "y", scales, plugins: { tooltip: { callbacks: { label } } } },
    plugins: [whiskers],
  };
}
