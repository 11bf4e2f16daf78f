// Whose items a store holds: the same random id stands in the store and in index.yaml, and beside it in the store which
// encoders its codes come from. So no index is opened with another's items, whatever name, address or folder is given.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../../errors.js";
import { fileError } from "../../files.js";
import { hasModel, type IndexFolder, modelPath } from "../index/index-folder.js";

const identity = z.object({
  /** Random, made with the store. */
  id: z.string(),
  /** SHA-256, by view, of what makes the codes: the encoder's file, its output, and the center or coder where there is one. */
  models: z.record(z.string(), z.string()),
  /** The run that the index was made from, and its method, for messages. */
  run: z.string(),
  method: z.string(),
});
/** What a store says of itself. */
export type Identity = z.output<typeof identity>;

/** The index folder that opens a store. */
export interface Owner extends Omit<Identity, "id"> {
  readonly folder: string;
  /** None in a folder of an older version, and until its store was made. */
  readonly id?: string;
  /** When the folder was made. */
  readonly created: Date;
  /** `vantage index` is at work: it may make the store, and its views may have become more. */
  readonly isMaking: boolean;
  /** What a store of this name held is deleted. */
  readonly replaces: boolean;
}

/** What was found in a store of the right name and space. */
export interface Claim {
  /** As in "index "photos" in database …". */
  readonly title: string;
  /** What a user changes to get at another store. */
  readonly place: string;
  /** Undefined in a store of an older version. */
  readonly identity: Identity | undefined;
  readonly created: Date;
  /** Views of the items; only asked where store or folder has no identity. */
  readonly views: () => Promise<readonly string[]>;
}

/** Clocks of two machines may differ by this much. */
const clockMilliseconds = 10 * 60_000;

/** The owner as index.yaml and the encoders beside it say. @throws UserError where an encoder cannot be read. */
export function ownerOf(index: IndexFolder, how: Pick<Owner, "isMaking" | "replaces">): Owner {
  const { folder, manifest, center, coder } = index;
  const models = manifest.views.map((view) => {
    const hash = createHash("sha256");
    if (hasModel(view)) {
      const path = modelPath(folder, view);
      try {
        hash.update(readFileSync(path));
      } catch (error) {
        throw fileError(error, path, "read");
      }
    }
    hash.update(`\n${view.output}\n${manifest.codes}\n`);
    for (const values of [center, coder?.means.get(view.name), coder?.projection]) {
      if (values !== undefined) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
    return [view.name, hash.digest("hex")];
  });
  const { run, method, identity: id, created } = manifest;
  return { folder, id, models: Object.fromEntries(models), run, method, created: new Date(created), ...how };
}

/** The identity of a store that is made now. */
export function newIdentity({ models, run, method }: Owner): Identity {
  return { id: randomBytes(16).toString("hex"), models, run, method };
}

/** @throws UserError where a store's own words are none. */
export function readIdentity(value: unknown, title: string): Identity {
  const found = identity.safeParse(value);
  if (!found.success) throw new UserError(`${title}: what it says of itself cannot be read`);
  return found.data;
}

/** What store and folder are to say of themselves from now on, and the note to the user once that is written. */
export interface Recognized {
  readonly identity: Identity;
  readonly note?: string;
}

/**
 * The identity that store and folder shall have from now on: the store's own where it is the owner's, a new one where an older
 * version made both and nothing speaks against it.
 * @throws UserError that says what was found where it is another index's.
 */
export async function recognize(owner: Owner, claim: Claim): Promise<Recognized> {
  const { identity, title } = claim;
  if (identity === undefined) {
    const views = await claim.views();
    const strange = mismatchOfOld(owner, claim.created, views);
    if (strange !== undefined) throw notOurs(owner, claim, strange);
    // one without items may be what an interrupted start left
    const note = `${title} was made by an older version: it is noted as the store of ${owner.folder} from now on`;
    return { identity: newIdentity(owner), ...(views.length > 0 && { note }) };
  }
  const made = `it was made from ${identity.run} (${identity.method})`;
  if (owner.id !== undefined && owner.id !== identity.id) throw notOurs(owner, claim, made);
  const common = Object.keys(identity.models).filter((view) => view in owner.models);
  const other = common.find((view) => identity.models[view] !== owner.models[view]);
  if (other !== undefined || common.length === 0) {
    throw notOurs(owner, claim, other === undefined ? made : `${made}, with another encoder of view "${other}"`);
  }
  const joins = owner.id === undefined && (await claim.views()).length > 0;
  return {
    identity: { ...identity, models: { ...identity.models, ...(owner.isMaking && owner.models) } },
    ...(joins && { note: `${title} holds items of the same encoders: ${owner.folder} joins it` }),
  };
}

function mismatchOfOld(owner: Owner, created: Date, views: readonly string[]): string | undefined {
  if (owner.id !== undefined) return "an older version made it";
  if (owner.created.getTime() > created.getTime() + clockMilliseconds) {
    return `it is older than this folder: made ${created.toISOString()}, the folder ${owner.created.toISOString()}`;
  }
  const strange = views.find((view) => !(view in owner.models));
  return strange === undefined ? undefined : `it holds items of view "${strange}", which this index does not have`;
}

function notOurs({ folder, isMaking }: Owner, { title, place }: Claim, found: string): UserError {
  const way = isMaking
    ? `give another name with --name NAME, or --replace to delete what it holds`
    : `check ${place}, or replace the index with vantage index RUN --out ${folder} --replace`;
  return new UserError(`${title} belongs to another index than ${folder}: ${found}; ${way}`);
}

/** Said where index.yaml speaks of a store that is not there. */
export function storeIsGone({ folder, isMaking }: Owner, what: string): UserError {
  const way = isMaking
    ? "give --replace to make it there"
    : "where it is gone for good, replace it with vantage index RUN --replace";
  return new UserError(`${what}: the items of ${folder} are not there; ${way}`);
}
