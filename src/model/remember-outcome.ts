/**
 * The same function, which must be pure, with its last outcome for each first argument remembered for as long as that argument is: who asks
 * again with the very same arguments gets the very same answer.
 */
export function rememberOutcome<First extends object, Rest extends readonly unknown[], Outcome>(
  work: (first: First, ...rest: Rest) => Outcome,
): (first: First, ...rest: Rest) => Outcome {
  const known = new WeakMap<First, { readonly rest: Rest; readonly outcome: Outcome }>();
  return (first, ...rest) => {
    const last = known.get(first);
    if (last?.rest.every((argument, at) => argument === rest[at])) return last.outcome;
    const outcome = work(first, ...rest);
    known.set(first, { rest, outcome });
    return outcome;
  };
}
