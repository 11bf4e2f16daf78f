// Makes docs/api from the public entry points and their docstrings; fails where something public has none. --out FOLDER writes elsewhere.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Application, Comment, Converter, ReflectionKind, TSConfigReader } from "typedoc";
import { z } from "zod";
import { methods } from "../../dist/methods/index.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** The entry points of the package. */
const { "./package.json": _, ...entries } = JSON.parse(readFileSync(`${root}package.json`, "utf8")).exports;
const { values } = parseArgs({ options: { out: { type: "string", default: `${root}docs/api` } } });

const app = await Application.bootstrapWithPlugins(
  {
    name: "Vantage: the library",
    entryPoints: Object.values(entries).map(({ types }) =>
      types.replace("./dist/", `${root}src/`).replace(".d.ts", ".ts"),
    ),
    basePath: root,
    tsconfig: `${root}tsconfig.json`,
    plugin: ["typedoc-plugin-markdown"],
    out: values.out,
    readme: "none",
    router: "member",
    disableSources: true,
    disableGit: true,
    hideGenerator: true,
    hideBreadcrumbs: true,
    hidePageHeader: true,
    excludePrivate: true,
    excludeInternal: true,
    // zod, which `vantage-ml/method` passes on, has pages of its own.
    excludeExternals: true,
    parametersFormat: "table",
    indexFormat: "table",
    propertiesFormat: "table",
    // TypeScript 7 has checked the sources already, and typedoc brings an older one.
    skipErrorChecking: true,
    validation: { notDocumented: true, notExported: true, invalidLink: true },
    requiredToBeDocumented: [
      "Class",
      "Constructor",
      "Interface",
      "TypeAlias",
      "Variable",
      "Function",
      "Method",
      "Accessor",
    ],
    intentionallyNotExported: [
      // The engine's kernels, which functions take and users do not call.
      "Kernels",
      // Lists that types are made from; the types are there.
      ...["corruptionKinds", "devices", "scalingKinds"],
    ],
    treatValidationWarningsAsErrors: true,
  },
  [new TSConfigReader()],
);
app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
  describeOptions(project);
  leaveInheritedToTheBase(project);
});

const project = await app.convert();
if (project === undefined || app.logger.hasErrors()) process.exit(1);
app.validate(project);
requireExamples(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);

/** Every public function and class has an example; of a class, one of its static methods may have it. */
function requireExamples(project) {
  const hasExample = ({ comment, signatures = [] }) =>
    [comment, ...signatures.map((each) => each.comment)].some((each) =>
      each?.blockTags.some(({ tag }) => tag === "@example"),
    );
  for (const each of project.getReflectionsByKind(ReflectionKind.Class | ReflectionKind.Function)) {
    const parts = each.kindOf(ReflectionKind.Class) ? [each, ...each.children] : [each];
    if (!parts.some(hasExample)) app.logger.error(`${each.getFullName()} has no @example`);
  }
}

/** Options are described by their schemas: `vantage train METHOD --help` says the same. */
function describeOptions(project) {
  for (const { name, options } of methods) {
    const described = project
      .getReflectionsByKind(ReflectionKind.Interface)
      .find((each) => each.name.toLowerCase() === `${name}options`);
    described.extendedTypes = undefined;
    for (const property of described.children) {
      const schema = z.toJSONSchema(options.shape[property.name], { io: "input", unrepresentable: "any" });
      const preset = schema.default === undefined ? "" : ` Default: \`${JSON.stringify(schema.default)}\`.`;
      property.comment = new Comment([{ kind: "text", text: `${schema.description}.${preset}` }]);
      property.inheritedFrom = undefined;
    }
  }
}

/** What a class inherits stands with its base class; of a method, what `fit` calls stands with `Method`. */
function leaveInheritedToTheBase(project) {
  for (const type of project.getReflectionsByKind(ReflectionKind.Class)) {
    for (const member of [...type.children]) {
      const isPart = member.flags.isProtected && member.overwrites !== undefined;
      if (member.inheritedFrom !== undefined || isPart) project.removeReflection(member);
      member.overwrites = undefined;
      for (const signature of member.signatures ?? []) signature.overwrites = undefined;
    }
  }
}
