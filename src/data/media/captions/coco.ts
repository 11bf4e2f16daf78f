// COCO's JSON: images with file names, annotations with captions or categories (captions_*.json, instances_*.json).
import { UserError } from "../../../errors.js";
import type { CaptionTable, Cell } from "./table.js";

type Values = Readonly<Record<string, unknown>>;

/** Whether a file is one object with lists of images and annotations. */
export function isCoco(objects: readonly Values[]): boolean {
  const [first] = objects;
  return objects.length === 1 && Array.isArray(first?.images) && Array.isArray(first?.annotations);
}

/**
 * A row per image in the order of the file: its name, its captions, and the names of its categories, each once.
 * @throws UserError where an image has no name, or an annotation belongs to no image.
 */
export function readCoco(object: Values, path: string): CaptionTable {
  const images = object.images as Values[];
  const places = new Map<unknown, number>();
  const files = images.map((image, i) => {
    if (places.has(image?.id)) throw new UserError(`${path}: two images have the id ${String(image.id)}`);
    places.set(image?.id, i);
    if (typeof image?.file_name !== "string") throw new UserError(`${path}: image ${i + 1} has no file_name`);
    return image.file_name;
  });
  const names = new Map<unknown, string>(
    (Array.isArray(object.categories) ? (object.categories as Values[]) : []).map(({ id, name }) => [id, String(name)]),
  );
  const captions: string[][] = images.map(() => []);
  const categories: Set<string>[] = images.map(() => new Set());
  for (const annotation of object.annotations as Values[]) {
    const place = places.get(annotation?.image_id);
    if (place === undefined) {
      throw new UserError(
        `${path}: an annotation belongs to image ${String(annotation?.image_id)}, which is not in the file`,
      );
    }
    const { caption, category_id: category } = annotation;
    if (typeof caption === "string" && caption.trim() !== "") captions[place]!.push(caption.trim());
    if (category !== undefined) categories[place]!.add(names.get(category) ?? String(category));
  }
  const columns = new Map<string, Cell[]>([["file_name", files]]);
  if (captions.some((each) => each.length > 0)) columns.set("caption", captions);
  if (categories.some((each) => each.size > 0))
    columns.set(
      "category",
      categories.map((each) => [...each]),
    );
  return { path, rows: files.length, columns, unread: new Map(), notes: [`${path} is read as COCO's JSON`] };
}
