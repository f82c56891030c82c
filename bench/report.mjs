/** Collects the figures of a run, and shows each as soon as it is there. */
export class Report {
  rows = [];
  skipped = [];
  #part = '';
  #out;

  constructor(out) {
    this.#out = out;
  }

  begin(part, about) {
    this.#part = part;
    this.#out(`\n${part}: ${about}\n`);
    this.#out(`  ${'what'.padEnd(66)} ${'measured'.padStart(14)}  ${'against'.padEnd(30)} ${'ratio'.padStart(7)}  target\n`);
  }

  /**
   * A figure. `against` says what `reference` is of; `atMost` or `atLeast` is a target of the ratio, `valueAtMost` one of the figure
   * itself.
   */
  row({ what, unit, value, against, reference, ratio, atMost, atLeast, valueAtMost }) {
    const target =
      atMost !== undefined
        ? `at most ${atMost} x`
        : atLeast !== undefined
          ? `at least ${atLeast} x`
          : valueAtMost !== undefined
            ? `at most ${show(valueAtMost, unit)}`
            : '';
    const met =
      target === ''
        ? undefined
        : atMost !== undefined
          ? ratio <= atMost
          : atLeast !== undefined
            ? ratio >= atLeast
            : value <= valueAtMost;
    this.rows.push({ part: this.#part, what, unit, value, against, reference, ratio, target, met });
    const peer = against === undefined ? '' : `${against}: ${show(reference, unit)}`;
    const factor = ratio === undefined ? '' : `${ratio.toFixed(2)} x`;
    const verdict = met === undefined ? '' : met ? `${target}: met` : `${target}: MISSED`;
    this.#out(`  ${what.padEnd(66)} ${show(value, unit).padStart(14)}  ${peer.padEnd(30)} ${factor.padStart(7)}  ${verdict}\n`);
  }

  skip(what, reason) {
    this.skipped.push({ part: this.#part, what, reason });
    this.#out(`  ${what}: not measured: ${reason}\n`);
  }
}

/** The rows as Markdown tables, one for each part. */
export function markdown(rows) {
  const parts = [...new Set(rows.map(({ part }) => part))];
  return parts
    .map((part) => {
      const lines = rows
        .filter((row) => row.part === part)
        .map(({ what, unit, value, against, reference, ratio, target, met }) => {
          const peer = against === undefined ? '' : `${against}: ${show(reference, unit)}`;
          const factor = ratio === undefined ? '' : `${ratio.toFixed(2)} x`;
          return `| ${what} | ${show(value, unit)} | ${peer} | ${factor} | ${target}${met === false ? ', missed' : ''} |`;
        });
      return `### ${part}\n\n| what | measured | against | ratio | target |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
    })
    .join('\n');
}

function show(value, unit) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 3;
  return `${value.toFixed(digits)} ${unit}`;
}
