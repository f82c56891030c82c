/** A template as it was found on the template path. */
export interface FoundTemplate {
  readonly text: string;
  /** Where it was found; its partials are looked up relative to it. */
  readonly directory: string;
}

/** The templates of the template path (QENETH_PATH, default `.` and then the bundled ones), read by the caller. */
export interface TemplateSource {
  /** `NAME.mustache` in the first directory that has it. */
  find(name: string): FoundTemplate | undefined;
  /** `NAME.mustache` relative to `directory`, for `{{> NAME}}`. */
  partial(directory: string, name: string): string | undefined;
  /** All that `find` would find. */
  names(): readonly string[];
}
