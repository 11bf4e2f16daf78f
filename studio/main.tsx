// Entry of the page.
import { render } from "preact";
import { App } from "./app.js";
import { showScheme } from "./theme.js";

showScheme();
render(<App />, document.getElementById("page")!);
