// vantage serve with a store whose searches never end, as a frozen database's do not.
import { FolderStore } from "../../search/stores/folder/folder-store.js";
import { run } from "../main.js";

FolderStore.prototype.search = () => new Promise(() => {});
await run(process.argv.slice(2));
