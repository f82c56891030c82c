/**
 * Sums vitest's JSON reports up at the end of a long log: each failed test with its file, its name and its message, long ones without their
 * middle, then one line, `N passed, N failed, N skipped`. A report that is missing counts as a failure. Fails when a test failed or none ran.
 */
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** How many lines of a message are told, of its start and of its end: what was done last is as telling as what went wrong. */
const MESSAGE_LINES = 15;

/** One failure as lines: where, what and why, without the frames of the test runner. */
function failure(file, name, message) {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => !line.includes('/node_modules/'));
  const left = lines.length - 2 * MESSAGE_LINES;
  const why =
    left <= 0 ? lines : [...lines.slice(0, MESSAGE_LINES), `... ${left} lines more ...`, ...lines.slice(-MESSAGE_LINES)];
  return [`FAIL ${relative(process.cwd(), file)} > ${name}`, ...why.map((line) => `  ${line}`)].join('\n');
}

/** The failures of a report: its tests', and its files' that failed outside of every test (an import, a hook). */
function failuresIn(report) {
  return report.testResults.flatMap((file) => {
    const tests = file.assertionResults.filter((test) => test.status === 'failed');
    if (tests.length > 0) return tests.map((test) => failure(file.name, test.fullName, test.failureMessages.join('\n')));
    return file.status === 'failed' ? [failure(file.name, '(outside of its tests)', file.message)] : [];
  });
}

let [passed, skipped] = [0, 0];
const failures = [];
for (const path of process.argv.slice(2)) {
  if (!existsSync(path)) {
    failures.push(failure(path, '(no report)', 'vitest ended without writing it'));
    continue;
  }
  const report = JSON.parse(readFileSync(path, 'utf8'));
  passed += report.numPassedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  const found = failuresIn(report);
  failures.push(...found);
  if (!report.success && found.length === 0)
    failures.push(failure(path, '(the run)', 'vitest failed and names no test: an error outside of them?'));
}
for (const text of failures) process.stdout.write(`${text}\n\n`);
process.stdout.write(`${passed} passed, ${failures.length} failed, ${skipped} skipped\n`);
if (passed === 0 || failures.length > 0) process.exit(1);
