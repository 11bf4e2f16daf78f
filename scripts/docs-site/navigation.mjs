// The order of the documentation: what the site's sidebar lists, and docs/README.md. Paths from the root of the repository.

/** Groups of pages; a page that is not in the checkout is left out. `src/docs-site.test.ts` requires that every page is in a group. */
export const groups = [
  {
    text: "Start",
    pages: {
      "README.md": "Vantage",
      "docs/install.md": "Install",
      "docs/methods.md": "Which method",
      "docs/library.md": "As a library",
    },
  },
  {
    text: "How to",
    pages: {
      "docs/picture-folders.md": "A folder of pictures",
      "docs/clip-vectors.md": "You have CLIP vectors",
      "docs/tables.md": "Your CSV",
      "docs/clusters.md": "Clusters without labels",
      "docs/which-view.md": "Which view matters",
      "docs/search.md": "Search across views",
      "docs/hash-codes.md": "Hash codes",
      "docs/mixed-modal.md": "One modality each",
      "docs/gpu.md": "GPU",
      "docs/production.md": "In production",
      "docs/own-method.md": "Write a method",
      "docs/python-and-r.md": "For Python and R users",
      "docs/exports.md": "Exports",
      "docs/raw-pictures.md": "Training on raw pictures",
      "docs/reproduce.md": "Reproducing tables",
      "docs/gallery.md": "Gallery",
    },
  },
  {
    text: "Methods and results",
    pages: {
      "docs/gmae.md": "GMAE",
      "docs/hashing.md": "DJSRH and DCHN",
      "docs/mvlnet.md": "MvLNet",
      "docs/dm2c.md": "DM2C",
      "docs/reproduced-tables.md": "Reproduced tables",
      "docs/search-speed.md": "Speed of search",
      "docs/benchmarks.md": "Benchmarks",
      "docs/robustness.md": "When things go wrong",
    },
  },
  {
    text: "Reference",
    pages: {
      "docs/command-line.md": "Command line",
      "docs/reading.md": "What is read",
      "docs/dataset-cards.md": "Dataset cards",
      "docs/encoders.md": "Encoders",
      "docs/backbones.md": "Backbones",
      "docs/run-folder.md": "Run folders",
      "docs/http.md": "HTTP interface",
      "docs/stores.md": "Indexes and stores",
      "docs/studio.md": "The page",
      "docs/api/README.md": "Library (API pages)",
      "CHANGELOG.md": "Changelog",
    },
  },
  {
    text: "Design",
    pages: {
      "docs/architecture.md": "Architecture",
      "docs/design-of-the-page.md": "Design of the page",
      "docs/tensor.md": "Tensors",
      "docs/devices.md": "Devices",
      "docs/first-hour.md": "A first hour, then and now",
      "CONTRIBUTING.md": "Contributing",
      "SECURITY.md": "Security",
    },
  },
];

/** The path of a page in the site, from that in the repository: README.md of a folder is its index. */
export const sitePath = (path) => path.replace(/(^|\/)README\.md$/, "$1index.md");
