import { defineConfig } from 'vitest/config';

/** What waits for a condition goes on as soon as it holds: a deadline is for what never comes, on a machine that others use, too. */
const patient = { testTimeout: 300_000, hookTimeout: 600_000, fileParallelism: false, expect: { poll: { timeout: 60_000 } } };

/**
 * System tests that need nothing of the machine's own network, and take as long as all others together. `npm test` runs them in a network of
 * their own beside the others, which compare what is on the machine before and after.
 */
const apart = ['apply', 'attach', 'attacks', 'forward', 'keyfile', 'upkeep', 'uplinks', 'uplinks-live'].map(
  (name) => `test/system/lab-${name}.test.ts`,
);

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/golden/**/*.test.ts'],
          testTimeout: 60_000,
          expect: { poll: { timeout: 30_000 } },
        },
      },
      { test: { name: 'system', include: ['test/system/**/*.test.ts'], exclude: apart, ...patient } },
      { test: { name: 'apart', include: apart, ...patient } },
    ],
  },
});
