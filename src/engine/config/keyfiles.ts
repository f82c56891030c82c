import type { TreeFile } from '../../boundary/read-tree.ts';
import { chooseProfile, type InterfaceFacts } from '../../keyfile/choose-profile.ts';
import type { ConnectionProfile } from '../../keyfile/connection-profile.ts';
import { examineKeyfile } from '../../keyfile/examine-keyfile.ts';
import { type InterfaceConfig, interfaceConfig } from '../../keyfile/interface-config.ts';
import { positionOf } from '../../model/position.ts';
import { decodeUtf8 } from '../../model/utf8.ts';

/** The keyfiles of one node: what they say, and what is wrong with them. */
export class Keyfiles {
  readonly #sound: readonly { readonly profile: ConnectionProfile }[];
  /** `FILE:LINE:COLUMN: ...`, one for each mistake. */
  readonly warnings: readonly string[];

  private constructor(sound: readonly { readonly profile: ConnectionProfile }[], warnings: readonly string[]) {
    this.#sound = sound;
    this.warnings = warnings;
  }

  /** `folder` is where the files are, for people. */
  static read(folder: string, files: readonly TreeFile[]): Keyfiles {
    const warnings: string[] = [];
    const sound = files.flatMap(({ content, name }) => {
      const text = decodeUtf8(content);
      const { diagnostics, profile } = examineKeyfile(text);
      for (const { hint, message, severity, span } of diagnostics) {
        const { column, line } = positionOf(text, span.from);
        const consequence = severity === 'error' ? '; the file is not applied' : '';
        warnings.push(`${folder}/${name}:${line}:${column}: ${message}${hint === undefined ? '' : ` (${hint})`}${consequence}`);
      }
      return profile === undefined ? [] : [{ profile }];
    });
    return new Keyfiles(sound, warnings);
  }

  /** What an interface of the node is to be; undefined where no file is for it. */
  configOf(facts: InterfaceFacts): InterfaceConfig | undefined {
    const chosen = chooseProfile(this.#sound, facts);
    return chosen === undefined ? undefined : interfaceConfig(chosen.profile);
  }
}
