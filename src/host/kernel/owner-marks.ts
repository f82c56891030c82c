/**
 * What tells a lab's processes from all others, in their environment: the lab, and the runtime folder that the engine has told the worker
 * of. Without the folder, labs of one name and one user in different places could not be told apart where no PID namespace parts them.
 */
export function ownerMarks(lab: string): Readonly<Record<string, string>> {
  const runtime = process.env['WEFT_RUNTIME'];
  return { WEFT_LAB: lab, ...(runtime === undefined ? {} : { WEFT_RUNTIME: runtime }) };
}
