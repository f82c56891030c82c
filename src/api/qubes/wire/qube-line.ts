/** A qube as `admin.vm.List` lists it. */
export interface ListedQube {
  readonly name: string;
  /** AdminVM, AppVM, TemplateVM... */
  readonly class: string;
  /** Halted, Transient, Running, Paused, Suspended, Halting, Dying, Crashed or NA, of daemons that are known. */
  readonly state: string;
  /** Daemons before 4.3.1 send none. */
  readonly uuid?: string;
}

export function encodeQubeLine({ name, state, uuid, ...qube }: ListedQube): string {
  return `${name} class=${qube.class} state=${state}${uuid === undefined ? '' : ` uuid=${uuid}`}\n`;
}

/** Reads the reply to `admin.vm.List`; further settings of newer daemons are passed over. */
export function decodeQubeLines(untrusted: string): readonly ListedQube[] {
  return linesOf(untrusted).map((line) => {
    const [name = '', ...words] = line.split(' ');
    const { class: qubeClass = '', state = 'NA', uuid } = settingsOf(words);
    return { name, class: qubeClass, state, ...(uuid === undefined ? {} : { uuid }) };
  });
}

/** The reply to `admin.vm.CurrentState`: memory in KiB, processor time in nanoseconds. */
export interface CurrentState {
  readonly mem: number;
  readonly memStaticMax: number;
  readonly cputime: number;
  readonly powerState: string;
}

export function encodeCurrentState({ mem, memStaticMax, cputime, powerState }: CurrentState): string {
  return `mem=${mem} mem_static_max=${memStaticMax} cputime=${cputime} power_state=${powerState}`;
}

export function decodeCurrentState(untrusted: string): CurrentState {
  const settings = settingsOf(untrusted.trimEnd().split(' '));
  const count = (name: string) => Number.parseInt(settings[name] ?? '0', 10) || 0;
  return {
    mem: count('mem'),
    memStaticMax: count('mem_static_max'),
    cputime: count('cputime'),
    powerState: settings['power_state'] ?? 'NA',
  };
}

/** Lines of a reply; the last may end without a line end. */
export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

function settingsOf(words: readonly string[]): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    words.flatMap((word) => (word.includes('=') ? [[word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]] : [])),
  );
}
