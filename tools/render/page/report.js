// Draws a report's pictures from the data that the page carries, and sorts its tables. Every text
// goes into the page as text, never as markup: names come from files that anybody may have written.
(() => {
  "use strict";

  const report = JSON.parse(document.getElementById("report-data").textContent);
  const pictures = new Map();
  const SPENT = ["waiting", "working", "checkpointing", "syncing"];
  const MOST_PRINTED = 200;
  const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3]];

  // ---- words and numbers

  const label = (c) => `c=${c.concurrency} ${c.profile} ${c.strategy}`;

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

  const count = (value) => Math.round(value).toLocaleString("en-US");
  const segmentName = (key) => key.replace(/_ms$/, "");

  // ---- colours

  function theme() {
    const style = getComputedStyle(document.documentElement);
    const read = (name) => style.getPropertyValue(name).trim();
    return {
      text: read("--text"),
      faint: read("--faint"),
      line: read("--line"),
      series: read("--series").split(/\s+/),
      spent: Object.fromEntries(
        SPENT.map((name) => [name, read(`--${name}`).split(/\s+/)]),
      ),
    };
  }

  const colourOf = (colours, index) => colours.series[index % colours.series.length];
  const dashOf = (colours, index) =>
    DASHES[Math.floor(index / colours.series.length) % DASHES.length];

  // ---- axes

  function axis(colours, title, more) {
    return Object.assign(
      {
        title: { display: true, text: title, color: colours.faint },
        grid: { color: colours.line, borderColor: colours.faint },
        ticks: { color: colours.faint, maxRotation: 0, autoSkipPadding: 8 },
      },
      more,
    );
  }

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

  function logAxis(colours, title, words, more) {
    const made = axis(
      colours,
      title,
      Object.assign({ type: "logarithmic", afterBuildTicks: decades }, more),
    );
    made.ticks = Object.assign({}, made.ticks, { callback: (value) => words(value) });
    return made;
  }

  // ---- one picture: its controls, its chart, its legend

  function withControl(figure, title, options, redraw) {
    const choices = Object.keys(options);
    const state = { value: choices[0] };
    if (choices.length < 2) return state;
    const holder = document.createElement("label");
    holder.append(`${title} `);
    const select = document.createElement("select");
    for (const choice of choices) {
      const option = document.createElement("option");
      option.value = choice;
      option.textContent = options[choice];
      select.append(option);
    }
    select.addEventListener("change", () => {
      state.value = select.value;
      redraw();
    });
    holder.append(select);
    figure.querySelector(".controls").append(holder);
    return state;
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
      swatch.style.background = dataset.borderColor || dataset.backgroundColor;
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

  /** `describe(colours)` gives a Chart.js configuration; called anew when a control or the theme
      changes. A picture is drawn when it comes near the screen and let go when it is far from it:
      a report of a thousand runs has more of them than a browser has memory for. */
  function picture(figure, describe) {
    const canvas = figure.querySelector("canvas");
    const hidden = new Set();
    const entry = { chart: null, hidden };
    entry.redraw = () => {
      const described = describe(theme());
      if (entry.chart) entry.chart.destroy();
      if (described.rows) {
        canvas.parentElement.style.height = `${90 + described.rows * 26}px`;
      }
      const options = Object.assign(
        { animation: false, responsive: true, maintainAspectRatio: false },
        described.options,
      );
      options.plugins = Object.assign({}, options.plugins, { legend: { display: false } });
      entry.chart = new Chart(canvas, {
        type: described.type,
        data: described.data,
        options,
        plugins: described.plugins || [],
      });
      described.data.datasets.forEach((dataset, index) => {
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
    return entry;
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

  // ---- percentile curves

  function curveChart(colours, lines, valueTitle, valueWords) {
    const ends = lines.flatMap((line) => line.points.map((point) => point[0]));
    const end = Math.max(10, ...ends);
    const datasets = lines.map((line, index) => ({
      label: line.label,
      data: line.points.filter((point) => point[1] > 0).map((point) => ({ x: point[0], y: point[1] })),
      borderColor: colourOf(colours, index),
      backgroundColor: colourOf(colours, index),
      borderDash: dashOf(colours, index),
      borderWidth: 2,
      pointRadius: 0,
      pointHitRadius: 8,
    }));
    return {
      type: "line",
      data: { datasets },
      options: {
        parsing: false,
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: {
          x: logAxis(colours, "percentile", percentile, {
            min: 1,
            max: 10 ** Math.ceil(Math.log10(end) - 1e-9),
          }),
          y: logAxis(colours, valueTitle, valueWords, withMargin(datasets)),
        },
        plugins: {
          tooltip: {
            callbacks: {
              title: (items) => (items.length ? percentile(items[0].parsed.x) : ""),
              label: (item) => `${item.dataset.label}: ${valueWords(item.parsed.y)}`,
            },
          },
        },
      },
    };
  }

  /** Room above and below, so that no curve runs along the frame. */
  function withMargin(datasets) {
    const values = datasets.flatMap((dataset) => dataset.data.map((point) => point.y));
    if (values.length === 0) return {};
    return { min: Math.min(...values) / 1.5, max: Math.max(...values) * 1.5 };
  }

  function drawCurves(figure, run) {
    const sets = {};
    if (run.configurations.length) {
      sets.configurations = run.configurations.map((c) => ({ label: label(c), curves: c.curves }));
    }
    if (run.mitigations.length) {
      sets.mitigations = run.mitigations.flatMap((m, index) =>
        (index === 0 ? [{ label: `baseline: ${label(m.baseline)}`, curves: m.baseline.curves }] : [])
          .concat({ label: m.mitigation, curves: m.mitigation_run.curves }),
      );
    }
    const keys = new Set(Object.values(sets).flat().flatMap((line) => Object.keys(line.curves || {})));
    const segments = Object.fromEntries([...keys].map((key) => [key, segmentName(key)]));
    const entry = picture(figure, (colours) => {
      const lines = sets[chosenSet.value]
        .filter((line) => line.curves && line.curves[segment.value])
        .map((line) => ({ label: line.label, points: line.curves[segment.value] }));
      return curveChart(colours, lines, segmentName(segment.value), milliseconds);
    });
    const segment = withControl(figure, "Segment", segments, () => entry.redraw());
    const names = { configurations: "configurations", mitigations: "mitigations" };
    const chosenSet = withControl(
      figure,
      "Lines",
      Object.fromEntries(Object.keys(sets).map((key) => [key, names[key]])),
      () => entry.redraw(),
    );
  }

  function drawLone(figure, distributions) {
    const lines = distributions.map((d) => ({ label: d.file, points: d.curve }));
    const allExact = distributions.every((d) => d.exact);
    picture(figure, (colours) =>
      curveChart(colours, lines, allExact ? "value" : "value, in the unit of each file",
                 allExact ? milliseconds : (value) => String(Number(value.toPrecision(3)))),
    );
  }

  // ---- where the time goes

  function drawBreakdown(figure, run) {
    const bars = run.configurations
      .concat(run.mitigations.map((m) => m.mitigation_run))
      .filter((c) => c.breakdown);
    const seen = new Set();
    const rows = bars.filter((c) => !seen.has(label(c)) && seen.add(label(c)));
    const parts = [];
    for (const row of rows) {
      for (const part of row.breakdown.parts) {
        if (part.share > 0 && !parts.some((each) => each.part === part.part)) parts.push(part);
      }
    }
    parts.sort((a, b) => SPENT.indexOf(a.spent) - SPENT.indexOf(b.spent));
    const shadeOf = (colours, part) => {
      const shades = colours.spent[part.spent];
      return shades[parts.filter((each) => each.spent === part.spent).indexOf(part) % shades.length];
    };
    const entry = picture(figure, (colours) => {
      const share = scale.value === "share";
      const datasets = parts.map((part) => ({
        label: `${part.part} (${part.spent})`,
        data: rows.map((row) => {
          const found = row.breakdown.parts.find((each) => each.part === part.part);
          return found ? (share ? 100 * found.share : found.mean_ms) : 0;
        }),
        backgroundColor: shadeOf(colours, part),
        borderColor: shadeOf(colours, part),
      }));
      return {
        type: "bar",
        rows: rows.length,
        data: { labels: rows.map(label), datasets },
        options: {
          indexAxis: "y",
          scales: {
            x: axis(colours, share ? "% of the mean fsm_net" : "ms, mean", {
              stacked: true,
              max: share ? 100 : undefined,
            }),
            y: axis(colours, "", { stacked: true, title: { display: false }, ticks: labels(colours) }),
          },
          plugins: {
            tooltip: {
              callbacks: {
                label: (item) =>
                  `${item.dataset.label}: ${share ? `${item.parsed.x.toFixed(1)} %` : milliseconds(item.parsed.x)}`,
              },
            },
          },
        },
      };
    });
    const scale = withControl(figure, "Show", { share: "shares", ms: "milliseconds" }, () =>
      entry.redraw(),
    );
  }

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

  /** Names at a bar chart's side; on a narrow page they are broken into lines. */
  function labels(colours) {
    return {
      color: colours.text,
      autoSkip: false,
      font: { size: 11 },
      callback(value) {
        const text = this.getLabelForValue(value);
        return this.chart.width > 600 ? text : brokenUp(text, 18);
      },
    };
  }

  // ---- before and after

  const CHANGES = [
    { name: "transitions per second", of: (c) => c.transitions_per_second, words: count },
    { name: "fsm_net P95", of: (c) => c.fsm_net_ms && c.fsm_net_ms.p95, words: milliseconds },
    { name: "fsm_net P99", of: (c) => c.fsm_net_ms && c.fsm_net_ms.p99, words: milliseconds },
    { name: "fsm_net max", of: (c) => c.fsm_net_ms && c.fsm_net_ms.max, words: milliseconds },
    { name: "lock_wait P95", of: (c) => c.lock_wait_ms && c.lock_wait_ms.p95, words: milliseconds },
  ];

  const whiskers = {
    id: "whiskers",
    afterDatasetsDraw(chart) {
      const index = chart.data.datasets.findIndex((dataset) => dataset.intervals);
      if (index < 0 || !chart.isDatasetVisible(index)) return;
      const { ctx, scales } = chart;
      ctx.save();
      ctx.beginPath();
      ctx.rect(chart.chartArea.left, chart.chartArea.top, chart.chartArea.width, chart.chartArea.height);
      ctx.clip();
      ctx.strokeStyle = chart.data.datasets[index].whiskerColor;
      ctx.lineWidth = 1.5;
      chart.getDatasetMeta(index).data.forEach((bar, row) => {
        const interval = chart.data.datasets[index].intervals[row];
        if (!interval) return;
        const edge = chart.chartArea.right - 1;
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

  function drawChanges(figure, run) {
    const entry = picture(figure, (colours) => {
      const figureShown = CHANGES[Number(chosen.value)];
      const rows = run.mitigations
        .map((m) => ({ name: m.mitigation, change: figureShown.of(m.comparison) }))
        .filter((row) => row.change);
      const interval = ({ change }) =>
        change.ratio_low === null
          ? null
          : [change.ratio_low, change.ratio_high].map((ratio) => change.before * ratio);
      const intervals = rows.map(interval);
      const most = Math.max(0, ...rows.flatMap((row) => [row.change.before, row.change.after]));
      const reach = Math.max(0, ...intervals.filter(Boolean).map(([, high]) => high));
      return {
        type: "bar",
        rows: 1.6 * rows.length,
        data: {
          labels: rows.map((row) => row.name),
          datasets: [
            {
              label: "before",
              data: rows.map((row) => row.change.before),
              backgroundColor: colours.faint,
              borderColor: colours.faint,
            },
            {
              label: "after",
              data: rows.map((row) => row.change.after),
              backgroundColor: colourOf(colours, 0),
              borderColor: colourOf(colours, 0),
              intervals,
              whiskerColor: colours.text,
            },
          ],
        },
        options: {
          indexAxis: "y",
          scales: {
            x: axis(colours, figureShown.name, {
              beginAtZero: true,
              suggestedMax: Math.min(reach, 1.5 * most),
              ticks: { color: colours.faint, callback: (value) => figureShown.words(value),
                       maxRotation: 0, autoSkipPadding: 12 },
            }),
            y: axis(colours, "", { title: { display: false }, ticks: labels(colours) }),
          },
          plugins: {
            tooltip: {
              callbacks: {
                label: (item) => {
                  const range = item.dataset.intervals && item.dataset.intervals[item.dataIndex];
                  return `${item.dataset.label}: ${figureShown.words(item.parsed.x)}` +
                    (range ? ` (${range.map(figureShown.words).join(" .. ")})` : "");
                },
              },
            },
          },
        },
        plugins: [whiskers],
      };
    });
    const chosen = withControl(
      figure,
      "Figure",
      Object.fromEntries(CHANGES.map((change, index) => [String(index), change.name])),
      () => entry.redraw(),
    );
  }

  // ---- scaling

  function lawLine(law, last) {
    const points = [];
    for (let n = 1; n <= last * 1.3; n *= 1.08) {
      const y = (law.gamma * n) /
        (1 + law.sigma.value * (n - 1) + law.kappa.value * n * (n - 1));
      points.push({ x: n, y });
    }
    return points;
  }

  function drawScaling(figure, run) {
    const levels = [...new Set(run.configurations.map((c) => c.concurrency))];
    picture(figure, (colours) => {
      const datasets = [];
      run.scaling.forEach((each, index) => {
        const points = run.configurations
          .filter((c) => c.profile === each.profile && c.strategy === each.strategy)
          .map((c) => ({ x: c.concurrency, y: c.transitions_per_second }))
          .sort((a, b) => a.x - b.x);
        const colour = colourOf(colours, index);
        const law = each.scalability_law;
        const name = `${each.profile} ${each.strategy}`;
        datasets.push({
          label: name,
          data: points,
          borderColor: colour,
          backgroundColor: colour,
          pointRadius: 5,
          showLine: law.gamma === undefined,
          borderDash: [2, 3],
          borderWidth: 1.5,
        });
        if (law.gamma === undefined) return;
        datasets.push({
          label: `${name}: law`,
          data: lawLine(law, points[points.length - 1].x),
          borderColor: colour,
          backgroundColor: colour,
          pointRadius: 0,
          borderWidth: 2,
        });
      });
      return {
        type: "line",
        data: { datasets },
        options: {
          parsing: false,
          scales: {
            x: logAxis(colours, "threads", count, {
              afterBuildTicks: (scale) => {
                scale.ticks = levels.map((value) => ({ value }));
              },
            }),
            y: logAxis(colours, "transitions per second", count, withMargin(datasets)),
          },
          plugins: {
            tooltip: {
              callbacks: {
                title: (items) => (items.length ? `c=${count(items[0].parsed.x)}` : ""),
                label: (item) => `${item.dataset.label}: ${count(item.parsed.y)}/s`,
              },
            },
          },
        },
      };
    });
  }

  // ---- the WAL

  function drawWal(figure, run) {
    picture(figure, (colours) => {
      const rows = run.configurations;
      const bars = [
        ["WAL growth, MB", (c) => c.wal_delta_bytes / 1e6, "x"],
        ["WAL peak, MB", (c) => c.wal_peak_bytes / 1e6, "x"],
        ["checkpoints", (c) => c.checkpoints, "x2"],
      ];
      return {
        type: "bar",
        rows: 1.8 * rows.length,
        data: {
          labels: rows.map(label),
          datasets: bars.map(([name, of, xAxisID], index) => ({
            label: name,
            data: rows.map(of),
            xAxisID,
            backgroundColor: colourOf(colours, index),
            borderColor: colourOf(colours, index),
          })),
        },
        options: {
          indexAxis: "y",
          scales: {
            x: axis(colours, "MB", { beginAtZero: true }),
            x2: axis(colours, "checkpoints", {
              position: "top",
              beginAtZero: true,
              grid: { drawOnChartArea: false, borderColor: colours.faint },
            }),
            y: axis(colours, "", { title: { display: false }, ticks: labels(colours) }),
          },
        },
      };
    });
  }

  // ---- over time

  function drawIntervals(figure, log) {
    const names = Object.fromEntries(
      log.streams.map((stream, index) => [String(index), stream.tag || "all"]));
    const entry = picture(figure, (colours) => {
      const { intervals } = log.streams[Number(chosen.value)];
      const longest = Math.max(0, ...intervals.map((i) => i.length_seconds));
      const middle = (i) => i.start_seconds + i.length_seconds / 2;
      const series = [
        // The rate of a much shorter interval, such as the last one, is a matter of luck.
        ["samples a second", (i) => (i.length_seconds > longest / 2 ? i.count / i.length_seconds : NaN), "y"],
        [`P99 of ${log.streams[Number(chosen.value)].tag || "all"}`, (i) => (i.p99_ms > 0 ? i.p99_ms : NaN), "y2"],
      ];
      return {
        type: "line",
        data: {
          datasets: series.map(([name, of, yAxisID], index) => ({
            label: name,
            data: intervals.map((i) => ({ x: middle(i), y: of(i) })),
            yAxisID,
            borderColor: colourOf(colours, index),
            backgroundColor: colourOf(colours, index),
            borderWidth: 2,
            pointRadius: intervals.length > 60 ? 0 : 3,
          })),
        },
        options: {
          parsing: false,
          interaction: { mode: "nearest", axis: "x", intersect: false },
          scales: {
            x: axis(colours, "seconds", { type: "linear", min: 0 }),
            y: axis(colours, "samples a second", { beginAtZero: true }),
            y2: logAxis(colours, "P99", milliseconds, {
              position: "right",
              grid: { drawOnChartArea: false, borderColor: colours.faint },
            }),
          },
          plugins: {
            tooltip: {
              callbacks: {
                title: (items) => (items.length ? `${items[0].parsed.x.toFixed(2)} s` : ""),
                label: (item) =>
                  `${item.dataset.label}: ` +
                  (item.dataset.yAxisID === "y2" ? milliseconds : count)(item.parsed.y),
              },
            },
          },
        },
      };
    });
    const chosen = withControl(figure, "Tag", names, () => entry.redraw());
  }

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

  const DRAW = {
    curves: (figure, index) => drawCurves(figure, report.runs[index]),
    breakdown: (figure, index) => drawBreakdown(figure, report.runs[index]),
    changes: (figure, index) => drawChanges(figure, report.runs[index]),
    scaling: (figure, index) => drawScaling(figure, report.runs[index]),
    wal: (figure, index) => drawWal(figure, report.runs[index]),
    intervals: (figure, index) => drawIntervals(figure, report.interval_logs[index]),
    lone: (figure) => drawLone(figure, report.distributions),
  };
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  for (const figure of document.querySelectorAll("figure[data-kind]")) {
    DRAW[figure.dataset.kind](figure, Number(figure.dataset.index));
    near.observe(figure);
  }

  const redrawAll = () => {
    for (const entry of pictures.values()) if (entry.chart) entry.redraw();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
  const printing = matchMedia("print");
  printing.addEventListener("change", redrawAll);
  addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll("details.section")) each.open = true;
    [...pictures.values()].slice(0, MOST_PRINTED).forEach((entry) => entry.redraw());
  });
  addEventListener("afterprint", redrawAll);
})();
