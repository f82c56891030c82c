/** One thing to do, and why. Steps are values: printed, tested and executed alike. */
export type Step = NodeStep | LinkStep | PortStep;

export interface NodeStep {
  /** `restart`: end it and launch it as it should be, which only its owner may allow. */
  readonly action: 'terminate' | 'restart' | 'remove-namespace' | 'make-namespace' | 'launch' | 'pause' | 'resume';
  readonly node: string;
  readonly reason: string;
}

export type LinkStep =
  | { readonly action: 'connect' | 'adjust' | 'condition'; readonly link: string; readonly reason: string }
  | {
      readonly action: 'disconnect';
      readonly link: string;
      readonly interfaces: readonly { readonly netns: string; readonly name: string }[];
      readonly reason: string;
    }
  | { readonly action: 'carrier'; readonly link: string; readonly on: boolean; readonly reason: string };

/** A network device of a running virtual machine. */
export interface PortStep {
  readonly action: 'plug' | 'unplug';
  readonly node: string;
  readonly port: string;
  readonly link: string;
  readonly reason: string;
}
