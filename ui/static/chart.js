// The one place that knows the chart library: stacked columns and lines from plain numbers, in the theme's colours.
// Words, the read-out and the table beside it are the program's (`src/parts/chart.rs`); this draws.

const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// Numbers on an axis are whole: 1, 2, 5, 10, 20, …
const wholes = Array.from({ length: 19 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat();
const font = (ratio = 1) => `${11 * ratio}px ${css("--font-sans")}`;

/**
 * Draws into `root` and answers a function that takes it away again.
 *
 * spec: { at: [seconds], step: seconds, stacked, series: [{ color, dashed, values: [number | null] }], height, end: text at the
 *   right end of the time axis, or null }
 * on: { hover(index or -1, left in px), choose(index), value(number) → text of a tick, time(seconds) → text }
 */
globalThis.aigwChart = (root, json, on) => {
  const spec = JSON.parse(json);
  const count = spec.at.length;
  // A stack is drawn from its top down, each column from the ground up, so that the next lower one covers the rest.
  const stack = spec.series.map((_, upTo) =>
    spec.at.map((_, i) => spec.series.slice(0, upTo + 1).reduce((sum, { values }) => sum + (values[i] ?? 0), 0)),
  );
  const drawn = spec.series.map((series, i) => ({ ...series, values: spec.stacked ? stack[i] : series.values }));
  if (spec.stacked) drawn.reverse();

  // A step whose ticks would read alike says nothing.
  const legible = wholes.filter((step) => new Set([0, 1, 2, 3].map((times) => on.value(step * times))).size === 4);
  const empty = drawn.every(({ values }) => values.every((value) => !value));
  // A line needs two points: one that stands alone is drawn as what it is.
  const alone = (chart, index) => {
    const values = chart.data[index];
    return values.flatMap((value, i) => (value !== null && (values[i - 1] ?? values[i + 1] ?? null) === null ? [i] : []));
  };
  // The end has a word of its own; ticks keep away from it.
  const near = (chart, split) => spec.end !== null && chart.valToPos(split, "x") > chart.over.clientWidth - 52;

  const axis = { stroke: () => css("--ink-3"), font: font(), ticks: { show: false } };
  // A new drawing has no cursor. It says so, and must not take away what the last one's, or the keyboard, still points at.
  let pointed = false;
  const columns = uPlot.paths.bars({ size: [0.88, 64, 1], align: 1 });
  const chart = new uPlot(
    {
      width: Math.max(root.clientWidth, 40),
      height: spec.height,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      select: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: !spec.stacked, size: 6 } },
      scales: {
        x: { time: true, range: () => [spec.at[0], spec.at[count - 1] + (spec.stacked || count === 1 ? spec.step : 0)] },
        y: { range: (_, low, high) => [0, high > 0 ? high * 1.06 : 1] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 26,
          gap: 6,
          space: 84,
          values: (chart, splits) => {
            const words = splits.map((split) => on.time(split));
            // A day that has several ticks is named at its first.
            return words.map((word, i) => (near(chart, splits[i]) || word === words[i - 1] ? "" : word));
          },
        },
        {
          ...axis,
          grid: { stroke: () => css("--color-base-300"), width: 1 },
          size: (chart, labels) => {
            chart.ctx.font = font();
            return 14 + Math.max(24, ...(labels ?? []).map((label) => chart.ctx.measureText(label).width));
          },
          gap: 6,
          space: 44,
          incrs: legible,
          values: (_, splits) => splits.map((split) => on.value(split)),
          ...(empty && { splits: () => [0] }),
        },
      ],
      series: [
        {},
        ...drawn.map((series) => ({
          stroke: () => css(spec.stacked ? "--color-base-100" : series.color),
          fill: spec.stacked ? () => css(series.color) : undefined,
          width: spec.stacked ? 1 : 1.5,
          dash: series.dashed ? [4, 3] : undefined,
          paths: spec.stacked ? columns : undefined,
          points: spec.stacked ? { show: false } : { show: true, size: 5, fill: () => css(series.color), filter: alone },
          spanGaps: false,
        })),
      ],
      hooks: {
        draw: [
          ({ ctx, bbox }) => {
            if (spec.end === null) return;
            const ratio = devicePixelRatio;
            ctx.save();
            Object.assign(ctx, { font: font(ratio), fillStyle: css("--ink-3"), textAlign: "right", textBaseline: "top" });
            ctx.fillText(spec.end, bbox.left + bbox.width, bbox.top + bbox.height + 6 * ratio);
            ctx.restore();
          },
        ],
        setCursor: [
          (chart) => {
            const { idx, left } = chart.cursor;
            const over = left >= 0 && idx !== null && idx !== undefined;
            if (over || pointed) on.hover(over ? idx : -1, left + chart.over.offsetLeft);
            pointed = over;
          },
        ],
      },
    },
    [spec.at, ...drawn.map((series) => series.values)],
    root,
  );
  // What the cursor is over is the column that it stands in, not the nearest start of one.
  chart.cursor.dataIdx = (chart, _series, nearest, x) => {
    if (!spec.stacked) return nearest;
    return Math.min(count - 1, Math.max(0, Math.floor((x - spec.at[0]) / spec.step)));
  };
  const choose = () => {
    const { idx } = chart.cursor;
    if (idx !== null && idx !== undefined) on.choose(idx);
  };
  chart.over.addEventListener("click", choose);
  const size = new ResizeObserver(() => chart.setSize({ width: Math.max(root.clientWidth, 40), height: spec.height }));
  size.observe(root);
  const theme = new MutationObserver(() => chart.redraw(false, true));
  theme.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => {
    size.disconnect();
    theme.disconnect();
    chart.destroy();
  };
};
