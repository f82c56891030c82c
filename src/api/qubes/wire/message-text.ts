/** A message as it is sent: clients take it for a format, in which a percent sign is written twice. */
export function formatOf(message: string): string {
  return message.replaceAll('%', '%%');
}

/**
 * The message that a format and its arguments mean. A genuine daemon sends messages that were formatted before, percent signs as they are: what
 * is no format stays as it is.
 */
export function messageOf(format: string, parameters: readonly string[]): string {
  const rest = [...parameters];
  return format.replaceAll(/%[%sdr]/g, (mark) => (mark === '%%' ? '%' : (rest.shift() ?? mark)));
}
