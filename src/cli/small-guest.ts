/** The bundled small guest's image, as far as the command line needs it. */
export interface SmallGuest {
  /** The folder with `vmlinux` and `initrd`. */
  readonly folder: string;
  /** The image of today's recipe is there. */
  isBuilt(): Promise<boolean>;
  /** Builds the image where it is missing or out of date; `force` builds in any case. `report` gets one sentence for each step. */
  build(options: { force: boolean; report: (step: string) => void }): Promise<void>;
  /** Writes a bootable disk image that holds the small guest. */
  writeDisk(path: string, report: (step: string) => void): Promise<void>;
}
