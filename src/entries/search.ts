/**
 * Search across views: indexes, and the stores that hold their items in a folder, in PGlite or in PostgreSQL.
 * @module vantage-ml/search
 */
export type { CreateIndexOptions } from "../search/index/create-index.js";
export { type StoreKind, storeKinds, type VectorCodes, vectorCodes } from "../search/index/index-folder.js";
export { type IndexRunOptions, indexRun } from "../search/index/index-run.js";
export type { LeftOut } from "../search/index/left-out.js";
export {
  type Asker,
  type Content,
  MissingError,
  type NewItem,
  type OpenIndexOptions,
  SearchIndex,
  type SearchQuery,
} from "../search/index/search-index.js";
export type { IndexHooks, IndexSummary } from "../search/index/store-items.js";
export { type FolderStore, type FolderStoreOptions, openFolderStore } from "../search/stores/folder/folder-store.js";
export type { GraphProgress } from "../search/stores/folder/graphs.js";
export { openPgliteStore, type PgliteOptions } from "../search/stores/postgres/pglite.js";
export type { PostgresStore, PostgresStoreOptions } from "../search/stores/postgres/postgres-store.js";
export { openPostgresStore, type PostgresServerOptions } from "../search/stores/postgres/server.js";
export type { GraphStatus, Hit, Item, ItemKey, Metadata, Query, Space, Store } from "../search/stores/store.js";
export { UnavailableError } from "../search/stores/unavailable.js";
