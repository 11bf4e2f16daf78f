// The account of a file: what every variable or column became.

/** What a variable or column is used as. */
export type Role = "view" | "labels" | "ids" | "split" | "names" | "ignored";

/** One variable, or a run of columns that became the same thing. */
export interface AccountEntry {
  /** As the file calls it; "rna_0 … rna_999" for a run of columns. */
  readonly variable: string;
  /** Its shape and type: "2000×240 uint8", "1000 columns". */
  readonly what: string;
  readonly role: Role;
  /** The view's name, or why it is ignored. */
  readonly detail: string;
  /** How --views, --labels, --ids and --splits name it. */
  readonly reference?: string;
  /** The columns of a table that it is made of. */
  readonly columns?: readonly string[];
}

/** Why a variable that could have been of use is left out: its reason, and whether the user should read it in a note. */
export interface Ignored {
  readonly variable: string;
  readonly what: string;
  readonly reason: string;
  readonly isNoted: boolean;
}

/** "a, b, c and 4 more". */
export function few(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

/** One note for what is ignored for the same reason. */
export function ignoredNotes(ignored: readonly Ignored[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { variable, reason, isNoted } of ignored) {
    if (isNoted) byReason.set(reason, [...(byReason.get(reason) ?? []), variable]);
  }
  return [...byReason].map(([reason, names]) => `not used: ${few(names)} (${reason})`);
}

/** The account in up to three lines: the views; labels, ids and split; what is not used. */
export function accountLines(account: readonly AccountEntry[]): string[] {
  const of = (role: Role) => account.filter((entry) => entry.role === role);
  const views = of("view").map(
    ({ detail, variable, what }) => `${detail} (${variable === detail ? "" : `${variable}, `}${what})`,
  );
  const unique = (role: Role) => [...new Set(of(role).map(({ variable }) => variable))];
  const others = [
    ...of("labels").map(({ variable, detail }) => `labels ${variable} (${detail})`),
    ...unique("ids").map((variable) => `ids ${variable}`),
    ...unique("split").map((variable) => `split ${variable}`),
    ...unique("names").map((variable) => `names from ${variable}`),
  ];
  const ignored = of("ignored").map(({ variable, detail }) => `${variable} (${detail})`);
  return [
    ...(views.length > 0 ? [`views: ${few(views, 12)}`] : []),
    ...(others.length > 0 ? [others.join("; ")] : []),
    ...(ignored.length > 0 ? [`not used: ${few(ignored, 8)}`] : []),
  ];
}
