// The store that the others are tested against, held to the same suite.
import { MemoryStore } from "./memory-store.testing.js";
import { testStore } from "./store-contract.testing.js";

testStore("memory", { open: async (space) => new MemoryStore(space) });
