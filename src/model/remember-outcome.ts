/**
 * The same function, which must be pure, with its last outcome for each first argument remembered for as long as that argument is: who asks
 * again with the very same two gets the very same answer.
 */
export function rememberOutcome<A extends object, B, Outcome>(
  work: (one: A, other: B) => Outcome,
): (one: A, other: B) => Outcome {
  const known = new WeakMap<A, { readonly other: B; readonly outcome: Outcome }>();
  return (one, other) => {
    const last = known.get(one);
    if (last !== undefined && last.other === other) return last.outcome;
    const outcome = work(one, other);
    known.set(one, { other, outcome });
    return outcome;
  };
}
