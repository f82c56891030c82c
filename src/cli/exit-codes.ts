/** What the exit codes mean; stable, documented in docs/exit-codes.md and in every help text. */
export const EXIT = {
  ok: 0,
  /** The topology has errors, a node failed, or the machine refused. */
  failed: 1,
  /** The command line was not understood. */
  usage: 2,
  /** `check`: warnings and no errors; `apply`: restarts are left for later. */
  warnings: 3,
  /** The lab or the node that was asked for does not run. */
  notRunning: 4,
  /** Ended by the user (Ctrl-C), as a shell counts. */
  interrupted: 130,
} as const;

export const EXIT_CODES_HELP: string = `Exit codes: 0 done, 1 failed, 2 wrong usage, 3 warnings only (check) or restarts left for later (apply), 4 the lab or node does not run.
exec, shell and console NODE -- COMMAND end with the command's own code.`;
